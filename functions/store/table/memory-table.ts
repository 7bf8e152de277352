import { holds } from './conditions.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { isExpired, type TableTime, unexpired, withSeconds } from './expiry.ts';
import { compareKeys } from './key-order.ts';
import { assertTransaction, keyOf, measureRow, RowRefused, TRANSACTION_BYTES } from './row-limits.ts';
import { type Entry, type Position, SortedPartitions } from './sorted-partitions.ts';
import type {
  Condition,
  IndexName,
  Key,
  Page,
  Query,
  Row,
  Table,
  TransactResult,
  Write,
} from './table.port.ts';

/** One row before and after a write; both are there where it was changed. */
export interface Change {
  before?: Row;
  after?: Row;
}

export interface MemoryTableOptions extends TableTime {
  /** Called after each applied transaction that changed something, before anyone can read the change. */
  onCommit?: (changes: Change[]) => void;
  /** Freezes every stored row deeply, so that a caller who changes one gets a TypeError. @default false */
  freeze?: boolean;
  /** What it holds at first. @default nothing */
  rows?: readonly Row[];
  /** Pages end after this many rows, as DynamoDB's end at 1 MB. @default no bound */
  pageRows?: number;
}

interface Index {
  name: IndexName;
  pk: string;
  sk: string;
}

const INDEXES: readonly Index[] = [
  { name: 'g1', pk: 'g1pk', sk: 'g1sk' },
  { name: 'g2', pk: 'g2pk', sk: 'g2sk' },
  { name: 'g3', pk: 'g3pk', sk: 'g3sk' },
];

/**
 * The table in memory, with DynamoDB's semantics and limits; what the simulation and tests run on.
 * Rows are stored as given and answered as stored, never copied: neither side may change them afterwards.
 * A repeated transaction is recognised by the rows its writer left, not (as in DynamoDB, for ten minutes) by its name.
 */
export class MemoryTable implements Table {
  readonly #rows = new SortedPartitions();
  readonly #indexes = { g1: new SortedPartitions(), g2: new SortedPartitions(), g3: new SortedPartitions() };
  readonly #options: MemoryTableOptions;

  constructor(options: MemoryTableOptions = {}) {
    this.#options = options;
    if (options.rows) this.#load(options.rows);
  }

  async get(key: Key): Promise<Row | undefined> {
    const row = this.#stored(key);
    return row && this.#isPast(row) ? undefined : row;
  }

  async batchGet(keys: Key[]): Promise<Row[]> {
    const found = new Set<Row>();
    for (const key of keys) {
      const row = this.#stored(key);
      if (row) found.add(row);
    }
    return unexpired([...found], this.#options.now);
  }

  async query(query: Query): Promise<Page> {
    const limit = this.#pageLimit(query.limit);
    const after = query.cursor === undefined ? undefined : decodeCursor<Position>(query.cursor);
    const entries = query.index
      ? this.#indexRange(query.index, query, limit, after)
      : this.#rows.range(query, limit, after);
    // Most of a scan's queries find nothing.
    return entries.length === 0 ? { rows: [] } : this.#pageOf(entries, limit);
  }

  async transact(plan: Write[], writer: string): Promise<TransactResult> {
    const writes = withSeconds(plan, this.#options.retention);
    assertTransaction(writes);
    const before = writes.map((write) => this.#stored(keyOf(write)));
    const refusal = this.#refusalOf(writes, before, writer);
    if (refusal) return refusal;
    const changes = this.#changesOf(writes, before, writer);
    for (const change of changes) this.#apply(change);
    if (changes.length > 0) this.#options.onCommit?.(changes);
    return { outcome: 'applied' };
  }

  async scan(cursor?: string): Promise<Page> {
    const limit = this.#pageLimit(undefined);
    const last = cursor === undefined ? undefined : decodeCursor<Position>(cursor);
    const rest = this.#rows.all().filter((entry) => !last || isBehind(entry, last));
    return this.#pageOf(rest.slice(0, limit), limit);
  }

  /** Pages end where DynamoDB's do, whatever of them is past its end. */
  #pageOf(entries: Entry[], limit: number): Page {
    const page = pageOf(entries, limit);
    return { ...page, rows: unexpired(page.rows, this.#options.now) };
  }

  #isPast(row: Row): boolean {
    const { now } = this.#options;
    return now !== undefined && isExpired(row, now());
  }

  /** The one place where an index is read. */
  #indexRange(index: IndexName, query: Query, limit: number, after: Position | undefined): Entry[] {
    if (query.consistent) throw new Error(`index ${index} cannot be read with strong consistency`);
    return this.#indexes[index].range(query, limit, after);
  }

  #stored({ pk, sk }: Key): Row | undefined {
    return this.#rows.find(pk, { sort: sk, pk, sk })?.row;
  }

  #pageLimit(asked: number | undefined): number {
    if (asked !== undefined && !(asked >= 1)) throw new Error(`a page has at least one row, not ${asked}`);
    return Math.min(asked ?? Number.POSITIVE_INFINITY, this.#options.pageRows ?? Number.POSITIVE_INFINITY);
  }

  /** `applied` where a refused row shows that this writer was here before. */
  #refusalOf(
    writes: readonly Write[],
    before: readonly (Row | undefined)[],
    writer: string,
  ): TransactResult | undefined {
    let refusal: TransactResult | undefined;
    for (const [index, write] of writes.entries()) {
      const conditions = conditionsOf(write);
      if (conditions.length === 0) continue;
      const old = before[index];
      const isPast = old !== undefined && this.#isPast(old);
      if (conditions.every((condition) => holds(condition, old) || (isPast && holds(condition, undefined))))
        continue;
      if ('put' in write && old?.w === writer) return { outcome: 'applied' };
      refusal ??= { outcome: 'refused', index, ...(old && { old }) };
    }
    return refusal;
  }

  /** Throws, before anything is written, where a row is not one that DynamoDB would take. */
  #changesOf(writes: readonly Write[], stored: readonly (Row | undefined)[], writer: string): Change[] {
    const changes: Change[] = [];
    let size = 0;
    for (const [index, write] of writes.entries()) {
      if ('check' in write) continue;
      const before = stored[index];
      const after = rowAfter(write, before, writer);
      if (after) size += measureRow(after);
      if (after && this.#options.freeze) freezeDeeply(after);
      const change = changeOf(before, after);
      if (change) changes.push(change);
    }
    if (size > TRANSACTION_BYTES)
      throw new RowRefused(`a transaction has ${size} bytes, limit ${TRANSACTION_BYTES}`);
    return changes;
  }

  #load(rows: readonly Row[]): void {
    for (const row of rows) this.#rows.append(row.pk, entryOf(row));
    this.#rows.sort();
    for (const index of INDEXES) {
      const partitions = this.#indexes[index.name];
      for (const row of rows) {
        const entry = this.#indexEntry(row, index);
        if (entry) partitions.append(entry.partition, entry);
      }
      partitions.sort();
    }
  }

  #apply({ before, after }: Change): void {
    if (after) this.#rows.put(after.pk, entryOf(after));
    else if (before) this.#rows.remove(before.pk, { sort: before.sk, pk: before.pk, sk: before.sk });
    for (const index of INDEXES) this.#applyTo(index, before, after);
  }

  #applyTo(index: Index, before: Row | undefined, after: Row | undefined): void {
    const old = before && placeIn(before, index);
    const entry = after && this.#indexEntry(after, index);
    if (!old && !entry) return;
    const partitions = this.#indexes[index.name];
    const stays = old && entry && old.partition === entry.partition && old.sort === entry.sort;
    if (old && !stays) partitions.remove(old.partition, old);
    if (entry) partitions.put(entry.partition, entry);
  }

  #indexEntry(row: Row, index: Index): (Entry & Placed) | undefined {
    const placed = placeIn(row, index);
    if (!placed) return undefined;
    const entry = { ...placed, row: shownIn(row, index) };
    if (this.#options.freeze) freezeDeeply(entry.row);
    return entry;
  }
}

function conditionsOf(write: Write): Condition[] {
  return 'add' in write ? [] : (write.if ?? []);
}

function rowAfter(
  write: Exclude<Write, { check: Key }>,
  before: Row | undefined,
  writer: string,
): Row | undefined {
  if ('put' in write) return { ...write.put, w: writer };
  if ('delete' in write) return undefined;
  const row: Row = { ...before, pk: write.add.pk, sk: write.add.sk };
  for (const [attribute, amount] of Object.entries(write.by)) {
    const value = row[attribute] === undefined ? 0 : row[attribute];
    if (typeof value !== 'number') throw new Error(`cannot add to ${attribute}, which is no number`);
    row[attribute] = value + amount;
  }
  return Object.assign(row, write.set);
}

function changeOf(before: Row | undefined, after: Row | undefined): Change | undefined {
  if (before && after) return { before, after };
  if (after) return { after };
  return before && { before };
}

function entryOf(row: Row): Entry {
  return { sort: row.sk, pk: row.pk, sk: row.sk, row };
}

/** Where a row stands in an index. */
interface Placed extends Position {
  partition: string;
}

/** Undefined where the row is not in it. */
function placeIn(row: Row, index: Index): Placed | undefined {
  const partition = row[index.pk];
  const sort = row[index.sk];
  if (typeof partition !== 'string' || typeof sort !== 'string') return undefined;
  return { partition, sort, pk: row.pk, sk: row.sk };
}

/** What the index shows of a row that is in it. */
function shownIn(row: Row, index: Index): Row {
  const shown: Row = { pk: row.pk, sk: row.sk };
  shown[index.pk] = row[index.pk];
  shown[index.sk] = row[index.sk];
  if (row.p !== undefined) shown.p = row.p;
  return shown;
}

function isBehind(entry: Entry, last: Position): boolean {
  return (compareKeys(entry.pk, last.pk) || compareKeys(entry.sk, last.sk)) > 0;
}

/** Like DynamoDB, a full page has a cursor even where nothing follows. */
function pageOf(entries: Entry[], limit: number): Page {
  const rows = entries.map((entry) => entry.row);
  const last = entries.at(-1);
  if (!last || entries.length < limit) return { rows };
  return { rows, cursor: encodeCursor({ sort: last.sort, pk: last.pk, sk: last.sk } satisfies Position) };
}

function freezeDeeply(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freezeDeeply(part);
}
