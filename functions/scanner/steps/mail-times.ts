import { type Duration, HOUR, type Instant } from '../../abandonment/time.ts';
import { awakeFrom, dayOpensAt, windowOpensAt, withdrawalOpensAt } from '../../notices/send/windows.ts';
import type { RecipientRecord } from '../../store/recipients.ts';
import { scanEveryOf } from '../evaluate-task.ts';
import { isOff, KEPT_WHILE_OFF } from '../off-queues.ts';
import type { Run } from '../run.ts';
import type { Times } from './waiting-recipients.ts';

/** A message that was queued and not worked for so long is taken for lost. */
const LOST_AFTER: Duration = 3 * HOUR;

/**
 * When a mail to a recipient may go (promise 6).
 *
 * @param lost after which time without progress their message is taken for lost
 * @returns undefined where that is left to a later scan, or a message for them is on its way
 */
export function readyAt(
  run: Run,
  record: RecipientRecord,
  times: Times,
  lost: Duration,
): Instant | undefined {
  const earliest = Math.min(
    Math.max(windowFor(run, record, times), times.windowedAt),
    Math.max(withdrawalOpensAt(record), times.withdrawnAt),
    times.freeAt,
  );
  const at = awakeFrom(record, Math.max(run.now, earliest, dayOpensAt(record), record.retryAt ?? 0));
  const { queuedFor } = record;
  if (queuedFor !== null && queuedFor <= at && !isLost(run, queuedFor, lost)) return undefined;
  return at < run.now + scanEveryOf(run.system, run.view) ? at : undefined;
}

/** From when on a mail of warnings and reminders may go: at once where a reminder step's window would close before. */
function windowFor(run: Run, record: RecipientRecord, { closesAt }: Times): Instant {
  const window = windowOpensAt(record, run.view.policies.global.digestEvery);
  return closesAt !== undefined && closesAt <= window ? run.now : window;
}

/** Whether `digestEvery`, or what went within 24 h, is what delays their warnings. */
export function isDelayed(run: Run, record: RecipientRecord, times: Times): boolean {
  return windowFor(run, record, times) > run.now || dayOpensAt(record) > run.now;
}

/** After which time without progress a recipient's message is taken for lost: later while the queue is off. */
export async function lostAfter(run: Run, { queuedFor }: RecipientRecord): Promise<Duration> {
  const isOld = queuedFor !== null && run.now - queuedFor >= LOST_AFTER;
  return isOld && (await isOff(run, 'notify')) ? KEPT_WHILE_OFF : LOST_AFTER;
}

/** Also lost where a scan marked it and died: it may not have come to sending. */
function isLost(run: Run, queuedFor: Instant, lost: Duration): boolean {
  const doubtful = run.doubtfulSince !== undefined && queuedFor >= run.doubtfulSince;
  return doubtful || run.now - queuedFor >= lost;
}
