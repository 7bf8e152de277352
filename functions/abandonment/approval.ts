import type { Episode } from './task.ts';
import type { Instant } from './time.ts';

/** Whether a spike holds a task: nobody approved it, or the approval ended before it was used up (docs/rules.md#holds). */
export function isHeldBySpike(brake: Episode['brake'], now: Instant): boolean {
  return brake !== undefined && (brake.approvedAt === undefined || hasLapsed(brake, now));
}

/** Whether an approval ended before the task was disabled: it is held again, and counts towards no spike. */
export function hasLapsed(brake: Episode['brake'], now: Instant): boolean {
  return brake?.approvedUntil !== undefined && now >= brake.approvedUntil;
}
