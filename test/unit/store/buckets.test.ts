import { expect, it } from 'vitest';
import { eachRowOf, inBuckets } from '../../../functions/store/buckets.ts';
import type { Query } from '../../../functions/store/table/table.port.ts';
import { queriesOf, tableWith } from './applied.ts';

const QUERIES: Query[] = [{ pk: 'A' }, { pk: 'B' }, { pk: 'C' }];

/** A table with a row or two in each partition, that notes which queries it is asked. */
async function filled() {
  const table = await tableWith(
    ...['A1', 'A2', 'C1'].map((name) => ({ put: { pk: name.slice(0, 1), sk: name } })),
  );
  return { table, asked: queriesOf(table) };
}

it('reads the rows of several queries one after the other, also where one has none', async () => {
  const { table, asked } = await filled();
  const found: string[] = [];
  for await (const { sk } of eachRowOf(table, QUERIES)) found.push(sk);
  expect([found, asked]).toEqual([['A1', 'A2', 'C1'], QUERIES]);
});

it('asks no further query where nobody reads on', async () => {
  const { table, asked } = await filled();
  for await (const { sk } of eachRowOf(table, QUERIES)) if (sk === 'A2') break;
  expect(asked).toEqual(QUERIES.slice(0, 1));
});

it('makes one for each of the eight buckets of an index, or of as many as are named', () => {
  expect(inBuckets((bucket) => `C#${bucket}`)).toEqual([
    'C#0',
    'C#1',
    'C#2',
    'C#3',
    'C#4',
    'C#5',
    'C#6',
    'C#7',
  ]);
  expect(inBuckets((bucket) => bucket, 4)).toEqual([0, 1, 2, 3]);
});
