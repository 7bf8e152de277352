import { BUCKETS } from './keys.ts';
import { eachRow } from './rows.ts';
import type { Query, Row, Table } from './table/table.port.ts';

/**
 * One for each bucket of a bucketed key, in their order.
 *
 * @param make gets the bucket's number, from 0
 * @param buckets how many there are; those of the indexes where nothing is said
 */
export function inBuckets<Value>(make: (bucket: number) => Value, buckets: number = BUCKETS): Value[] {
  const made: Value[] = [];
  for (let bucket = 0; bucket < buckets; bucket += 1) made.push(make(bucket));
  return made;
}

/** All rows of several queries, one query after the other: who stops early asks no more of them. */
export async function* eachRowOf(
  table: Table,
  queries: Iterable<Omit<Query, 'cursor'>>,
): AsyncGenerator<Row> {
  for (const query of queries) yield* eachRow(table, query);
}
