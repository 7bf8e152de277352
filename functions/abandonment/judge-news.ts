import { isAlive } from './evidence.ts';
import type { EffectivePolicy } from './policy.ts';
import type { Evidence, Notice, Task } from './task.ts';
import type { Instant } from './time.ts';

/** The task that a notice of what happened speaks of, as it is now; undefined where it is not known any more. */
export interface NewsCase {
  task: Task;
  evidence: Evidence;
  policy: EffectivePolicy;
}

/** A notice of what happened. */
export interface News {
  notice: Notice;
  /** When it came to be: a task that was made anew under its id since is another one. */
  asked: Instant;
  /** Whether the recipient declined what may be declined. */
  declined: boolean;
  /** Whether its own time is over: of a reminder, that the task can no longer be enabled as it was. */
  isOver?: boolean;
}

/**
 * Decides again, just before it is mailed, about a notice of what happened (docs/rules.md#episodes): why it no
 * longer holds; undefined where it does. `disabled` and `still-off` of what is on again, `enabled` of what is off, `recovered` of what
 * fails again, and any of these of what is gone, is no news. A withdrawal holds whatever came after it.
 *
 */
export function staleness(
  given: NewsCase | undefined,
  { notice, asked, declined, isOver = false }: News,
): string | undefined {
  if (notice === 'withdrawn') return undefined;
  if (!given || isGone(given.task, asked)) return 'gone';
  const { task, evidence, policy } = given;
  if (notice === 'disabled' || notice === 'still-off') {
    if (task.enabled) return 'on-again';
    return notice === 'still-off' ? reminderStaleness(declined, isOver) : undefined;
  }
  if (!task.enabled) return 'off';
  if (notice !== 'recovered') return undefined;
  if (declined) return 'declined';
  return isAlive(evidence, policy) ? undefined : 'fails-again';
}

function isGone({ deletedAt, cameBackAt }: Task, asked: Instant): boolean {
  return deletedAt !== undefined || (cameBackAt !== undefined && cameBackAt > asked);
}

function reminderStaleness(declined: boolean, isOver: boolean): string | undefined {
  if (declined) return 'declined';
  return isOver ? 'too-late' : undefined;
}
