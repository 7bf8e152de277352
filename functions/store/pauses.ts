import type { Instant, Interval } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { revised, saidIn } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** What a webhook hears of. */
export interface WebhookScope {
  id: string;
  /** A prefix with its slash, a task's id, or `''`: of all tasks. */
  prefix: string;
  /** Types of events; none: all of them. */
  types: string[];
  /** It hears of nothing more, and its history is still to end. */
  removed?: true;
}

export interface PausesRecord {
  evaluate: Instant | null;
  notify: Instant | null;
  disable: Instant | null;
  /** Closed spans in which evaluation was paused. */
  evaluatePaused: Interval[];
  /** Since when SES does not answer the canary of the feedback path: nothing is turned off, no mail is repeated. */
  feedbackSilent: Instant | null;
  /**
   * The digest of the owner rules in force; absent where there are none. It stands here, for who decides reads this row, and
   * so looks for rules only where there are any.
   */
  ownerRules?: string;
  /** The webhooks, and what each hears of; absent where there are none. Here for the same reason. */
  webhooks?: WebhookScope[];
  /**
   * When the newest bulk command was given, or is to be tried again; absent where none is open. It stands here for the same
   * reason: a scan reads for bulk commands only where there may be any.
   */
  bulkWork?: Instant;
  rev: number;
}

/** What is paused. */
export async function loadPauses(table: Table): Promise<PausesRecord> {
  const row = await table.get(keys.pauses());
  return row ? pausesFromRow(row) : NOTHING_PAUSED;
}

/** The record in the row of the pauses. */
export function pausesFromRow(row: Row): PausesRecord {
  return { ...NOTHING_PAUSED, ...saidIn<PausesRecord>(row) };
}

const NOTHING_PAUSED: PausesRecord = {
  evaluate: null,
  notify: null,
  disable: null,
  evaluatePaused: [],
  feedbackSilent: null,
  rev: 0,
};

export const pausesWrite = (record: PausesRecord): Write => revised(keys.pauses(), record);
