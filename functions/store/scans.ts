import type { Instant, Interval } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { load, revised } from './rows.ts';
import type { Table, Write } from './table.port.ts';

export interface ScansRecord {
  /** The scheduled time of the newest claimed tick. */
  claimed: Instant | null;
  leaseUntil: Instant | null;
  completedAt: Instant | null;
  /** Spans without a completed scan (but for their first `scanEvery`). */
  gaps: Interval[];
  rev: number;
}

export const loadScans = (table: Table): Promise<ScansRecord> =>
  load(table, keys.scans(), { claimed: null, leaseUntil: null, completedAt: null, gaps: [], rev: 0 });
export const scansWrite = (record: ScansRecord): Write => revised(keys.scans(), record);
