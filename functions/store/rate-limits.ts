import type { Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { recordIn, revised } from './rows.ts';
import type { Key, Row, Table, Write } from './table/table.port.ts';

/** One run's share: how many in all, and how many of them unapproved, per tenant and data plane. */
export interface RateLimitEntry {
  at: Instant;
  /** The run's name, under which stands what it disabled; absent in older entries. */
  run?: string;
  count: number;
  /** `count`: of so many of them; absent in older entries: one. */
  unapproved?: { tenant: string; dataPlane: string; count?: number }[];
  /** Of older entries only. */
  turnedOff?: { tenant: string; dataPlane: string }[];
}

/** How many were disabled (or newly warned) per run in the last day. */
export interface RateLimitRecord {
  runs: RateLimitEntry[];
  rev: number;
}

/** The rate limit of disabling. */
export const loadRateLimit = (table: Table): Promise<RateLimitRecord> => loadRuns(table, keys.pace());
export const rateLimitWrite = (record: RateLimitRecord): Write => revised(keys.pace(), record);

/** The warm-up limit of warnings. */
export const loadWarmUpLimit = (table: Table): Promise<RateLimitRecord> => loadRuns(table, keys.ramp());
export const warmUpLimitWrite = (record: RateLimitRecord): Write => revised(keys.ramp(), record);

async function loadRuns(table: Table, key: Key): Promise<RateLimitRecord> {
  const row = await table.get(key);
  return row ? rateLimitFromRow(row) : { runs: [], rev: 0 };
}

/** The record in the row of such a limit. */
export const rateLimitFromRow = (row: Row): RateLimitRecord => recordIn(row);
