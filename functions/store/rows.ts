import { BUCKETS } from './keys.ts';
import type { Condition, Key, Page, Query, Row, Table } from './table/table.port.ts';

/** The version of rows written today; older ones are upcast when read. */
export const ROW_VERSION = 1;

/** A record that is stored over the revision it was read at. */
interface Revised {
  rev: number;
}

/** A write over the revision that was read. `places`: where indexes find the row. */
export function revised(
  key: Key,
  record: Revised,
  places: Record<string, unknown> = {},
): { put: Row; if: Condition[] } {
  return {
    put: { ...key, v: ROW_VERSION, b: BUCKETS, ...record, rev: record.rev + 1, ...places },
    if: [record.rev === 0 ? { absent: true } : { equals: ['rev', record.rev] }],
  };
}

/**
 * What a row of a kind says, without what places it in the table. Only the reader of each kind (`…FromRow`) takes a row for
 * more than a row: it gives what is absent from rows of older versions. What a newer version added is kept.
 */
export function recordIn<Said>(row: Row): Said {
  const record: Record<string, unknown> = {};
  // Each row that is read comes by here: a rest of so many names takes four times as long.
  for (const name in row) if (!PLACING.has(name)) record[name] = row[name];
  return record as Said;
}

/** Keys, form, number of buckets, who wrote it, until when it stays, and what indexes show. */
const PLACING = new Set([
  'pk',
  'sk',
  'v',
  'b',
  'w',
  'ttl',
  'p',
  'g1pk',
  'g1sk',
  'g2pk',
  'g2sk',
  'g3pk',
  'g3sk',
]);

/** All rows of a query, page by page. */
export async function* eachRow(table: Table, query: Omit<Query, 'cursor'>): AsyncGenerator<Row> {
  let cursor: string | undefined;
  do {
    const page: Page = await table.query(cursor ? { ...query, cursor } : query);
    for (const row of page.rows) yield row;
    cursor = page.cursor;
  } while (cursor);
}

/** All rows of a query in one list; for partitions known to be small. */
export async function allRows(table: Table, query: Omit<Query, 'cursor'>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of eachRow(table, query)) rows.push(row);
  return rows;
}
