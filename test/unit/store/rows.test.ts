import { describe, expect, it } from 'vitest';
import { allRows, eachRow, recordIn, revised } from '../../../functions/store/rows.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { apply, queriesOf } from './applied.ts';

const KEY = { pk: 'a', sk: 'b' };

describe('a write over what was read', () => {
  it('holds where nothing stood there, of what is new, and where that revision stands there, of others', () => {
    expect(revised(KEY, { rev: 0 })).toEqual({ put: { ...KEY, v: 1, b: 8, rev: 1 }, if: [{ absent: true }] });
    const record = { rev: 4, name: 'x' };
    expect(revised(KEY, record, { g1pk: 'P', ttl: 9 })).toEqual({
      put: { ...KEY, v: 1, b: 8, name: 'x', rev: 5, g1pk: 'P', ttl: 9 },
      if: [{ equals: ['rev', 4] }],
    });
  });
});

it('a record is what a row says, without what places it', () => {
  const fields = { name: 'x', rev: 3, none: null, newer: ['y'] };
  const placing = {
    v: 1,
    b: 8,
    w: 'me',
    ttl: 5,
    p: {},
    g1pk: '1',
    g1sk: '1',
    g2pk: '2',
    g2sk: '2',
    g3pk: '3',
    g3sk: '3',
  };
  expect(recordIn({ ...KEY, ...placing, ...fields })).toEqual(fields);
});

describe('the rows of a query', () => {
  async function paged() {
    const table = new MemoryTable({ pageRows: 2 });
    await apply(table, ...['1', '2', '3', '4', '5'].map((sk) => ({ put: { pk: 'P', sk } })));
    return table;
  }

  it('come page by page, all of them', async () => {
    expect((await allRows(await paged(), { pk: 'P' })).map(({ sk }) => sk)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
    ]);
    expect(await allRows(await paged(), { pk: 'Q' })).toEqual([]);
  });

  it('are read no further than they are wanted', async () => {
    const table = await paged();
    const asked = queriesOf(table);
    for await (const { sk } of eachRow(table, { pk: 'P' })) if (sk === '3') break;
    expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, expect.any(String)]);
  });
});
