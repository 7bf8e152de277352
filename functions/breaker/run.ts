import type { Duration, Instant } from '../abandonment/time.ts';
import { METRIC } from '../platform/names.ts';
import type { QueueName } from '../platform/ports.ts';
import type { System } from '../platform/system.ts';
import { eachRow } from '../store/records.ts';
import { index, keys, ROW_VERSION, sortable } from '../store/rows.ts';
import type { Row, Write } from '../store/table.port.ts';
import { recordOops } from '../work/oops.ts';
import { announce, openingWrites } from './announce.ts';
import {
  type BreakerAction,
  type BreakerState,
  countedSince,
  NEW_BREAKER,
  nextBreaker,
  type Observation,
} from './rule.ts';
import type { AttemptStats, ProbeResult, WorkerControl } from './worker-control.port.ts';

export interface BreakerPorts {
  control: WorkerControl;
}

/** The queues that have a worker. */
export const WORKED_QUEUES: readonly QueueName[] = ['ingest', 'notify', 'disable', 'mail-events'];

/** What one look at a queue came to. */
export interface BreakerReport {
  queue: QueueName;
  /** `unknown`: the look itself failed. */
  phase: BreakerState['phase'] | 'unknown';
  actions: BreakerAction[];
}

/** More failures than these within the window say nothing new. */
const MOST_FAILURES = 500;

/**
 * Looks once at each queue: counts how its attempts went, pauses, probes and resumes (design.md section 8). To be
 * called every minute. A queue whose look fails stops no other; the heartbeat says that all were looked at.
 */
export async function runBreaker(
  system: System,
  ports: BreakerPorts,
  now: Instant,
  queues: readonly QueueName[] = WORKED_QUEUES,
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
  system: System,
  control: WorkerControl,
  queue: QueueName,
  now: Instant,
): Promise<BreakerReport> {
  try {
    return await new Look(system, control, queue, now).run();
  } catch (error) {
    await recordOops(system, { worker: 'breaker', item: queue, attempt: 1, cause: 'fault', error });
    return { queue, phase: 'unknown', actions: [] };
  }
}

/** One look at one queue. */
class Look {
  readonly #system: System;
  readonly #control: WorkerControl;
  readonly #queue: QueueName;
  readonly #now: Instant;
  readonly #actions: BreakerAction[] = [];
  #state: BreakerState = NEW_BREAKER;
  #rev = 0;

  constructor(system: System, control: WorkerControl, queue: QueueName, now: Instant) {
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
      this.#state = stateOf(row);
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
    if (this.#state.phase === 'closed' && !paused) await this.#lookFromOutside();
    const stats = this.#state.phase === 'closed' ? await this.#stats(version) : [];
    return { seen: 'work', stats, version, paused, pausedByOperator };
  }

  /**
   * A worker that dies before its first line runs records nothing. While messages wait, and where the platform
   * cannot tell how invocations went, it is asked itself: a probe that fails is an attempt that died.
   */
  async #lookFromOutside(): Promise<void> {
    if (!(await this.#control.isWaiting?.(this.#queue))) return;
    const result = await this.#asked();
    if (result === 'passed') return;
    const error = new Error(`the worker does not answer: ${result.failed}`);
    error.name = 'WorkerDoesNotAnswer';
    await recordOops(this.#system, { worker: this.#queue, item: 'probe', attempt: 1, cause: 'died', error });
  }

  /** A worker that is too busy to be asked is not dead. */
  async #asked(): Promise<ProbeResult> {
    try {
      return await this.#control.probe(this.#queue);
    } catch (error) {
      this.#system.telemetry.log('info', 'breaker: not asked', { queue: this.#queue, error: String(error) });
      return 'passed';
    }
  }

  /** What the attempts say of themselves and what is seen from outside: the larger of each counts. */
  async #stats(version: string): Promise<AttemptStats[]> {
    const since = countedSince(this.#state, version, this.#now);
    const inside = await insideStats(this.#system, this.#queue, since, version);
    const outside = (await this.#control.stats(this.#queue, since)).filter(
      (one) => one.version === null || one.version === version,
    );
    return [inside, ...outside].reduce<AttemptStats[]>(
      ([all], one) => [
        {
          version,
          attempts: Math.max(all?.attempts ?? 0, one.attempts),
          failed: Math.max(all?.failed ?? 0, one.failed),
        },
      ],
      [],
    );
  }

  /** Stores what follows before it is done; answers what is seen then, where that is to be judged at once. */
  async #step(seen: Observation): Promise<Observation | undefined> {
    const before = this.#state;
    const { state, actions } = nextBreaker(before, seen, this.#now);
    if (!(await this.#store(before, state, actions))) return undefined;
    let next: Observation | undefined;
    for (const action of actions) next = (await this.#act(action, seen)) ?? next;
    return next;
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
    if (before.phase !== 'closed' && state.phase === 'closed') {
      writes.push({ delete: keys.operatorAlert('breaker-open', this.#queue) });
    }
    const result = await this.#system.table.transact(writes, this.#system.random.id(this.#now));
    this.#rev += 1;
    return result.outcome === 'applied';
  }

  async #act(action: BreakerAction, seen: Observation): Promise<Observation | undefined> {
    this.#actions.push(action);
    const { pausedByOperator } = seen;
    this.#system.telemetry.log('warn', `breaker: ${action}`, {
      queue: this.#queue,
      phase: this.#state.phase,
    });
    switch (action) {
      case 'pause':
        await this.#control.pause(this.#queue);
        return undefined;
      case 'alert':
        await announce(this.#system, this.#queue, this.#state, this.#now);
        return undefined;
      case 'probe':
        return { seen: 'probe', result: await this.#probe(), pausedByOperator };
      case 'resume':
        await this.#control.resume(this.#queue);
        return {
          seen: 'work',
          stats: [],
          version: this.#state.version ?? '',
          paused: false,
          pausedByOperator,
        };
    }
  }

  async #probe(): Promise<ProbeResult> {
    const result = await this.#control.probe(this.#queue);
    const failed = result === 'passed' ? {} : { failed: result.failed };
    this.#system.telemetry.log('info', 'breaker: probed', { queue: this.#queue, ...failed });
    return result;
  }
}

/** Reads a breaker's row. */
export function stateOf(row: Row): BreakerState {
  const { phase, since, version, versionSince, countFrom, trippedBy, probed, probeAt, wait } = row as Row &
    BreakerState;
  return {
    phase,
    since,
    version,
    versionSince,
    countFrom,
    trippedBy,
    probed,
    probeAt,
    wait: wait as Duration,
  };
}

/** What the attempts of one version recorded of themselves since an instant. */
async function insideStats(
  system: System,
  queue: QueueName,
  since: Instant,
  version: string,
): Promise<AttemptStats> {
  const stats = { version, attempts: 0, failed: 0 };
  const rows = eachRow(system.table, {
    index: 'g2',
    pk: index.failures(queue),
    sk: { from: sortable(since) },
  });
  for await (const row of rows) {
    const told = row.p as { version: string; attempts: number };
    if (isOlder(told.version, version)) continue;
    stats.attempts += told.attempts;
    stats.failed += 1;
    if (stats.failed >= MOST_FAILURES) break;
  }
  return stats;
}

/** Whether code of another version said so; where a process cannot tell its version, what it says counts. */
function isOlder(told: string, deployed: string): boolean {
  return told !== deployed && told !== '$LATEST' && told !== 'none';
}
