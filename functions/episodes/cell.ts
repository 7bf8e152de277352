import { causeOf } from '../abandonment/causes.ts';
import type { Case } from '../abandonment/decide.ts';
import { triedSince } from '../abandonment/healthy-spells.ts';
import type { Cell, Episode, Evidence } from '../abandonment/task.ts';
import { DAY, HOUR, type Instant } from '../abandonment/time.ts';

type Counted = Pick<Case, 'task' | 'evidence' | 'policy'>;

/** What facts count a task under: as it was when its episode fired, and as it is now where no row says that. */
export function cellOf({ task, evidence, policy }: Counted, episode?: Pick<Episode, 'cell'>): Cell {
  const plane = task.dataPlane;
  if (!episode?.cell) return { plane, mode: policy.mode, cause: causeOf(evidence) };
  const [mode, cause] = episode.cell.split(' ') as [Cell['mode'], Cell['cause']];
  return { plane, mode, cause };
}

/** The same as an episode keeps it. */
export function cellToKeep({ mode, cause }: Cell): NonNullable<Episode['cell']> {
  return `${mode} ${cause}`;
}

/** Whether SES took any warning of an episode; of rows of older versions its recipients say it. */
export function wasWarned({ told, warned }: Episode): boolean {
  return warned === true || Object.values(told).some(({ warning }) => warning === 'accepted');
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
