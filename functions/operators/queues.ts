import type { Instant } from '../abandonment/time.ts';
import type { BreakerState } from '../breaker/rule.ts';
import { breakerFromRow } from '../breaker/run.ts';
import type { WorkerControl } from '../breaker/worker-control.port.ts';
import { QUEUE_NAMES, type QueueName } from '../platform/queues.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { keys } from '../store/keys.ts';
import { allRows, ROW_VERSION } from '../store/rows.ts';
import type { Row, Write } from '../store/table/table.port.ts';
import { TableBusy } from '../store/table-busy.ts';

/** How a queue is worked. */
export interface QueueStanding {
  queue: QueueName;
  /** Whether its worker receives messages. */
  worked: boolean;
  /** Who paused it, and since when; null where no operator did. */
  paused: { by: string; at: Instant } | null;
  breaker: BreakerState['phase'];
  /** While the breaker is open: since when, which version opened it, and when it probes next. */
  open: { since: Instant; version: string | null; probeAt: Instant | null } | null;
}

/** How each queue is worked. Throws where the workers cannot be asked. */
export async function listQueues(system: System, control: WorkerControl): Promise<QueueStanding[]> {
  const rows = await allRows(system.table, { pk: keys.breaker('').pk, consistent: true });
  const bySk = new Map(rows.map((row) => [row.sk, row]));
  return Promise.all(
    QUEUE_NAMES.map(async (queue) => {
      const state = bySk.get(keys.breaker(queue).sk);
      return standingOf(queue, !(await control.isPaused(queue)), state, bySk.get(keys.queuePause(queue).sk));
    }),
  );
}

function standingOf(
  queue: QueueName,
  worked: boolean,
  row: Row | undefined,
  pause: Row | undefined,
): QueueStanding {
  const state = row && breakerFromRow(row);
  const open = state && state.phase !== 'closed';
  return {
    queue,
    worked,
    paused: pause ? { by: String(pause.by), at: Number(pause.at) } : null,
    breaker: state?.phase ?? 'closed',
    open: open ? { since: state.since, version: state.trippedBy, probeAt: state.probeAt } : null,
  };
}

/** Stops a queue until an operator resumes it: its messages wait. Remembered first, so that the breaker knows. */
export async function pauseQueue(
  system: System,
  control: WorkerControl,
  queue: QueueName,
  by: string,
): Promise<void> {
  const at = system.clock.now();
  await write(system, queue, 'pause', by, { put: { ...keys.queuePause(queue), v: ROW_VERSION, by, at } });
  await control.pause(queue);
}

/**
 * Takes an operator's pause back. Where the breaker keeps the queue off, it stays off until its worker works a message of it.
 *
 * @returns whether an operator had paused it, and whether it is worked now
 */
export async function resumeQueue(
  system: System,
  control: WorkerControl,
  queue: QueueName,
  by: string,
): Promise<{ wasPaused: boolean; worked: boolean }> {
  const wasPaused = (await system.table.get(keys.queuePause(queue))) !== undefined;
  await write(system, queue, 'resume', by, { delete: keys.queuePause(queue) });
  const row = await system.table.get(keys.breaker(queue));
  const isOpen = row !== undefined && breakerFromRow(row).phase !== 'closed';
  if (!isOpen) await control.resume(queue);
  return { wasPaused, worked: !isOpen };
}

async function write(
  system: System,
  queue: QueueName,
  act: string,
  by: string,
  change: Write,
): Promise<void> {
  const at = system.clock.now();
  const audit = auditWrite({
    subject: 'operators',
    at,
    act: `${act} queue ${queue}`,
    by,
    reason: '',
    evidence: {},
    mails: [],
  });
  const result = await system.table.transact([change, audit], system.random.id(at));
  if (result.outcome !== 'applied') throw new TableBusy(`could not ${act} ${queue}: the table is busy`);
}
