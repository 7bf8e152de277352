import { isEvaluated, isWindowed } from '../../abandonment/task.ts';
import type { Instant } from '../../abandonment/time.ts';
import { isTopic } from '../../abandonment/topics.ts';
import type { FleetView } from '../../store/fleet-view.ts';
import type { RecipientRecord } from '../../store/recipients.ts';
import type { Waiting } from './waiting.ts';
import { isAdmitted } from './warm-up-places.ts';
import { awakeFrom, dayOpensAt, isScarce, windowOpensAt, withdrawalOpensAt } from './windows.ts';

/**
 * What may go now, mail by mail, the first of which anything holds goes: all but windowed notices while the window of the
 * last mail is open, no withdrawal within an hour of the last, and nothing within the recipient's quiet hours or while 24
 * mails went to them within 24 h; or when something may.
 */
export function chooseNotices(
  view: FleetView,
  recipient: RecipientRecord,
  pending: Waiting[],
  now: Instant,
): { inTurn: Waiting[][] } | { until: Instant | null } {
  const { digestEvery } = view.policies.global;
  const windowAt = windowOpensAt(recipient, digestEvery);
  const urgent = pending.some(
    ({ pending: waiting }) => 'by' in waiting && waiting.by <= windowAt && waiting.by > now,
  );
  const readyAt = ({ pending: waiting, address }: Waiting): Instant | null => {
    if (view.pauses.evaluate && isEvaluated(waiting.notice)) return null;
    const needsPlace = waiting.notice === 'warning' && !isTopic(address) && !isAdmitted(recipient, now);
    // While the window of the last mail holds them back they take no place of the warm-up limit: they may have one then.
    if (needsPlace && windowAt <= now) return null;
    if (waiting.notice === 'withdrawn') return Math.max(waiting.notBefore, withdrawalOpensAt(recipient));
    const opens = isWindowed(waiting.notice) && !urgent ? windowAt : dayOpensAt(recipient);
    return Math.max(waiting.notBefore, opens);
  };
  const instants = pending.map(readyAt);
  const isAwake = awakeFrom(recipient, now) <= now;
  const due = pending.filter((_, at) => isAwake && (instants[at] ?? Number.POSITIVE_INFINITY) <= now);
  const others = due.filter(({ pending: { notice } }) => notice !== 'disabled');
  // Of the last mail of a day that has the turn which was asked for first, so that neither starves the other.
  const isNews = isScarce(recipient, now) && askedOf(due) < askedOf(others);
  // All of what was disabled, also what is still gathered.
  const off =
    due.length > others.length ? pending.filter(({ pending: { notice } }) => notice === 'disabled') : [];
  if (due.length > 0) return { inTurn: isNews ? [off, others] : [others, off] };
  const future = instants.filter((at): at is Instant => at !== null);
  return { until: future.length > 0 ? awakeFrom(recipient, Math.max(now, Math.min(...future))) : null };
}

/** When the first of some notices was asked for. */
function askedOf(notices: readonly Waiting[]): Instant {
  return Math.min(...notices.map(({ pending }) => pending.since));
}
