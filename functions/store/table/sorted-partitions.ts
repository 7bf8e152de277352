import { compareKeys } from './key-order.ts';
import type { Query, Row } from './table.port.ts';

/** Where a row stands in its partition: by sort key, ties (indexes only) by the keys of the table. */
export interface Position {
  sort: string;
  pk: string;
  sk: string;
}

export interface Entry extends Position {
  /** As readers see it. */
  row: Row;
}

/** In which order they stand. */
export function comparePositions(left: Position, right: Position): number {
  return (
    compareKeys(left.sort, right.sort) || compareKeys(left.pk, right.pk) || compareKeys(left.sk, right.sk)
  );
}

function isBefore(left: Position | undefined, right: Position): boolean {
  return left !== undefined && comparePositions(left, right) < 0;
}

function sorted(entries: Entry[]): Entry[] {
  entries.sort(comparePositions);
  return entries.filter((entry, place) => {
    const next = entries[place + 1];
    return !next || isBefore(entry, next);
  });
}

/** The first place from which on all entries are `after`; they are sorted so that none follows the first. */
function boundary(entries: Entry[], after: (entry: Entry) => boolean): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry === undefined || after(entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Rows in partitions, each sorted: the table itself, or one of its indexes. */
export class SortedPartitions {
  readonly #partitions = new Map<string, Entry[]>();
  readonly #unsorted = new Set<string>();

  /** Puts one of many, wherever it belongs: nothing may be read before they were sorted. */
  append(partition: string, entry: Entry): void {
    const entries = this.#partitions.get(partition);
    if (!entries) {
      this.#partitions.set(partition, [entry]);
      return;
    }
    if (!isBefore(entries.at(-1), entry)) this.#unsorted.add(partition);
    entries.push(entry);
  }

  /** Sorts what was appended. Of equal places the last one stands. */
  sort(): void {
    for (const partition of this.#unsorted)
      this.#partitions.set(partition, sorted(this.#partitions.get(partition) ?? []));
    this.#unsorted.clear();
  }

  find(partition: string, position: Position): Entry | undefined {
    const entries = this.#partitions.get(partition);
    if (!entries) return undefined;
    const entry = entries[placeOf(entries, position)];
    return entry && comparePositions(entry, position) === 0 ? entry : undefined;
  }

  put(partition: string, entry: Entry): void {
    const entries = this.#partitions.get(partition);
    if (!entries) {
      this.#partitions.set(partition, [entry]);
      return;
    }
    if (isBefore(entries.at(-1), entry)) {
      entries.push(entry);
      return;
    }
    const place = placeOf(entries, entry);
    const there = entries[place];
    if (there && comparePositions(there, entry) === 0) entries[place] = entry;
    else entries.splice(place, 0, entry);
  }

  remove(partition: string, position: Position): void {
    const entries = this.#partitions.get(partition);
    if (!entries) return;
    const place = placeOf(entries, position);
    const there = entries[place];
    if (there && comparePositions(there, position) === 0) entries.splice(place, 1);
    if (entries.length === 0) this.#partitions.delete(partition);
  }

  /** The entries a query asks for, at most `limit`, in its order, behind (`descending`: before) `after`. */
  range(query: Query, limit: number, after: Position | undefined): Entry[] {
    const entries = this.#partitions.get(query.pk);
    if (!entries) return [];
    let [start, end] = boundsOf(entries, query.sk ?? {});
    if (after && query.descending)
      end = Math.min(
        end,
        boundary(entries, (entry) => comparePositions(entry, after) >= 0),
      );
    if (after && !query.descending)
      start = Math.max(
        start,
        boundary(entries, (entry) => comparePositions(entry, after) > 0),
      );
    if (start >= end) return [];
    if (query.descending) return entries.slice(Math.max(start, end - limit), end).reverse();
    return entries.slice(start, Math.min(end, start + limit));
  }

  /** All entries, by partition; the order of partitions is that of their keys. */
  all(): Entry[] {
    const names = [...this.#partitions.keys()].sort(compareKeys);
    return names.flatMap((name) => this.#partitions.get(name) ?? []);
  }
}

/** The first place whose entry does not stand before a position. */
function placeOf(entries: Entry[], position: Position): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePositions(entries[middle] as Entry, position) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function boundsOf(entries: Entry[], sk: NonNullable<Query['sk']>): [start: number, end: number] {
  if ('prefix' in sk) {
    const { prefix } = sk;
    const start = boundary(entries, ({ sort }) => compareKeys(sort, prefix) >= 0);
    const isPast = ({ sort }: Entry) => compareKeys(sort, prefix) > 0 && !sort.startsWith(prefix);
    return [start, boundary(entries, isPast)];
  }
  const { from, to } = sk;
  const start = from === undefined ? 0 : boundary(entries, ({ sort }) => compareKeys(sort, from) >= 0);
  const end = to === undefined ? entries.length : boundary(entries, ({ sort }) => compareKeys(sort, to) > 0);
  return [start, end];
}
