import type { Decision } from './decide.ts';
import { askedAgainAt } from './refused.ts';
import type { Episode } from './task.ts';
import { type Duration, type Instant, MINUTE } from './time.ts';

/** After this long without progress queued work is queued again. */
export const QUEUED_AGAIN_AFTER: Duration = 30 * MINUTE;

/** When a task is to be evaluated again, and whether that is the instant at which it is to be disabled. */
export interface NextEvaluation {
  at: Instant;
  why: 'look' | 'disable';
}

/**
 * The next look that a decision asks for; null where a task needs none of its own (a candidate is found by its
 * threshold, a waiting episode by an event). `confirmWithin`: how long a requested disabling may stay unconfirmed.
 */
export function nextEvaluation(
  decision: Decision,
  open: Episode | null,
  now: Instant,
  confirmWithin: Duration,
): NextEvaluation | null {
  const disabling = open?.disabling;
  const againAt = askedAgainAt(disabling);
  if (againAt !== null) return { at: sooner(decision.nextLookAt, againAt, now), why: 'look' };
  if (disabling) {
    const { requestedAt, queuedAt, unanswered } = disabling;
    const isAwaited = requestedAt !== undefined && !unanswered;
    return { at: isAwaited ? requestedAt + confirmWithin : queuedAt + QUEUED_AGAIN_AFTER, why: 'look' };
  }
  const { disableAt } = decision.facts;
  if (open && disableAt !== null && disableAt <= now) return { at: disableAt, why: 'disable' };
  const { recoversAt } = decision.facts;
  if (!open && recoversAt !== null && decision.answer !== 'ignore')
    return spellEvaluation(decision, recoversAt, now);
  if (decision.nextLookAt === null || (!open && decision.answer !== 'hold')) return null;
  return { at: decision.nextLookAt, why: decision.nextLookAt === disableAt ? 'disable' : 'look' };
}

/** A look that is to come before another one; that one where there is none. */
function sooner(look: Instant | null, other: Instant, now: Instant): Instant {
  return look !== null && look > now && look < other ? look : other;
}

/** A spell under way is judged when it will have lasted; what it holds back is announced before, at the threshold. */
function spellEvaluation({ nextLookAt }: Decision, recoversAt: Instant, now: Instant): NextEvaluation {
  return { at: sooner(nextLookAt, recoversAt, now), why: 'look' };
}
