import { describe, expect, it } from 'vitest';
import { type Change, MemoryTable } from '../../functions/store/table/memory-table.ts';
import type { Query } from '../../functions/store/table/table.port.ts';
import { pagesOf, store } from './rows.ts';
import { tableContract } from './table-contract.ts';

tableContract('the table in memory', async (time) => new MemoryTable({ freeze: true, ...time }));

describe('the table in memory, besides', () => {
  const key = { pk: 'a', sk: 'b' };

  it('tells of each change once it is applied, and of nothing that was refused or only checked', async () => {
    const commits: Change[][] = [];
    const table = new MemoryTable({ onCommit: (changes) => commits.push(changes) });
    await table.transact(
      [{ put: { ...key, n: 1 } }, { check: { pk: 'x', sk: 'x' }, if: [{ absent: true }] }],
      'one',
    );
    await table.transact([{ put: { ...key, n: 2 }, if: [{ absent: true }] }], 'two');
    await table.transact([{ check: key, if: [{ exists: true }] }], 'three');
    await table.transact([{ delete: { pk: 'nothing', sk: 'there' } }], 'four');
    await table.transact([{ add: key, by: { n: 4 } }], 'five');
    await table.transact([{ delete: key }], 'six');
    expect(commits).toEqual([
      [{ after: { ...key, n: 1, w: 'one' } }],
      [{ before: { ...key, n: 1, w: 'one' }, after: { ...key, n: 5, w: 'one' } }],
      [{ before: { ...key, n: 5, w: 'one' } }],
    ]);
  });

  it('turns away a change of a stored row when it freezes them', async () => {
    const table = new MemoryTable({ freeze: true });
    const row = { ...key, g1pk: 'C', g1sk: '1', p: { list: [1] } };
    await store(table, row);
    const stored = await table.get(key);
    expect(() => Object.assign(stored!, { n: 1 })).toThrow(TypeError);
    expect(() => row.p.list.push(2)).toThrow(TypeError);
    const [shown] = (await table.query({ index: 'g1', pk: 'C' })).rows;
    expect(() => Object.assign(shown!, { n: 1 })).toThrow(TypeError);
  });

  it('answers what is stored without copying it', async () => {
    const table = new MemoryTable();
    const nested = { list: [1] };
    await store(table, { ...key, nested });
    expect((await table.get(key))?.nested).toBe(nested);
  });

  it('answers rows that it began with as if they had been written, in whatever order they were given', async () => {
    const of = (sk: string, g1sk?: string) => ({ pk: 'P', sk, ...(g1sk && { g1pk: 'C', g1sk }) });
    const rows = [of('c', '1'), of('a', '2'), { pk: 'Q', sk: 'q', g1pk: 'C', g1sk: '1' }, of('b')];
    const table = new MemoryTable({ rows });
    const sks = async (query: Query) => (await table.query(query)).rows.map(({ sk }) => sk);
    expect(await sks({ pk: 'P' })).toEqual(['a', 'b', 'c']);
    expect(await sks({ index: 'g1', pk: 'C' })).toEqual(['c', 'q', 'a']);
    await table.transact([{ delete: { pk: 'P', sk: 'c' } }, { put: of('aa', '0') }], 'x');
    expect(await sks({ pk: 'P' })).toEqual(['a', 'aa', 'b']);
    expect(await sks({ index: 'g1', pk: 'C' })).toEqual(['aa', 'q', 'a']);
  });

  it('can end pages early where none was asked for', async () => {
    const table = new MemoryTable({ pageRows: 2 });
    await store(table, ...['a', 'b', 'c'].map((sk) => ({ pk: 'P', sk })));
    expect(await pagesOf(table, { pk: 'P' })).toEqual([['a', 'b'], ['c']]);
    expect(await pagesOf(table, { pk: 'P', limit: 1 })).toEqual([['a'], ['b'], ['c'], []]);
    const first = await table.scan();
    await table.transact([{ delete: { pk: 'P', sk: 'b' } }], 'x');
    const second = await table.scan(first.cursor);
    expect([first, second].flatMap((page) => page.rows.map((row) => row.sk))).toEqual(['a', 'b', 'c']);
  });
});
