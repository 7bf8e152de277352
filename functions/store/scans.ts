import type { Instant, Interval } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { recordIn, revised } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

export interface ScansRecord {
  /** The scheduled time of the newest claimed tick. */
  claimed: Instant | null;
  leaseUntil: Instant | null;
  completedAt: Instant | null;
  /** Spans without a completed scan (but for their first `scanEvery`). */
  gaps: Interval[];
  rev: number;
}

/** How the scans fare. */
export async function loadScans(table: Table): Promise<ScansRecord> {
  const row = await table.get(keys.scans());
  return row ? scansFromRow(row) : NEVER_SCANNED;
}

/** The record in the row of the scans. */
export const scansFromRow = (row: Row): ScansRecord => recordIn(row);

const NEVER_SCANNED: ScansRecord = { claimed: null, leaseUntil: null, completedAt: null, gaps: [], rev: 0 };

export const scansWrite = (record: ScansRecord): Write => revised(keys.scans(), record);
