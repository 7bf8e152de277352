import type { Instant } from '../abandonment/time.ts';
import { METRIC } from '../platform/names.ts';
import type { QueueName } from '../platform/queues.ts';
import { queuesInUse } from '../platform/queues-in-use.ts';
import type { System } from '../platform/system.ts';
import { index, keys, sortable } from '../store/keys.ts';
import { failurePlaceIn } from '../store/oops.ts';
import { eachRow, ROW_VERSION, recordIn } from '../store/rows.ts';
import type { Row, Write } from '../store/table/table.port.ts';
import { countDeaths } from '../work/deaths.ts';
import { recordCountedOops, recordOops } from '../work/oops.ts';
import {
  type Announcing,
  announce,
  announceEnd,
  notifiedAtOf,
  openingWrites,
  reopeningWrites,
} from './announce.ts';
import {
  type AttemptStats,
  type BreakerAction,
  type BreakerState,
  type BreakerStep,
  countedSince,
  NEW_BREAKER,
  nextBreaker,
  type Observation,
  type TriedResult,
} from './rule.ts';
import { tryMessages } from './trial.ts';
import type { ProbeResult, WorkerControl } from './worker-control.port.ts';

export interface BreakerPorts {
  control: WorkerControl;
}

/** What one look at a queue came to. */
export interface BreakerReport {
  queue: QueueName;
  /** `unknown`: the look itself failed. */
  phase: BreakerState['phase'] | 'unknown';
  actions: BreakerAction[];
}

/** Of a queue that is off, or about to be worked: what its attempts say is not asked. */
const NOTHING_WATCHED = {
  stats: { attempts: 0, failed: 0, since: null } as AttemptStats,
  waiting: false,
  busy: false,
};

/** More failures than these within the window say nothing new. */
const MOST_FAILURES = 500;

/**
 * Looks once at each queue: counts how its attempts went, pauses, probes and resumes (docs/rules.md#breaker). To be
 * called every minute. A queue whose look fails stops no other; the heartbeat says that all were looked at.
 */
export async function runBreaker(
  system: Announcing,
  ports: BreakerPorts,
  now: Instant,
  queues: readonly QueueName[] = queuesInUse(system.config),
): Promise<BreakerReport[]> {
  const looks = queues.map((queue) => lookSafely(system, ports.control, queue, now));
  const reports = await Promise.all(looks);
  for (const { queue, phase } of reports) {
    if (phase === 'open' || phase === 'resuming')
      system.telemetry.metric(METRIC.breakerOpen, 1, 'Count', { queue });
  }
  if (reports.every(({ phase }) => phase !== 'unknown')) system.telemetry.metric(METRIC.breakerRan, 1);
  return reports;
}

async function lookSafely(
  system: Announcing,
  control: WorkerControl,
  queue: QueueName,
  now: Instant,
): Promise<BreakerReport> {
  const look = new Look(system, control, queue, now);
  try {
    return await look.run();
  } catch (error) {
    await recordOops(system, { worker: 'breaker', item: queue, attempt: 1, cause: 'fault', error });
    return { queue, phase: 'unknown', actions: await look.withoutState() };
  }
}

/** One look at one queue. */
class Look {
  readonly #system: Announcing;
  readonly #control: WorkerControl;
  readonly #queue: QueueName;
  readonly #now: Instant;
  readonly #actions: BreakerAction[] = [];
  #state: BreakerState = NEW_BREAKER;
  #rev = 0;

  constructor(system: Announcing, control: WorkerControl, queue: QueueName, now: Instant) {
    this.#system = system;
    this.#control = control;
    this.#queue = queue;
    this.#now = now;
  }

  async run(): Promise<BreakerReport> {
    const { table } = this.#system;
    const [row, pause] = await Promise.all([
      table.get(keys.breaker(this.#queue)),
      table.get(keys.queuePause(this.#queue)),
    ]);
    if (row) {
      this.#state = breakerFromRow(row);
      this.#rev = Number(row.rev);
    }
    let seen: Observation | undefined = await this.#observe(pause !== undefined);
    while (seen) seen = await this.#step(seen);
    return { queue: this.#queue, phase: this.#state.phase, actions: this.#actions };
  }

  async #observe(pausedByOperator: boolean): Promise<Observation> {
    const [version, paused] = await Promise.all([
      this.#control.version(this.#queue),
      this.#control.isPaused(this.#queue),
    ]);
    const seen = { seen: 'work' as const, version, paused, pausedByOperator };
    if (this.#state.phase !== 'closed' || paused) return { ...seen, ...NOTHING_WATCHED };
    return { ...seen, ...(await this.#watch(version)) };
  }

  /** How the work of a queue goes that is worked: as seen from outside, and as its attempts recorded it. */
  async #watch(version: string): Promise<typeof NOTHING_WATCHED> {
    const waiting = await this.#control.isWaiting(this.#queue);
    if (waiting) await countDeaths(this.#system, this.#queue);
    const answer = waiting ? await this.#lookFromOutside(version) : undefined;
    const since = countedSince(this.#state, version, this.#now);
    const stats = await attemptsOf(this.#system, this.#queue, since, version);
    if (answer?.outcome === 'passed') stats.attempts += answer.worked;
    return { stats, waiting, busy: answer?.outcome === 'busy' };
  }

  /**
   * Where the state cannot be read or stored: a queue whose worker does not answer either is paused, for each receive
   * uses its messages up. Nothing remembers that but the queue that is off: the first look that can read its state
   * finds it so, and it goes on once a probe passes. Never throws.
   */
  async withoutState(): Promise<BreakerAction[]> {
    try {
      if (!this.#actions.includes('pause')) {
        if (await this.#control.isPaused(this.#queue)) return [];
        if (!(await this.#control.isWaiting(this.#queue))) return [];
        if ((await this.#answer())?.outcome !== 'failed') return [];
        await this.#pause();
      }
      await this.#system.operators.notify({
        code: 'breaker-open',
        subject: this.#queue,
        detail: `the ${this.#queue} queue is off, for the table fails; nothing is lost, and it goes on by itself once the table is back`,
      });
    } catch (error) {
      const about = { queue: this.#queue, error: String(error) };
      this.#system.telemetry.log('error', 'breaker: cannot do without the table', about);
    }
    return this.#actions;
  }

  /**
   * A worker that dies before its first line runs records nothing: a probe that fails is an attempt that died. Throws
   * where that cannot be counted, for then nothing would ever be.
   */
  async #lookFromOutside(version: string): Promise<ProbeResult | undefined> {
    const answer = await this.#answer();
    if (answer?.outcome !== 'failed') return answer;
    const error = new Error(`the worker does not answer: ${answer.reason}`);
    error.name = 'WorkerDoesNotAnswer';
    const died = { worker: this.#queue, item: 'probe', attempt: 1, cause: 'died', error, version } as const;
    await recordCountedOops(this.#system, died);
    return answer;
  }

  /** What the worker itself answers; undefined where it could not be asked, which says nothing of it. */
  async #answer(): Promise<ProbeResult | undefined> {
    try {
      return await this.#control.probe(this.#queue);
    } catch (error) {
      this.#system.telemetry.log('info', 'breaker: not asked', { queue: this.#queue, error: String(error) });
      return undefined;
    }
  }

  /**
   * Stores what follows before it is done (but for a pause where it cannot be stored); answers what is seen then, where
   * that is to be judged at once.
   */
  async #step(seen: Observation): Promise<Observation | undefined> {
    const before = this.#state;
    const { state, actions } = await this.#next(before, seen);
    try {
      if (!(await this.#store(before, state, actions))) return undefined;
    } catch (error) {
      if (actions.includes('pause')) await this.#pause();
      throw error;
    }
    let next: Observation | undefined;
    for (const action of actions) next = (await this.#act(action, seen)) ?? next;
    return next;
  }

  /**
   * When operators were notified of an incident is kept where its alert is taken back: it may open again. The scanner notifies of
   * the end of what it knows.
   */
  async #next(before: BreakerState, seen: Observation): Promise<BreakerStep> {
    const step = nextBreaker(before, seen, this.#now);
    if (before.phase === 'closed' || step.state.phase !== 'closed') return step;
    const notifiedAt = await notifiedAtOf(this.#system, this.#queue);
    const actions = step.actions.filter((action) => action !== 'over' || notifiedAt === undefined);
    return { state: { ...step.state, toldAt: notifiedAt ?? step.state.toldAt }, actions };
  }

  async #store(
    before: BreakerState,
    state: BreakerState,
    actions: readonly BreakerAction[],
  ): Promise<boolean> {
    this.#state = state;
    if (state === before) return true;
    const key = keys.breaker(this.#queue);
    const put = { ...key, v: ROW_VERSION, ...state, rev: this.#rev + 1 };
    const condition =
      this.#rev === 0 ? { absent: true as const } : { equals: ['rev', this.#rev] as [string, number] };
    const writes: Write[] = [{ put, if: [condition] }];
    if (actions.includes('alert')) writes.push(...openingWrites(this.#queue, state, this.#now));
    else if (before.phase === 'closed' && state.phase === 'open' && state.incident !== this.#now) {
      writes.push(...reopeningWrites(this.#queue, state, this.#now));
    }
    if (before.phase !== 'closed' && state.phase === 'closed') {
      writes.push({ delete: keys.operatorAlert('breaker-open', this.#queue) });
    }
    const result = await this.#system.table.transact(writes, this.#system.random.id(this.#now));
    this.#rev += 1;
    return result.outcome === 'applied';
  }

  async #act(action: BreakerAction, seen: Observation): Promise<Observation | undefined> {
    const { pausedByOperator } = seen;
    if (action !== 'pause') this.#note(action);
    switch (action) {
      case 'pause':
        await this.#pause();
        return undefined;
      case 'alert':
        await announce(this.#system, this.#queue, this.#state, this.#now);
        return undefined;
      case 'over':
        await announceEnd(this.#system, this.#queue, this.#now);
        return undefined;
      case 'probe':
        return { seen: 'probe', result: await this.#probe(pausedByOperator), pausedByOperator };
      case 'resume':
        await this.#control.resume(this.#queue);
        return {
          seen: 'work',
          ...NOTHING_WATCHED,
          version: this.#state.version ?? '',
          paused: false,
          pausedByOperator,
        };
    }
  }

  async #pause(): Promise<void> {
    this.#note('pause');
    await this.#control.pause(this.#queue);
  }

  #note(action: BreakerAction): void {
    this.#actions.push(action);
    const { phase } = this.#state;
    this.#system.telemetry.log('warn', `breaker: ${action}`, { queue: this.#queue, phase });
  }

  /** The probe first, which uses nothing up; then a trial, but of no queue that an operator wants to be off. */
  async #probe(pausedByOperator: boolean): Promise<TriedResult> {
    const answer = await this.#control.probe(this.#queue);
    this.#system.telemetry.log('info', 'breaker: probed', { queue: this.#queue, ...answer });
    if (answer.outcome !== 'passed') return 'failed';
    return pausedByOperator ? 'passed' : tryMessages(this.#system, this.#control, this.#queue);
  }
}

/** Reads a breaker's row. */
export function breakerFromRow(row: Row): BreakerState {
  const { rev: _rev, ...stored } = recordIn<BreakerState & { rev: number }>(row);
  const state: BreakerState = { ...NEW_BREAKER, ...stored };
  if (state.phase === 'closed' || state.incident !== null) return state;
  // Rows of older code know no incident, and not when something failed last.
  return { ...state, incident: state.since, failedAt: state.since };
}

/** What the attempts of one version recorded of themselves since an instant. */
async function attemptsOf(
  { table }: Pick<System, 'table'>,
  queue: QueueName,
  since: Instant,
  version: string,
): Promise<AttemptStats> {
  const stats: AttemptStats = { attempts: 0, failed: 0, since: null };
  const rows = eachRow(table, {
    index: 'g2',
    pk: index.failures(queue),
    sk: { from: sortable(since) },
  });
  for await (const row of rows) {
    const failure = failurePlaceIn(row);
    if (isOlder(failure.version, version)) continue;
    const place = row.g2sk as string;
    const at = Date.parse(place.slice(0, place.indexOf('#')));
    stats.since = Math.min(stats.since ?? at, failure.since ?? at);
    stats.attempts += failure.attempts;
    stats.failed += 1;
    if (stats.failed >= MOST_FAILURES) break;
  }
  return stats;
}

/** Whether code of another version said so; where a process cannot tell its version, what it says counts. */
function isOlder(version: string, deployed: string): boolean {
  return version !== deployed && version !== '$LATEST' && version !== 'none';
}
