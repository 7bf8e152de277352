import { SECOND } from '../abandonment/time.ts';
import type { Recording } from '../store/commit.ts';
import { keys } from '../store/keys.ts';
import { ROW_VERSION } from '../store/rows.ts';
import { endingOf } from '../store/table/expiry.ts';
import type { Row } from '../store/table/table.port.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import type { Consumer, Delivery, Outcome } from './consumer.ts';
import { recordDeath, recordOops, type StartRow } from './oops.ts';

/** A process that nobody says more of is stopped after so long. */
const DEFAULT_TIME_LIMIT = 30 * SECOND;
/** What is written here, for a fault of the table. */
const RECORD = 'the record of an attempt';

/** What an attempt is known by. */
export interface Attempt {
  queue: Consumer<unknown>['queue'];
  item: string;
  delivery: Delivery;
  /**
   * Whether a start is written for each receive. Where the broker keeps the message it is written from the second
   * receive on: what goes well at once costs no write.
   */
  always: boolean;
  /** Whether how it ended shows that the work of its queue can be done. */
  isProof(outcome: Outcome): boolean;
}

/**
 * Writes that an attempt begins, before it acts, so that a process that dies is seen: by the next attempt here, or by
 * the scanner's watchdog. Throws where the table would not take it: what leaves no trace must not act.
 */
export async function recordStart(system: Recording, attempt: Attempt): Promise<void> {
  const { queue, item, delivery } = attempt;
  const again = delivery.receiveCount > 1;
  if (!attempt.always && !again) return;
  const untraced = again ? await findDeath(system, attempt) : [];
  const now = system.clock.now();
  const start: StartRow = {
    queue,
    item,
    messageId: delivery.messageId,
    attempt: delivery.receiveCount,
    startedAt: now,
    since: delivery.firstReceivedAt ?? now,
    endsBy: delivery.endsBy ?? now + DEFAULT_TIME_LIMIT,
    endedAt: null,
    functionVersion: system.config.functionVersion,
  };
  await writeUnlessRefused(system, [{ put: rowOf(start) }], RECORD);
  // Only then: a process that dies at these records has left its own trace.
  for (const number of untraced) await recordUntraced(system, attempt, number);
}

/** It ends when its process is stopped, at the latest. */
function rowOf(start: StartRow): Row {
  const { queue, item, messageId } = start;
  return {
    ...keys.work(queue, item, messageId),
    v: ROW_VERSION,
    ...start,
    ...endingOf('attempts', start.endsBy),
  };
}

/**
 * Counts the attempt before this one that began and never ended, and gives the numbers of those that never came to
 * write that they begin. Where nothing at all is known of the message and it may be a repeated delivery of one that is
 * done with, nothing is counted.
 */
async function findDeath(system: Recording, { queue, item, delivery, always }: Attempt): Promise<number[]> {
  const last = delivery.receiveCount - 1;
  const before = await system.table.get(keys.work(queue, item, delivery.messageId));
  if (before && before.endedAt === null) {
    if (Number(before.endsBy) > system.clock.now()) return [];
    await recordDeath(system, before);
  }
  const newest = before ? Number(before.attempt) : always ? last : last - 1;
  return Array.from({ length: Math.max(0, last - newest) }, (_, index) => newest + 1 + index);
}

async function recordUntraced(system: Recording, { queue, item }: Attempt, attempt: number): Promise<void> {
  const error = new Error(`attempt ${attempt} left no trace: it died or never began, or its answer was lost`);
  await recordOops(system, { worker: queue, item, attempt, cause: 'died', error, uncertain: true });
}

/**
 * Writes that an attempt ended; `finished` where its message is done with. Never throws: the work is done or decided,
 * and must be neither failed nor repeated for the sake of its record.
 */
export async function recordEnd(system: Recording, attempt: Attempt, finished: boolean): Promise<void> {
  const { queue, item, delivery, always } = attempt;
  const tracked = always || delivery.receiveCount > 1;
  if (finished && !tracked) return;
  const key = keys.work(queue, item, delivery.messageId);
  const now = system.clock.now();
  const ended: StartRow = {
    queue,
    item,
    messageId: delivery.messageId,
    attempt: delivery.receiveCount,
    startedAt: now,
    endsBy: now,
    endedAt: now,
    functionVersion: system.config.functionVersion,
  };
  const write = finished ? { delete: key } : { put: rowOf(ended) };
  try {
    await writeUnlessRefused(system, [write], RECORD);
  } catch (error) {
    system.telemetry.log('warn', 'the end of an attempt is not recorded', {
      queue,
      item,
      error: String(error),
    });
  }
}
