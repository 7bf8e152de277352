import { keyOf } from '../functions/store/table/row-limits.ts';
import type {
  IndexName,
  Key,
  Page,
  Query,
  Row,
  Table,
  TransactResult,
  Write,
} from '../functions/store/table/table.port.ts';
import type { CapacityMeter } from './capacity.ts';
import { indexEntry, indexNames, itemSize } from './item-size.ts';
import { kindOf, kindOfEntry, kindOfQuery } from './row-kinds.ts';

const READ_STEP = 4 * 1024;
const WRITE_STEP = 1024;
const PAGE_BYTES = 1024 * 1024;

/** Read units of so many bytes read at once; at least those of one step. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_STEP)) * (consistent ? 1 : 0.5);
}

/** Write units of a row of so many bytes; at least one. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_STEP));
}

/** Read units of a query over rows of these sizes, page by page as DynamoDB ends them (1 MB). */
export function queryUnits(sizes: Iterable<number>, consistent: boolean): number {
  let units = 0;
  let page = 0;
  for (const size of sizes) {
    if (page + size > PAGE_BYTES) {
      units += readUnits(page, consistent);
      page = 0;
    }
    page += size;
  }
  return units + readUnits(page, consistent);
}

/**
 * A table that works out, from the sizes of rows, what DynamoDB would bill for each call: reads in steps of 4 KB
 * (half a unit each where eventually consistent; one query rounds its page, a batch rounds each row), writes in steps
 * of 1 KB of the larger of the old and the new row, twice in transactions; index entries where they change, two
 * writes where their key does. `peek` shows the stored row without being counted.
 */
export class CountingTable implements Table {
  readonly #inner: Table;
  readonly #meter: CapacityMeter;
  readonly #peek: (key: Key) => Promise<Row | undefined>;

  constructor(inner: Table, meter: CapacityMeter, peek: (key: Key) => Promise<Row | undefined>) {
    this.#inner = inner;
    this.#meter = meter;
    this.#peek = peek;
  }

  async get(key: Key, options: { consistent?: boolean } = {}): Promise<Row | undefined> {
    const row = await this.#inner.get(key, options);
    this.#read('get', kindOf(key), readUnits(row ? itemSize(row) : 0, options.consistent ?? true));
    return row;
  }

  async batchGet(keys: Key[], options: { consistent?: boolean } = {}): Promise<Row[]> {
    const rows = await this.#inner.batchGet(keys, options);
    const consistent = options.consistent ?? true;
    const missing = new Map(keys.map((key) => [`${key.pk}\u0000${key.sk}`, key]));
    for (const row of rows) {
      missing.delete(`${row.pk}\u0000${row.sk}`);
      this.#read('batchGet', kindOf(row), readUnits(itemSize(row), consistent));
    }
    for (const key of missing.values()) this.#read('batchGet', kindOf(key), readUnits(0, consistent));
    return rows;
  }

  async query(query: Query): Promise<Page> {
    const page = await this.#inner.query(query);
    const units = queryUnits(page.rows.map(itemSize), query.index === undefined && query.consistent === true);
    this.#read('query', kindOfQuery(query), units);
    return page;
  }

  async transact(writes: Write[], writer: string): Promise<TransactResult> {
    const before = await Promise.all(writes.map((write) => this.#peek(keyOf(write))));
    const result = await this.#inner.transact(writes, writer);
    this.#meter.requests += 1;
    const alone = writes.length === 1 && writes[0] !== undefined && !('check' in writes[0]);
    for (const [place, write] of writes.entries()) {
      const old = before[place];
      const applied = result.outcome === 'applied';
      this.#written(write, old, applied ? rowAfter(write, old, writer) : old, alone ? 1 : 2);
    }
    return result;
  }

  async scan(cursor?: string): Promise<Page> {
    const page = await this.#inner.scan(cursor);
    this.#read('scan', 'all rows', queryUnits(page.rows.map(itemSize), false));
    return page;
  }

  #read(by: string, rows: string, units: number): void {
    this.#meter.requests += 1;
    this.#meter.add({ what: 'read', by, rows, units });
  }

  #written(write: Write, old: Row | undefined, next: Row | undefined, times: number): void {
    const key = keyOf(write);
    const [by = ''] = Object.keys(write);
    const bytes = Math.max(old ? itemSize(old) : 0, next ? itemSize(next) : 0);
    this.#meter.add({ what: 'write', by, rows: kindOf(key), units: writeUnits(bytes) * times });
    for (const index of indexNames()) this.#indexed(index, old, next);
  }

  #indexed(index: IndexName, old: Row | undefined, next: Row | undefined): void {
    const left = indexEntry(old, index);
    const entered = indexEntry(next, index);
    const partition = String((entered ?? left)?.[`${index}pk`] ?? '');
    const rows = `index: ${kindOfEntry(index, partition)}`;
    this.#meter.add({ what: 'write', by: 'index', rows, units: indexUnits(index, left, entered) });
  }
}

/** What an index costs when an entry changes: nothing where it stays as it is, two writes where its key changes. */
export function indexUnits(index: IndexName, left: Row | undefined, entered: Row | undefined): number {
  if (!left && !entered) return 0;
  if (!left || !entered) return writeUnits(itemSize((left ?? entered) as Row));
  const moved = left[`${index}pk`] !== entered[`${index}pk`] || left[`${index}sk`] !== entered[`${index}sk`];
  if (moved) return writeUnits(itemSize(left)) + writeUnits(itemSize(entered));
  if (JSON.stringify(left.p) === JSON.stringify(entered.p)) return 0;
  return writeUnits(Math.max(itemSize(left), itemSize(entered)));
}

function rowAfter(write: Write, old: Row | undefined, writer: string): Row | undefined {
  if ('put' in write) return { ...write.put, w: writer };
  if ('delete' in write) return undefined;
  if ('check' in write) return old;
  const row: Row = { ...old, pk: write.add.pk, sk: write.add.sk };
  for (const [attribute, amount] of Object.entries(write.by)) {
    row[attribute] = Number(row[attribute] ?? 0) + amount;
  }
  return row;
}
