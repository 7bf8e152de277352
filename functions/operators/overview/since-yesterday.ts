import { DAY, type Instant } from '../../abandonment/time.ts';
import { auditBesideFromRow } from '../../store/audit.ts';
import { eachRowOf, inBuckets } from '../../store/buckets.ts';
import { keys, sortable } from '../../store/keys.ts';
import { dayOf, type Milestone, milestoneFromRow } from '../../store/milestones.ts';
import { runsSince } from '../../store/runs.ts';
import type { Query, Table } from '../../store/table/table.port.ts';
import { instantText } from './time-text.ts';

/** What happened in the last 24 hours. */
export interface SinceYesterday {
  since: string;
  scans: number;
  /** Alerts that fired, and that were over without a disabling. */
  fired: number;
  over: number;
  /** Tasks that were disabled, by a date or because their owners asked, and whose disabling was undone. */
  disabled: number;
  undone: number;
  /** The newest acts of operators that are about no task, the newest first. */
  acts: { at: string; act: string; by: string; reason: string }[];
}

const ACTS = 5;

/** Reads it: a row for each scan, and one for each thing that happened to an alert. */
export async function loadSinceYesterday(table: Table, now: Instant): Promise<SinceYesterday> {
  const since = Math.max(0, now - DAY);
  const [scans, happened, acts] = await Promise.all([
    countScans(table, since),
    loadMilestones(table, since, now),
    newestActs(table, since),
  ]);
  const count = (is: (milestone: Milestone) => boolean) => happened.filter(is).length;
  return {
    since: instantText(since) ?? '',
    scans,
    fired: count(({ kind }) => kind === 'fired'),
    over: count((milestone) => milestone.kind === 'ended' && !milestone.reason.startsWith('disabled')),
    disabled: count(({ kind }) => kind === 'disabled'),
    undone: count((milestone) => milestone.kind === 'left' && milestone.why === 'undone'),
    acts,
  };
}

async function countScans(table: Table, since: Instant): Promise<number> {
  let scans = 0;
  for await (const { completedAt } of runsSince(table, since)) if (completedAt !== undefined) scans += 1;
  return scans;
}

/** What facts count, of the days that the last 24 hours belong to. */
async function loadMilestones(table: Table, since: Instant, now: Instant): Promise<Milestone[]> {
  const sk = { from: sortable(since) };
  const queries = [...new Set([dayOf(since), dayOf(now)])].flatMap((day) =>
    inBuckets((bucket): Query => ({ pk: keys.milestones(day, bucket), sk })),
  );
  const happened: Milestone[] = [];
  for await (const row of eachRowOf(table, queries)) happened.push(milestoneFromRow(row));
  return happened;
}

async function newestActs(table: Table, since: Instant): Promise<SinceYesterday['acts']> {
  const { pk } = keys.auditBeside('operators', 0, '', '');
  const sk = { from: `L#${sortable(since)}`, to: 'L#~' };
  const { rows } = await table.query({ pk, sk, descending: true, limit: ACTS });
  return rows.map(auditBesideFromRow).map(({ at, act, by, reason }) => ({
    at: instantText(at) ?? '',
    act,
    by,
    reason,
  }));
}
