import type { Cell, ResolveReason } from '../abandonment/task.ts';
import { fullInstant, type Instant } from '../abandonment/time.ts';
import { BUCKETS, bucketOf, keys } from './keys.ts';
import { ROW_VERSION, recordIn } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Write } from './table/table.port.ts';

/** What happened to an episode or to a disabling of ours, as facts count it; written with what happened. */
export type Milestone = { at: Instant; task: string; episode: number; cell: Cell } & (
  | { kind: 'fired'; isOverdue: boolean }
  /** SES took the first warning of the episode. */
  | { kind: 'warned' }
  /** `restarts`: tried in vain while it lasted. */
  | { kind: 'ended'; reason: ResolveReason; wasWarned: boolean; restarts: number }
  /** `perDay`: restarts that were tried each day before, and are not any more. */
  | { kind: 'disabled'; byOwner: boolean; wasWarned: boolean; restarts: number; perDay: number }
  /** It is off by us no more: somebody asked for that, a publication enabled it, or it was deleted. */
  | { kind: 'left'; why: 'undone' | 'published' | 'deleted'; perDay: number }
);

/** Stores it under its day. The same milestone, written again, is the same row. */
export function milestoneWrite(milestone: Milestone): Write {
  const { at, kind, task, episode } = milestone;
  const key = keys.milestone(dayOf(at), bucketOf(task), { at, kind, task, episode });
  return { put: { ...key, v: ROW_VERSION, b: BUCKETS, ...milestone, ...endingOf('milestones', at) } };
}

/** The milestone in its row. */
export const milestoneFromRow = (row: Row): Milestone => recordIn(row);

/** The day of an instant in UTC: `2026-01-15`. */
export function dayOf(at: Instant): string {
  return fullInstant(at).slice(0, 10);
}
