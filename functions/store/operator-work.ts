import type { Instant } from '../abandonment/time.ts';
import { bytesOfText, inParts } from './in-parts.ts';
import { index, keys, sortable } from './keys.ts';
import { allRows, recordIn, revised } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** In the order in which bulk commands are worked. */
export const PRIORITIES = ['high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What became of so many items. */
export interface ItemCounts {
  done: number;
  /** Left as they were, for a reason that is no failure. */
  skipped: number;
  failed: number;
}

/** A bulk command: what operators asked to be done with many items. */
export interface OperatorWorkRecord {
  id: string;
  kind: string;
  /** In words: what it does with which items. Other people's words. */
  what: string;
  by: string;
  reason: string;
  at: Instant;
  priority: Priority;
  state: 'open' | 'done' | 'cancelled';
  items: number;
  parts: number;
  counts: ItemCounts;
  /** The part to be worked next: the cursor. */
  next: number;
  /** How often its parts were gone through, from 0: what failed for now is tried with the next round. */
  round: number;
  /** How often operators asked for what failed to be tried again: failures of an earlier attempt count as left. */
  attempt: number;
  /** Not worked before this instant: what failed for now waits. */
  notBefore: Instant;
  startedAt: Instant | null;
  /** When an item was last worked. */
  workedAt: Instant | null;
  endedAt: Instant | null;
  /** Who works it now, and until when they are not taken for dead. */
  lease: { holder: string; until: Instant } | null;
  /** Whether somebody died at the part that is next: its items are claimed one by one, until all of them were tried. */
  hasDied?: true;
  rev: number;
}

/** One thing that is to be worked, by its name. */
export interface WorkItem {
  /** An id: of a task, a mail, a message. */
  id: string;
  /** What else its kind has to know, as text. */
  of?: string;
}

/** What became of an item; `attempt`: that of its command, so that a failure of an earlier one counts as left. */
export interface ItemResult {
  outcome: keyof ItemCounts;
  why?: string;
  attempt: number;
}

/**
 * An item as it is stored with what became of it. `begun`: how often somebody claimed it whom nothing was heard of since; counted
 * where somebody died at its part alone.
 */
export type StoredItem = WorkItem & { result?: ItemResult; begun?: number };

/** Some items of a bulk command. */
export interface WorkPartRecord {
  part: number;
  items: StoredItem[];
  rev: number;
}

/** A bulk command that was made just now. */
export function newOperatorWork(
  command: Pick<OperatorWorkRecord, 'id' | 'kind' | 'what' | 'by' | 'reason' | 'at' | 'priority'>,
  { items, parts }: Pick<OperatorWorkRecord, 'items' | 'parts'>,
): OperatorWorkRecord {
  return {
    ...command,
    state: 'open',
    items,
    parts,
    counts: { done: 0, skipped: 0, failed: 0 },
    next: 0,
    round: 0,
    attempt: 0,
    notBefore: command.at,
    startedAt: null,
    workedAt: null,
    endedAt: null,
    lease: null,
    rev: 0,
  };
}

/** How many items wait to be worked. */
export function leftOf({ items, counts }: Pick<OperatorWorkRecord, 'items' | 'counts'>): number {
  return items - counts.done - counts.skipped - counts.failed;
}

/** Stores it over the revision that was read; an index finds it while it is open. */
export function operatorWorkWrite(record: OperatorWorkRecord): Write {
  const { id, at, priority, state, endedAt } = record;
  const place = { g2pk: index.openWork(), g2sk: `${PRIORITIES.indexOf(priority)}#${sortable(at)}#${id}` };
  return revised(keys.operatorWork(id), record, {
    ...(state === 'open' && place),
    ...(endedAt !== null && endingOf('work', endedAt)),
  });
}

/** The record in the row of a bulk command. */
export const operatorWorkFromRow = (row: Row): OperatorWorkRecord => recordIn(row);

/** A bulk command by its id; undefined where there is none. */
export async function loadOperatorWork(table: Table, id: string): Promise<OperatorWorkRecord | undefined> {
  const row = await table.get(keys.operatorWork(id));
  return row && operatorWorkFromRow(row);
}

/** All bulk commands, the newest first. */
export async function listOperatorWork(table: Table): Promise<OperatorWorkRecord[]> {
  const rows = await allRows(table, { pk: keys.operatorWork('').pk, descending: true, consistent: true });
  return rows.map(operatorWorkFromRow);
}

/** The ids of those that are open, in the order in which they are to be worked. */
export async function openOperatorWork(table: Table): Promise<string[]> {
  const rows = await allRows(table, { index: 'g2', pk: index.openWork() });
  return rows.map(({ sk }) => sk);
}

/** A part is cut here, far below the limit of a row (DynamoDB: 400 KB). */
const PART_BYTES = 120_000;

/** A turn works no more of them. */
const MOST_IN_PART = 100;

/** Items cut into parts that a row can hold, with a reason for each. */
export function partsOf(items: readonly WorkItem[]): WorkItem[][] {
  const sizeOf = ({ id, of = '' }: WorkItem) => bytesOfText(id) + bytesOfText(of) + MOST_WHY;
  return inParts(items, (item) => Math.max(sizeOf(item), PART_BYTES / MOST_IN_PART), PART_BYTES);
}

/** Why an item came to nothing is kept in so many characters. */
export const MOST_WHY = 300;

/** Stores a part over the revision that was read; one whose command never came to be ends, too. */
export function workPartWrite(id: string, record: WorkPartRecord, now: Instant): Write {
  return revised(keys.operatorWorkPart(id, record.part), record, endingOf('workParts', now));
}

/** The record in the row of a part. */
export const workPartFromRow = (row: Row): WorkPartRecord => recordIn(row);

/** A part of a bulk command; one that is gone has no items. */
export async function loadWorkPart(table: Table, id: string, part: number): Promise<WorkPartRecord> {
  const row = await table.get(keys.operatorWorkPart(id, part));
  return row ? workPartFromRow(row) : { part, items: [], rev: 0 };
}
