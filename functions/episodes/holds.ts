import type { Episode } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import type { TaskRecord } from '../store/tasks.ts';

/** So many spans of an episode are kept. */
const KEPT = 10;

/** The episode with what holds it from now on: its row is written for a new hold anyway. */
export function withHold(open: Episode, hold: TaskRecord['hold'], now: Instant): Episode {
  const before = endedHolds(open, now) ?? [];
  const holds = hold ? [...before, { reason: hold.reason, from: hold.since, to: null }] : before;
  return holds.length === 0 ? open : { ...open, holds: holds.slice(-KEPT) };
}

/** The spans of an episode's holds, none of which lasts any more; undefined where there were none. */
export function endedHolds({ holds }: Episode, now: Instant): Episode['holds'] {
  return holds?.map((span) => (span.to === null ? { ...span, to: now } : span));
}
