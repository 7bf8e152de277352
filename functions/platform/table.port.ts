import type { Instant } from '../abandonment/time.ts';
import type { Kept } from './retention.ts';

/** When a row ends, where a number of seconds stands once it is stored: of what kind it is, and since when that is over. */
export interface Ending {
  kind: Kept;
  from: Instant;
}

/**
 * A row of the one table. Values are JSON: strings, finite numbers, booleans, null, arrays, objects; no undefined. `ttl`
 * is written as an `Ending`; once the retention of its kind is over, the row counts as absent to whoever reads it and to the
 * condition `absent`, and is deleted some days later by DynamoDB.
 */
export interface Row {
  pk: string;
  sk: string;
  [attribute: string]: unknown;
}

export interface Key {
  pk: string;
  sk: string;
}

/**
 * The three generic sparse indexes. A row is in index N while it has the string attributes `gNpk` and `gNsk`.
 * An index answers only the keys (of the table and its own) and the attribute `p`.
 */
export type IndexName = 'g1' | 'g2' | 'g3';

/** What must hold of the stored row for a write to happen. All given ones must. */
export type Condition =
  | { absent: true }
  | { exists: true }
  | { equals: [attribute: string, value: string | number | boolean | null] }
  | { atMost: [attribute: string, value: number | string] }
  /** The row is absent, or the condition holds. */
  | { absentOr: Condition };

export type Write =
  /** Replaces the whole row. */
  | { put: Row; if?: Condition[] }
  | { delete: Key; if?: Condition[] }
  | { check: Key; if: Condition[] }
  /** Adds to numeric attributes (absent counts as 0); creates the row where there is none. */
  | {
      add: Key;
      by: Record<string, number> /** Attributes to be as given. */;
      set?: Record<string, number | Ending>;
    };

export type TransactResult =
  | { outcome: 'applied' }
  /** The condition of write `index` did not hold; `old` is the stored row, where there is one. */
  | { outcome: 'refused'; index: number; old?: Row }
  /** Conflict with another transaction, or throttled: nothing was written, try again. */
  | { outcome: 'busy'; reason: string };

export interface Query {
  index?: IndexName;
  pk: string;
  /** Bounds of the sort key, both inclusive. `prefix` excludes `from` and `to`. */
  sk?: { from?: string; to?: string } | { prefix: string };
  /** At most this many rows in the page. */
  limit?: number;
  /** Where the last page ended: its `cursor`. */
  cursor?: string;
  descending?: boolean;
  /** Strong consistency; not on an index. */
  consistent?: boolean;
}

export interface Page {
  rows: Row[];
  /** Absent on the last page. */
  cursor?: string;
}

/** At most this many writes in one transaction (DynamoDB's limit). */
export const TRANSACTION_LIMIT = 100;

/**
 * The one table. Rows given and taken are never shared with the caller's objects afterwards: treat them as frozen.
 * Throws only on faults (network, permission, malformed calls); refusals and conflicts are values.
 */
export interface Table {
  /** Strongly consistent unless asked otherwise. */
  get(key: Key, options?: { consistent?: boolean }): Promise<Row | undefined>;
  /** Any number of keys, strongly consistent unless asked otherwise; missing rows are left out; order is free. */
  batchGet(keys: Key[], options?: { consistent?: boolean }): Promise<Row[]>;
  query(query: Query): Promise<Page>;
  /**
   * All or nothing. Each put row gets the attribute `w` = `writer`, a name unique to this attempt:
   * a write that is refused because it was already applied by the same writer counts as applied.
   */
  transact(writes: Write[], writer: string): Promise<TransactResult>;
  /** Every row in no order, in pages; for maintenance (correcting counters, exports), never on a scan's path. */
  scan(cursor?: string): Promise<Page>;
}
