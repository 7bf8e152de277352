import { encodeCursor } from './cursor.ts';
import { type TableTime, unexpired } from './expiry.ts';
import { type Change, MemoryTable } from './memory-table.ts';
import { keyOf } from './row-limits.ts';
import { comparePositions, type Position } from './sorted-partitions.ts';
import type { Key, Page, Query, Row, Table, TransactResult, Write } from './table.port.ts';

/** Where a page goes on: from a page of the table below, behind a row. */
interface Place {
  below: string | undefined;
  after?: Position;
}

/**
 * A table over another one that is only read: what is written is kept in memory, and whoever reads sees it as if it had been
 * stored. For what is to be tried and not done.
 */
export class OverlayTable implements Table {
  readonly #below: Table;
  readonly #time: TableTime;
  readonly #onApplied: (writes: readonly Write[]) => void;
  /** By key, each row that was changed; null: it was deleted. */
  readonly #changed = new Map<string, Row | null>();
  readonly #places = new Map<string, Place>();
  #written: MemoryTable | undefined;
  #newest: Promise<unknown> = Promise.resolve();

  /** @param onApplied called with the writes of each transaction that would have been applied */
  constructor(below: Table, time: TableTime, onApplied: (writes: readonly Write[]) => void) {
    this.#below = below;
    this.#time = time;
    this.#onApplied = onApplied;
  }

  async get(key: Key, options?: { consistent?: boolean }): Promise<Row | undefined> {
    const changed = this.#changed.get(nameOf(key));
    const row = changed === undefined ? await this.#below.get(key, options) : changed;
    return row ? unexpired([row], this.#time.now)[0] : undefined;
  }

  async batchGet(keys: Key[], options?: { consistent?: boolean }): Promise<Row[]> {
    const below = keys.filter((key) => !this.#isChanged(key));
    const changed = [...new Set(keys.map(nameOf))].map((name) => this.#changed.get(name));
    const rows = await this.#below.batchGet(below, options);
    return unexpired([...rows, ...changed.filter((row) => row != null)], this.#time.now);
  }

  async query(query: Query): Promise<Page> {
    const place: Place = (query.cursor && this.#places.get(query.cursor)) || { below: query.cursor };
    const { cursor: _, ...asked } = query;
    const page = await this.#below.query({
      ...asked,
      ...(place.below !== undefined && { cursor: place.below }),
    });
    const end = endOf(page, query, place);
    const isHere = isBetween(query, place.after, page.cursor === undefined ? 'end' : end);
    const rows = [...page.rows.filter((row) => !this.#isChanged(row)), ...(await this.#writtenOf(query))]
      .filter(isHere)
      .sort((a, b) => order(query, positionIn(query, a), positionIn(query, b)));
    const next = { below: page.cursor, ...(end && { after: end }) };
    return this.#cut(unexpired(rows, this.#time.now), query, place, next);
  }

  /** One after the other: each sees what the one before it wrote. */
  transact(writes: Write[], writer: string): Promise<TransactResult> {
    const result = this.#newest.then(() => this.#transact(writes, writer));
    this.#newest = result.catch(() => {});
    return result;
  }

  async scan(cursor?: string): Promise<Page> {
    const page = await this.#below.scan(cursor);
    const written =
      page.cursor === undefined ? [...this.#changed.values()].filter((row) => row !== null) : [];
    const rows = [...page.rows.filter((row) => !this.#isChanged(row)), ...written];
    return { ...page, rows: unexpired(rows, this.#time.now) };
  }

  async #transact(writes: Write[], writer: string): Promise<TransactResult> {
    const rows = await this.batchGet(writes.map(keyOf));
    const onCommit = (changes: Change[]) => this.#note(changes);
    const result = await new MemoryTable({ ...this.#time, rows, onCommit }).transact(writes, writer);
    if (result.outcome === 'applied') this.#onApplied(writes);
    return result;
  }

  #note(changes: Change[]): void {
    for (const { before, after } of changes) {
      const row = after ?? before;
      if (row) this.#changed.set(nameOf(row), after ?? null);
    }
    this.#written = undefined;
  }

  #isChanged(key: Key): boolean {
    return this.#changed.has(nameOf(key));
  }

  async #writtenOf({ limit: _, cursor: __, ...query }: Query): Promise<Row[]> {
    const rows = [...this.#changed.values()].filter((row) => row !== null);
    this.#written ??= new MemoryTable({ rows });
    return (await this.#written.query(query)).rows;
  }

  /** No page is longer than was asked for: what was written in between goes on the next. */
  #cut(rows: Row[], query: Query, from: Place, next: Place): Page {
    const { limit = Number.POSITIVE_INFINITY } = query;
    const isCut = rows.length > limit || next.below === undefined;
    // Like DynamoDB's, a full page has a cursor even where nothing follows; one that is not full has no such row.
    const last = isCut ? rows[limit - 1] : undefined;
    if (last) {
      const after = positionIn(query, last);
      const cursor = encodeCursor({ over: from.below ?? null, after });
      this.#places.set(cursor, { ...from, after });
      return { rows: rows.slice(0, limit), cursor };
    }
    if (next.below === undefined) return { rows };
    this.#places.set(next.below, next);
    return { rows, cursor: next.below };
  }
}

function nameOf({ pk, sk }: Key): string {
  return JSON.stringify([pk, sk]);
}

function positionIn({ index }: Query, row: Row): Position {
  return { sort: String(index ? row[`${index}sk`] : row.sk), pk: row.pk, sk: row.sk };
}

function order({ descending }: Query, a: Position, b: Position): number {
  return descending ? comparePositions(b, a) : comparePositions(a, b);
}

/** Where a page of the table below ends: what was written behind it is for a later page. */
function endOf({ rows }: Page, query: Query, { after }: Place): Position | undefined {
  const last = rows.at(-1);
  return last ? positionIn(query, last) : after;
}

/** Whether a row stands behind one position and not behind another; without that one none does. */
function isBetween(query: Query, after: Position | undefined, end: Position | 'end' | undefined) {
  return (row: Row): boolean => {
    const position = positionIn(query, row);
    if (after && order(query, position, after) <= 0) return false;
    return end === 'end' || (end !== undefined && order(query, position, end) <= 0);
  };
}
