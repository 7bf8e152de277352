import { DAY, type Instant } from '../../abandonment/time.ts';
import { auditBesideFromRow } from '../../store/audit.ts';
import { eachRowOf, inBuckets } from '../../store/buckets.ts';
import { index, keys, sortable } from '../../store/keys.ts';
import { type RunRecord, runsSince } from '../../store/runs.ts';
import type { Query, Table } from '../../store/table/table.port.ts';
import { turnedOffBy } from '../../store/turned-off.ts';
import { instantText } from './time-text.ts';

/** What happened in the last 24 hours. */
export interface SinceYesterday {
  since: string;
  scans: number;
  fired: number;
  /** Alerts that were over, as scans counted them; by acts of people more may be. */
  over: number;
  /** Disabled as the scans of that time asked. */
  disabled: number;
  /** The newest acts of operators that are about no task, the newest first. */
  acts: { at: string; act: string; by: string; reason: string }[];
}

const ACTS = 5;

/** Reads it: a row for each scan, one for each that was disabled, and the keys of the alerts that fired. */
export async function loadSinceYesterday(table: Table, now: Instant): Promise<SinceYesterday> {
  const since = now - DAY;
  const [runs, fired, acts] = await Promise.all([
    runsOf(table, since),
    countFired(table, since),
    newestActs(table, since),
  ]);
  const disabled = await Promise.all(
    runs.filter(({ figures }) => figures.queuedToDisable).map(({ run }) => countOf(turnedOffBy(table, run))),
  );
  return {
    since: instantText(since) ?? '',
    scans: runs.filter(({ completedAt }) => completedAt !== undefined).length,
    fired,
    over: runs.reduce((sum, { figures }) => sum + (figures.resolved ?? 0), 0),
    disabled: disabled.reduce((sum, one) => sum + one, 0),
    acts,
  };
}

async function runsOf(table: Table, since: Instant): Promise<RunRecord[]> {
  const runs: RunRecord[] = [];
  for await (const run of runsSince(table, since)) runs.push(run);
  return runs;
}

function countFired(table: Table, since: Instant): Promise<number> {
  const sk = { from: sortable(Math.max(0, since)) };
  return countOf(
    eachRowOf(
      table,
      inBuckets((bucket): Query => ({ index: 'g2', pk: index.alerts(bucket), sk })),
    ),
  );
}

async function newestActs(table: Table, since: Instant): Promise<SinceYesterday['acts']> {
  const { pk } = keys.auditBeside('operators', 0, '', '');
  const sk = { from: `L#${sortable(Math.max(0, since))}`, to: 'L#~' };
  const { rows } = await table.query({ pk, sk, descending: true, limit: ACTS });
  return rows.map(auditBesideFromRow).map(({ at, act, by, reason }) => ({
    at: instantText(at) ?? '',
    act,
    by,
    reason,
  }));
}

async function countOf(all: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of all) count += 1;
  return count;
}
