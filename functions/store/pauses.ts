import type { Instant, Interval } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { load, revised } from './rows.ts';
import type { Table, Write } from './table.port.ts';

export interface PausesRecord {
  evaluate: Instant | null;
  notify: Instant | null;
  disable: Instant | null;
  /** Closed spans in which evaluation was paused. */
  evaluatePaused: Interval[];
  /** Since when SES does not answer the canary of the feedback path: nothing is turned off, no mail is repeated. */
  feedbackSilent?: Instant | null;
  rev: number;
}

export const loadPauses = (table: Table): Promise<PausesRecord> =>
  load(table, keys.pauses(), { evaluate: null, notify: null, disable: null, evaluatePaused: [], rev: 0 });
export const pausesWrite = (record: PausesRecord): Write => revised(keys.pauses(), record);
