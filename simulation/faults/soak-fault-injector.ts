import type { Duration, Instant } from '../../functions/abandonment/time.ts';
import type { OutgoingMail, OutgoingMessage, Queues } from '../../functions/platform/ports.ts';
import type { Page, Query, Table, Write } from '../../functions/store/table/table.port.ts';
import type { ProcessFaults } from './attempts.ts';
import type { CrashingProcess, FaultInjector, InjectedFault, PortCall } from './crashing-process.ts';
import type { SoakFault, SoakFaultKind } from './soak-fault-types.ts';

type EntryOf<Type extends SoakFaultKind['type']> = Extract<SoakFault, { type: Type }>;

/** What it reaches besides the process whose call it breaks. */
export interface SoakFaultParts {
  now: () => Instant;
  table: Table;
  queues: Queues;
  /** Has SES's report of a mail worked at once. */
  report: (mail: OutgoingMail, event: 'bounce' | 'delivery') => Promise<void>;
  /** How old an answer of a stale index is at most. */
  staleFor: Duration;
}

/** Injects the `chaos` entries of a scenario into the calls of processes. */
export class SoakFaultInjector implements ProcessFaults {
  readonly #parts: SoakFaultParts;
  readonly #crashes: EntryOf<'crash'>[];
  readonly #skews: EntryOf<'skew'>[];
  readonly #late: EntryOf<'late-tick'>[];
  readonly #stale: EntryOf<'stale-index'>[];
  readonly #early: EntryOf<'early-report'>[];
  readonly #partial: { at: Instant; left: number }[];
  readonly #conflicts: { at: Instant; left: number }[];
  struckAt?: Instant;
  readonly #answers = new Map<string, { page: Page; at: Instant }>();

  constructor(entries: readonly SoakFault[], parts: SoakFaultParts) {
    this.#parts = parts;
    const of = <Type extends SoakFaultKind['type']>(type: Type) =>
      entries.filter((entry): entry is EntryOf<Type> => entry.type === type);
    this.#crashes = of('crash');
    this.#skews = of('skew');
    this.#late = of('late-tick');
    this.#stale = of('stale-index');
    this.#early = of('early-report');
    this.#partial = of('partial-send').map(({ at, times }) => ({ at, left: times }));
    this.#conflicts = of('conflict').map(({ at, times }) => ({ at, left: times }));
  }

  skewOf({ name, startedAt }: CrashingProcess): Duration {
    const skew = this.#skews.find(
      (entry) => entry.process === name && entry.at <= startedAt && startedAt < entry.at + entry.for,
    );
    return skew?.by ?? 0;
  }

  /** How late the tick of an instant comes. */
  lateBy(at: Instant): Duration {
    return take(this.#late, (entry) => entry.at <= at)?.by ?? 0;
  }

  injectorOf(): FaultInjector {
    return (call, process) => {
      const fault = this.#crash(process) ?? this.#fault(call, process);
      if (fault && !('isHarmless' in fault)) this.struckAt = this.#parts.now();
      return fault;
    };
  }

  #crash({ name, calls }: CrashingProcess): InjectedFault | undefined {
    if (this.#crashes.length === 0) return undefined;
    const now = this.#parts.now();
    const crash = take(
      this.#crashes,
      (entry) => entry.at <= now && entry.process === name && entry.call === calls,
    );
    return crash && { dies: crash.when };
  }

  #fault(call: PortCall, process: CrashingProcess): InjectedFault | undefined {
    const now = this.#parts.now();
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

  #partialSend({ asked }: PortCall): InjectedFault {
    const [queue, messages] = asked as Parameters<Queues['send']>;
    const half = messages.slice(0, Math.floor((messages as OutgoingMessage[]).length / 2));
    return {
      instead: async () => {
        if (half.length > 0) await this.#parts.queues.send(queue, half);
        throw new Error('a part of the batch was not sent');
      },
    };
  }

  #earlyReport({ asked }: PortCall, now: Instant): InjectedFault | undefined {
    const early = take(this.#early, (entry) => entry.at <= now);
    if (!early) return undefined;
    return {
      instead: async (really) => {
        const answer = await really();
        const { outcome } = answer as { outcome: string };
        if (outcome === 'accepted') await this.#parts.report(asked[0] as OutgoingMail, early.event);
        return answer;
      },
    };
  }

  /** Somebody else stores the rows again, unchanged but for their revision. */
  #conflict({ asked }: PortCall, now: Instant): InjectedFault | undefined {
    const writes = asked[0] as Write[];
    const revised = writes.find(
      (write) => 'put' in write && write.if?.some((condition) => 'equals' in condition),
    );
    if (!revised || !('put' in revised) || !use(this.#conflicts, now)) return undefined;
    const { pk, sk } = revised.put;
    return {
      instead: async (really) => {
        const row = await this.#parts.table.get({ pk, sk });
        if (row && typeof row.rev === 'number') {
          const unchanged = { if: [{ equals: ['rev', row.rev] as ['rev', number] }] };
          await this.#parts.table.transact(
            [{ put: { ...row, rev: row.rev + 1 }, ...unchanged }],
            'somebody else',
          );
        }
        return really();
      },
    };
  }

  #staleAnswer(
    { method, asked }: PortCall,
    { name }: CrashingProcess,
    now: Instant,
  ): InjectedFault | undefined {
    if (this.#stale.length === 0 || method !== 'query' || name !== 'scanner') return undefined;
    const { index, pk, sk, cursor } = asked[0] as Query;
    if (index === undefined || cursor !== undefined) return undefined;
    const key = `${index} ${pk} ${sk && 'prefix' in sk ? sk.prefix : ''}`;
    const earlier = this.#answers.get(key);
    const isStale = this.#stale.some((entry) => entry.at <= now && now < entry.at + entry.for);
    const old = isStale && earlier && earlier.at >= now - this.#parts.staleFor ? earlier.page : undefined;
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
function take<Entry>(list: Entry[], fits: (entry: Entry) => boolean): Entry | undefined {
  const at = list.findIndex(fits);
  return at < 0 ? undefined : list.splice(at, 1)[0];
}

function use(list: { at: Instant; left: number }[], now: Instant): boolean {
  const entry = list.find(({ at, left }) => at <= now && left > 0);
  if (entry) entry.left -= 1;
  return entry !== undefined;
}
