import { lastAliveAt } from './evidence.ts';
import type { EffectivePolicy } from './policy.ts';
import type { Evidence, Task } from './task.ts';
import { DAY, type Duration, type Instant } from './time.ts';

/** What a system enables again so soon after our disabling was reverted (promise 15); inclusive. */
const REVERTED_WITHIN: Duration = 7 * DAY;

/**
 * Whether an enabling by a system, that nobody asked for, reverts our disabling.
 *
 * @param disabledAt when the task was disabled on our request
 */
export function reverts(enabledAt: Instant, disabledAt: Instant): boolean {
  return enabledAt - disabledAt <= REVERTED_WITHIN;
}

/**
 * Whether our disabling of a task was reverted and that still stands: not since it recovered. (A user's publication,
 * its being disabled or deleted, and an operator take the mark off the task.)
 */
export function isReverted(task: Task, evidence: Evidence, policy: EffectivePolicy, now: Instant): boolean {
  const { reverted } = task;
  if (reverted === undefined || !task.enabled || task.deletedAt !== undefined) return false;
  return (lastAliveAt(evidence, policy, now) ?? reverted.at) <= reverted.at;
}
