import type { Duration, Instant } from '../../functions/abandonment/time.ts';
import type { OutgoingMail, OutgoingMessage, Queues } from '../../functions/platform/ports.ts';
import type { Page, Query, Table, Write } from '../../functions/store/table.port.ts';
import type { Chaos } from './attempts.ts';
import type { ChaosEntry, ChaosHappening } from './chaos-types.ts';
import type { Fate, MortalProcess, PortCall, Strike } from './mortal.ts';

type EntryOf<Type extends ChaosHappening['type']> = Extract<ChaosEntry, { type: Type }>;

/** What it reaches besides the process whose call it breaks. */
export interface ChaosGiven {
  now: () => Instant;
  table: Table;
  queues: Queues;
  /** Has SES's report of a mail worked at once. */
  report: (mail: OutgoingMail, event: 'bounce' | 'delivery') => Promise<void>;
  /** How old an answer of a stale index is at most. */
  staleFor: Duration;
}

/** Lets the `chaos` entries of a scenario befall the calls of processes. */
export class ScenarioChaos implements Chaos {
  readonly #given: ChaosGiven;
  readonly #crashes: EntryOf<'crash'>[];
  readonly #skews: EntryOf<'skew'>[];
  readonly #late: EntryOf<'late-tick'>[];
  readonly #stale: EntryOf<'stale-index'>[];
  readonly #early: EntryOf<'early-report'>[];
  readonly #partial: { at: Instant; left: number }[];
  readonly #conflicts: { at: Instant; left: number }[];
  readonly #answers = new Map<string, { page: Page; at: Instant }>();

  constructor(entries: readonly ChaosEntry[], given: ChaosGiven) {
    this.#given = given;
    const of = <Type extends ChaosHappening['type']>(type: Type) =>
      entries.filter((entry): entry is EntryOf<Type> => entry.type === type);
    this.#crashes = of('crash');
    this.#skews = of('skew');
    this.#late = of('late-tick');
    this.#stale = of('stale-index');
    this.#early = of('early-report');
    this.#partial = of('partial-send').map(({ at, times }) => ({ at, left: times }));
    this.#conflicts = of('conflict').map(({ at, times }) => ({ at, left: times }));
  }

  skewOf({ name, startedAt }: MortalProcess): Duration {
    const skew = this.#skews.find(
      (one) => one.process === name && one.at <= startedAt && startedAt < one.at + one.for,
    );
    return skew?.by ?? 0;
  }

  /** How late the tick of an instant comes. */
  lateBy(at: Instant): Duration {
    return take(this.#late, (one) => one.at <= at)?.by ?? 0;
  }

  fateOf(): Fate {
    return (call, process) => this.#crash(process) ?? this.#strike(call, process);
  }

  #crash({ name, calls }: MortalProcess): Strike | undefined {
    if (this.#crashes.length === 0) return undefined;
    const now = this.#given.now();
    const crash = take(this.#crashes, (one) => one.at <= now && one.process === name && one.call === calls);
    return crash && { dies: crash.when };
  }

  #strike(call: PortCall, process: MortalProcess): Strike | undefined {
    const now = this.#given.now();
    switch (call.port) {
      case 'queues':
        return use(this.#partial, now) ? this.#partialSend(call) : undefined;
      case 'mailer':
        return this.#earlyReport(call, now);
      case 'table':
        return call.method === 'transact' ? this.#conflict(call, now) : this.#staleAnswer(call, process, now);
      default:
        return undefined;
    }
  }

  #partialSend({ given }: PortCall): Strike {
    const [queue, messages] = given as Parameters<Queues['send']>;
    const half = messages.slice(0, Math.floor((messages as OutgoingMessage[]).length / 2));
    return {
      instead: async () => {
        if (half.length > 0) await this.#given.queues.send(queue, half);
        throw new Error('a part of the batch was not sent');
      },
    };
  }

  #earlyReport({ given }: PortCall, now: Instant): Strike | undefined {
    const early = take(this.#early, (one) => one.at <= now);
    if (!early) return undefined;
    return {
      instead: async (really) => {
        const answer = await really();
        const { outcome } = answer as { outcome: string };
        if (outcome === 'accepted') await this.#given.report(given[0] as OutgoingMail, early.event);
        return answer;
      },
    };
  }

  /** Somebody else stores the rows again, unchanged but for their revision. */
  #conflict({ given }: PortCall, now: Instant): Strike | undefined {
    const writes = given[0] as Write[];
    const revised = writes.find((write) => 'put' in write && write.if?.some((one) => 'equals' in one));
    if (!revised || !('put' in revised) || !use(this.#conflicts, now)) return undefined;
    const { pk, sk } = revised.put;
    return {
      instead: async (really) => {
        const row = await this.#given.table.get({ pk, sk });
        if (row && typeof row.rev === 'number') {
          await this.#given.table.transact([{ put: { ...row, rev: row.rev + 1 } }], 'somebody else');
        }
        return really();
      },
    };
  }

  #staleAnswer({ method, given }: PortCall, { name }: MortalProcess, now: Instant): Strike | undefined {
    if (this.#stale.length === 0 || method !== 'query' || name !== 'scanner') return undefined;
    const { index, pk, sk, cursor } = given[0] as Query;
    if (index === undefined || cursor !== undefined) return undefined;
    const key = `${index} ${pk} ${sk && 'prefix' in sk ? sk.prefix : ''}`;
    const known = this.#answers.get(key);
    const isStale = this.#stale.some((one) => one.at <= now && now < one.at + one.for);
    const old = isStale && known && known.at >= now - this.#given.staleFor ? known.page : undefined;
    return {
      ...(old ? {} : { isHarmless: true as const }),
      instead: async (really) => {
        const page = (await really()) as Page;
        this.#answers.set(key, { page, at: now });
        return old ?? page;
      },
    };
  }
}

/** Takes the first that fits out of a list. */
function take<One>(list: One[], fits: (one: One) => boolean): One | undefined {
  const at = list.findIndex(fits);
  return at < 0 ? undefined : list.splice(at, 1)[0];
}

function use(list: { at: Instant; left: number }[], now: Instant): boolean {
  const one = list.find(({ at, left }) => at <= now && left > 0);
  if (one) one.left -= 1;
  return one !== undefined;
}
