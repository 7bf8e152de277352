import { causeOf } from '../abandonment/causes.ts';
import type { Case } from '../abandonment/decide.ts';
import { triedSince } from '../abandonment/healthy-spells.ts';
import type { Cell, Episode, Evidence } from '../abandonment/task.ts';
import { DAY, HOUR, type Instant } from '../abandonment/time.ts';

/** What facts count a task under as it is now. */
export function cellOf({ task, evidence, policy }: Pick<Case, 'task' | 'evidence' | 'policy'>): Cell {
  return { plane: task.dataPlane, mode: policy.mode, cause: causeOf(evidence) };
}

/** Whether SES took any warning of an episode; rows of older versions do not say since when. */
export function wasWarned({ told, firstWarnedAt }: Episode): boolean {
  return firstWarnedAt !== undefined || Object.values(told).some(({ warning }) => warning === 'accepted');
}

/** Restarts of a task that were tried since it was lost; below zero only where a count began anew. */
export function restartsSince(evidence: Evidence): number {
  return Math.max(0, triedSince(evidence).restarts);
}

/**
 * How often a task was restarted each day since it was lost. In a span shorter than an hour nothing is known of that: it
 * counts as one.
 */
export function restartsPerDay(evidence: Evidence, since: Instant, now: Instant): number {
  const days = Math.max(HOUR, now - since) / DAY;
  return Math.round((restartsSince(evidence) / days) * 1_000) / 1_000;
}
