import { withSpan } from '../abandonment/spans.ts';
import type { Pauses } from '../abandonment/task.ts';
import type { Instant, Interval } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { recordIn, revised } from './rows.ts';
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

/** What an operator can pause: deciding, notifying, disabling. */
export type Pausable = keyof Pauses;

export const PAUSABLE: readonly Pausable[] = ['evaluate', 'notify', 'disable'];

/** Who paused something, why, and when it goes on by itself; null: only when somebody says so. */
export interface PauseNote {
  by: string;
  reason: string;
  until: Instant | null;
}

export interface PausesRecord {
  evaluate: Instant | null;
  notify: Instant | null;
  disable: Instant | null;
  /** Of what is paused; absent of a pause that an earlier version stored. */
  notes?: Partial<Record<Pausable, PauseNote>>;
  /** Closed spans in which evaluation was paused. */
  evaluatePaused: Interval[];
  /** Since when SES does not answer the canary of the feedback path: nothing is disabled, no mail is repeated. */
  feedbackSilent: Instant | null;
  /**
   * The digest of the owner rules in force; absent where there are none. It stands here, for who decides reads this
   * row, and so looks for rules only where there are any.
   */
  ownerRules?: string;
  /** The webhooks, and what each hears of; absent where there are none. Here for the same reason. */
  webhooks?: WebhookScope[];
  /**
   * When the newest bulk command was given, or is to be tried again; absent where none is open. It stands here for the
   * same reason: a scan reads for bulk commands only where there may be any.
   */
  bulkWork?: Instant;
  /** When the table was last restored from a backup; absent where it never was (docs/rules.md#a-restored-table). */
  restoredAt?: Instant;
  rev: number;
}

/** What is paused; a pause whose end has come stands in it until it is ended. */
export async function loadPauses(table: Table): Promise<PausesRecord> {
  const row = await table.get(keys.pauses());
  return row ? pausesFromRow(row) : NOTHING_PAUSED;
}

/** The record in the row of the pauses. */
export function pausesFromRow(row: Row): PausesRecord {
  return { ...NOTHING_PAUSED, ...recordIn<PausesRecord>(row) };
}

/** The pauses whose own end has come at an instant, and when it was. */
export function overAt(record: PausesRecord, at: Instant): { what: Pausable; until: Instant }[] {
  return PAUSABLE.flatMap((what) => {
    const until = record[what] === null ? null : (record.notes?.[what]?.until ?? null);
    return until !== null && until <= at ? [{ what, until }] : [];
  });
}

/**
 * What is paused at an instant: a pause ends by itself at its `until`, whoever reads it later. One of deciding becomes
 * a span of unknown health that ends there, so that time after it counts though no scan came by (docs/rules.md#tasks).
 */
export function pausesAt(record: PausesRecord, at: Instant): PausesRecord {
  return overAt(record, at).reduce((before, { what, until }) => withoutPause(before, what, until), record);
}

/** The record once a pause is over that is in it. */
export function withoutPause(record: PausesRecord, what: Pausable, to: Instant): PausesRecord {
  const { [what]: _, ...others } = record.notes ?? {};
  const { notes: __, ...rest } = record;
  const from = record[what] ?? to;
  const evaluatePaused =
    what === 'evaluate' ? withSpan(record.evaluatePaused, { from, to }) : record.evaluatePaused;
  const notes = Object.keys(others).length > 0 ? { notes: others } : {};
  return { ...rest, ...notes, [what]: null, evaluatePaused };
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
