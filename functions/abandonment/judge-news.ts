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
  /** Whether its own time is over: the task can no longer be enabled as it was, or it is theirs after all. */
  isOver?: boolean;
}

/**
 * Decides again, just before it is mailed, about a notice of what happened (docs/rules.md#episodes): why it no
 * longer holds; undefined where it does. `disabled` and `still-off` of what is on again, `enabled` of what is off, `recovered`
 * of what fails again, and any of these of what is gone, is no news. A withdrawal holds whatever came after it.
 */
export function staleness(newsCase: NewsCase | undefined, news: News): string | undefined {
  if (news.notice === 'withdrawn') return undefined;
  if (!newsCase || isGone(newsCase.task, news.asked)) return 'gone';
  switch (news.notice) {
    case 'disclaimed':
      return news.isOver ? 'taken-back' : undefined;
    case 'disabled':
      return newsCase.task.enabled ? 'on-again' : undefined;
    case 'still-off':
      return newsCase.task.enabled ? 'on-again' : stalenessOfReminder(news);
    default:
      return newsCase.task.enabled ? stalenessOfRunning(newsCase, news) : 'off';
  }
}

function isGone({ deletedAt, cameBackAt }: Task, asked: Instant): boolean {
  return deletedAt !== undefined || (cameBackAt !== undefined && cameBackAt > asked);
}

function stalenessOfReminder({ declined, isOver }: News): string | undefined {
  if (declined) return 'declined';
  return isOver ? 'too-late' : undefined;
}

function stalenessOfRunning({ evidence, policy }: NewsCase, { notice, declined }: News): string | undefined {
  if (notice !== 'recovered') return undefined;
  if (declined) return 'declined';
  return isAlive(evidence, policy) ? undefined : 'fails-again';
}
