import { type Episode, isOpening, type Notice } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { withoutAnnouncement } from './announce.ts';

/**
 * The episode after a notice was taken back unsent, so that the next look can ask for another; undefined where it is
 * as before.
 */
export function withoutNotice(open: Episode, key: string, notice: Notice | undefined): Episode | undefined {
  const part = open.told[key];
  if (part) {
    const { [key]: _, ...others } = open.told;
    const done = part.reminder ? { ...part, reminder: { ...part.reminder, state: 'done' as const } } : part;
    const kept = notice === 'reminder' || part.warning === 'accepted';
    return { ...open, told: kept ? { ...others, [key]: done } : others };
  }
  const { [key]: informed, ...others } = open.informed ?? {};
  return informed && !informed.heard && notice !== undefined && isOpening(notice)
    ? { ...open, informed: others }
    : undefined;
}

/** The task, to be evaluated at once, whose notice for one recipient was taken back; undefined where it is as before. */
export function withoutNoticeOf(
  record: TaskRecord | undefined,
  key: string,
  notice: Notice,
  now: Instant,
): TaskRecord | undefined {
  if (notice === 'stopping') return withoutAnnouncement(record, key);
  const open = record?.open && withoutNotice(record.open, key, notice);
  return record && open ? { ...record, open, next: { at: now, why: 'look' } } : undefined;
}
