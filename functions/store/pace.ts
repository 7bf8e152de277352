import type { Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { load, revised } from './rows.ts';
import type { Table, Write } from './table.port.ts';

/** One run's share: how many in all, and how many of them unapproved, per tenant and data plane. */
export interface PaceEntry {
  at: Instant;
  /** The run's name, under which stands what it turned off; absent in older entries. */
  run?: string;
  count: number;
  /** `count`: of so many of them; absent in older entries: one. */
  unapproved?: { tenant: string; dataPlane: string; count?: number }[];
  /** Of older entries only. */
  turnedOff?: { tenant: string; dataPlane: string }[];
}

/** How many were turned off (or newly warned) per run in the last day. */
export interface PaceRecord {
  runs: PaceEntry[];
  rev: number;
}

export const loadPace = (table: Table): Promise<PaceRecord> => load(table, keys.pace(), { runs: [], rev: 0 });
export const paceWrite = (record: PaceRecord): Write => revised(keys.pace(), record);

export const loadRamp = (table: Table): Promise<PaceRecord> => load(table, keys.ramp(), { runs: [], rev: 0 });
export const rampWrite = (record: PaceRecord): Write => revised(keys.ramp(), record);
