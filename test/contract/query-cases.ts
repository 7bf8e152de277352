import { describe, expect, it } from 'vitest';
import type { Row, Table } from '../../functions/store/table/table.port.ts';
import { pagesOf, someWriter, sortKeysOf, store, withoutWriter } from './rows.ts';

const PK = 'R#one';

function rows(...sortKeys: string[]): Row[] {
  return sortKeys.map((sk) => ({ pk: PK, sk, p: { of: sk } }));
}

/** A task row that stands in index 1. */
function indexed(name: string, sort: string, more: Record<string, unknown> = {}): Row {
  return { pk: `T#${name}`, sk: name, g1pk: 'C#0', g1sk: sort, ...more };
}

export function queryCases(table: () => Table): void {
  describe('a query of a partition', () => {
    it('answers whole rows by sort key, and no other partition', async () => {
      await store(table(), ...rows('b', 'c', 'a'), { pk: 'R#other', sk: 'b' });
      const { rows: found, cursor } = await table().query({ pk: PK });
      expect(found.map(withoutWriter)).toEqual(rows('a', 'b', 'c'));
      expect(cursor).toBeUndefined();
    });

    it('is empty where nothing is', async () => {
      expect(await table().query({ pk: 'nothing' })).toEqual({ rows: [] });
    });

    it.each([
      [{ from: 'b' }, ['b', 'b#1', 'c']],
      [{ to: 'b' }, ['a', 'b']],
      [{ from: 'b', to: 'b#1' }, ['b', 'b#1']],
      [{ from: 'b', to: 'b' }, ['b']],
      [{ from: 'a1', to: 'az' }, []],
      [{ from: 'c', to: 'a' }, []],
      [{ from: '', to: 'a' }, ['a']],
      [{ to: '' }, []],
      [{}, ['a', 'b', 'b#1', 'c']],
      [{ prefix: 'b' }, ['b', 'b#1']],
      [{ prefix: 'b#' }, ['b#1']],
      [{ prefix: 'd' }, []],
      [{ prefix: '' }, ['a', 'b', 'b#1', 'c']],
    ])('has inclusive bounds and prefixes: %j gives %j, in both directions', async (sk, expected) => {
      await store(table(), ...rows('a', 'b', 'b#1', 'c'));
      expect(await sortKeysOf(table(), { pk: PK, sk })).toEqual(expected);
      expect(await sortKeysOf(table(), { pk: PK, sk, descending: true })).toEqual([...expected].reverse());
      expect(await sortKeysOf(table(), { pk: PK, sk, limit: 1 })).toEqual(expected);
      expect(await sortKeysOf(table(), { pk: PK, sk, limit: 1, descending: true })).toEqual(
        [...expected].reverse(),
      );
    });

    it('sorts by the bytes of UTF-8', async () => {
      const sorted = ['', '#', 'Z', 'a', 'é', '中', '\uffee', '😀', '😀a'].map((name) => `N#${name}`);
      await store(table(), ...rows(...[...sorted].reverse()));
      expect(await sortKeysOf(table(), { pk: PK })).toEqual(sorted);
      expect(await sortKeysOf(table(), { pk: PK, sk: { from: 'N#\uffee', to: 'N#😀' } })).toEqual([
        'N#\uffee',
        'N#😀',
      ]);
      expect(await sortKeysOf(table(), { pk: PK, sk: { prefix: 'N#😀' } })).toEqual(['N#😀', 'N#😀a']);
    });

    it('comes in pages of at most the limit, each row once', async () => {
      await store(table(), ...rows('a', 'b', 'c', 'd', 'e'));
      expect(await pagesOf(table(), { pk: PK, limit: 2 })).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
      expect(await pagesOf(table(), { pk: PK, limit: 2, descending: true })).toEqual([
        ['e', 'd'],
        ['c', 'b'],
        ['a'],
      ]);
      const bounded = { pk: PK, sk: { from: 'b', to: 'd' }, limit: 2 };
      expect(await pagesOf(table(), bounded)).toEqual([['b', 'c'], ['d']]);
    });

    it('may end with an empty page after a full one', async () => {
      await store(table(), ...rows('a', 'b'));
      expect(await pagesOf(table(), { pk: PK, limit: 2 })).toEqual([['a', 'b'], []]);
    });

    it('goes on where it was when rows before and after came and went', async () => {
      await store(table(), ...rows('b', 'd', 'f'));
      const { cursor } = await table().query({ pk: PK, limit: 2 });
      await table().transact([{ delete: { pk: PK, sk: 'd' } }], someWriter());
      await store(table(), ...rows('a', 'c', 'e'));
      const rest = await table().query({ pk: PK, cursor: cursor! });
      expect(rest.rows.map((row) => row.sk)).toEqual(['e', 'f']);
    });

    it('may ask for strong consistency', async () => {
      await store(table(), ...rows('a'));
      expect((await table().query({ pk: PK, consistent: true })).rows).toHaveLength(1);
    });
  });

  describe('an index', () => {
    const ofIndex = { index: 'g1', pk: 'C#0' } as const;

    it('shows keys, its own keys and `p`, and nothing else', async () => {
      await store(table(), indexed('a', '1', { p: { since: 5 }, rev: 1, g2pk: 'O#0', g2sk: 'a' }));
      const shown = { pk: 'T#a', sk: 'a', p: { since: 5 } };
      expect((await table().query(ofIndex)).rows).toEqual([{ ...shown, g1pk: 'C#0', g1sk: '1' }]);
      const second = await table().query({ index: 'g2', pk: 'O#0' });
      expect(second.rows).toEqual([{ ...shown, g2pk: 'O#0', g2sk: 'a' }]);
      expect(await table().query({ index: 'g3', pk: 'C#0' })).toEqual({ rows: [] });
    });

    it('shows rows that have no `p`', async () => {
      await store(table(), indexed('a', '1'));
      expect((await table().query(ofIndex)).rows).toEqual([{ pk: 'T#a', sk: 'a', g1pk: 'C#0', g1sk: '1' }]);
    });

    it('has a row from when its keys are there until one of them is gone', async () => {
      const bare = { pk: 'T#a', sk: 'a' };
      await store(table(), bare);
      expect(await sortKeysOf(table(), ofIndex)).toEqual([]);
      await store(table(), indexed('a', '1'));
      expect(await sortKeysOf(table(), ofIndex)).toEqual(['a']);
      await store(table(), { ...bare, g1sk: '1' });
      expect(await sortKeysOf(table(), ofIndex)).toEqual([]);
      await store(table(), { ...bare, g1pk: 'C#0' });
      expect(await sortKeysOf(table(), ofIndex)).toEqual([]);
      await store(table(), indexed('a', '1'));
      await table().transact([{ delete: bare }], someWriter());
      expect(await sortKeysOf(table(), ofIndex)).toEqual([]);
    });

    it('moves a row with its keys and shows its newest `p`', async () => {
      await store(table(), indexed('a', '1', { p: 1 }), indexed('b', '2'));
      await store(table(), indexed('a', '3', { p: 2 }));
      expect((await table().query(ofIndex)).rows.map((row) => [row.sk, row.p])).toEqual([
        ['b', undefined],
        ['a', 2],
      ]);
      await store(table(), indexed('a', '3', { p: 3 }), { ...indexed('b', '2'), g1pk: 'C#1' });
      expect((await table().query(ofIndex)).rows.map((row) => [row.sk, row.p])).toEqual([['a', 3]]);
      expect(await sortKeysOf(table(), { ...ofIndex, pk: 'C#1' })).toEqual(['b']);
    });

    it('keeps a row in its place when something is added to it', async () => {
      await store(table(), indexed('a', '1', { p: 1 }));
      await table().transact([{ add: { pk: 'T#a', sk: 'a' }, by: { p: 4 } }], someWriter());
      expect((await table().query(ofIndex)).rows).toMatchObject([{ sk: 'a', p: 5 }]);
    });

    it('has bounds, prefixes and directions of its own sort key', async () => {
      await store(table(), indexed('z', '2026-01'), indexed('y', '2026-02'), indexed('x', '2027-01'));
      expect(await sortKeysOf(table(), { ...ofIndex, sk: { to: '2026-02' } })).toEqual(['z', 'y']);
      expect(await sortKeysOf(table(), { ...ofIndex, sk: { from: '2026-02', to: '2027-01' } })).toEqual([
        'y',
        'x',
      ]);
      const latest = { ...ofIndex, sk: { prefix: '2026' }, descending: true };
      expect(await sortKeysOf(table(), latest)).toEqual(['y', 'z']);
    });

    it.each([1, 2, 3, 7])(
      'pages through rows with the same sort key, each once: %s a page',
      async (limit) => {
        const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
        await store(table(), ...names.map((name) => indexed(name, name < 'f' ? '1' : '2')));
        for (const descending of [false, true]) {
          const found = await sortKeysOf(table(), { ...ofIndex, limit, descending });
          expect([...found].sort()).toEqual(names);
          const last = descending ? found.slice(0, 2) : found.slice(-2);
          expect(last.sort()).toEqual(['f', 'g']);
        }
      },
    );

    it('cannot be read with strong consistency', async () => {
      await expect(table().query({ ...ofIndex, consistent: true })).rejects.toThrow();
    });
  });

  describe('reading', () => {
    it('many keys at once leaves out what is missing and answers a repeated key once', async () => {
      const stored = Array.from({ length: 230 }, (_, index) => ({ pk: `T#${index}`, sk: 'T', index }));
      await store(table(), ...stored);
      const missing = [{ pk: 'T#230', sk: 'T' }];
      const found = await table().batchGet([...stored, ...missing, stored[0]!]);
      const indexes = found.map((row) => row.index as number).sort((a, b) => a - b);
      expect(indexes).toEqual(stored.map((row) => row.index));
      expect(await table().batchGet([])).toEqual([]);
    });

    it('weakly is possible', async () => {
      await store(table(), { pk: 'a', sk: 'b' });
      expect(await table().get({ pk: 'a', sk: 'b' }, { consistent: false })).toMatchObject({ pk: 'a' });
      expect(await table().batchGet([{ pk: 'a', sk: 'b' }], { consistent: false })).toHaveLength(1);
    });

    it('everything gives each row once', async () => {
      await store(table(), ...rows('a', 'b'), { pk: 'other', sk: 'c' });
      const { rows: found, cursor } = await table().scan();
      expect(found.map((row) => row.sk).sort()).toEqual(['a', 'b', 'c']);
      expect(cursor).toBeUndefined();
    });
  });
}
