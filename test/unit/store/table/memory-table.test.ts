import { describe, expect, it } from 'vitest';
import { type Change, MemoryTable } from '../../../../functions/store/table/memory-table.ts';
import { RowRefused } from '../../../../functions/store/table/row-limits.ts';
import type { Row, Write } from '../../../../functions/store/table/table.port.ts';
import { apply, tableWith } from '../applied.ts';

const KEY = { pk: 'a', sk: 'b' };

describe('what cannot be meant is a fault that says so', () => {
  it.each<[string, () => Promise<unknown>]>([
    [
      'index g2 cannot be read with strong consistency',
      () => new MemoryTable().query({ index: 'g2', pk: 'P', consistent: true }),
    ],
    ['a page has at least one row, not 0', () => new MemoryTable().query({ pk: 'P', limit: 0 })],
    ['a page has at least one row, not NaN', () => new MemoryTable().query({ pk: 'P', limit: Number.NaN })],
    [
      'cannot add to name, which is no number',
      async () => apply(await tableWith({ put: { ...KEY, name: 'x' } }), { add: KEY, by: { name: 1 } }),
    ],
  ])('%s', async (message, act) => {
    await expect(act()).rejects.toThrow(message);
  });
});

describe('a transaction that is too large', () => {
  const rows = (count: number, more: object = {}): { put: Row }[] =>
    Array.from({ length: count }, (_, place) => ({ put: { pk: 'P', sk: `${place}`, ...more } }));
  const large = { text: 'x'.repeat(400_000) };

  it('is refused as a whole, with its size', async () => {
    const table = new MemoryTable();
    const refused = table.transact(rows(11, large), 'me');
    await expect(refused).rejects.toThrow(RowRefused);
    await expect(refused).rejects.toThrow(/^a transaction has 4400\d{3} bytes, limit 4194304$/);
    expect((await table.scan()).rows).toEqual([]);
  });

  it('is none for what is deleted or checked in it', async () => {
    const table = new MemoryTable();
    await apply(table, ...rows(10, large));
    const others = ['a', 'b'].map((sk): Write => ({ put: { pk: 'Q', sk, ...large } }));
    await apply(table, ...rows(10).map(({ put }): Write => ({ delete: put })), ...others);
    const checks = ['a', 'b'].map((sk): Write => ({ check: { pk: 'Q', sk }, if: [{ exists: true }] }));
    await apply(table, ...checks, ...rows(10, large));
  });
});

describe('a row that is changed', () => {
  const INDEXED = { ...KEY, g1pk: 'P', g1sk: '1', p: { n: 1 } };
  const shown = async (table: MemoryTable, pk = 'P') => (await table.query({ index: 'g1', pk })).rows;

  it('is shown by each index that it stands in, as it stands now', async () => {
    const table = await tableWith({ put: { ...INDEXED, g3pk: 'P', g3sk: '9' } });
    expect(await shown(table)).toEqual([INDEXED]);
    expect((await table.query({ index: 'g3', pk: 'P' })).rows).toEqual([
      { ...KEY, g3pk: 'P', g3sk: '9', p: { n: 1 } },
    ]);
    await apply(table, { put: { ...INDEXED, g1sk: '2' } });
    expect(await shown(table)).toEqual([{ ...INDEXED, g1sk: '2' }]);
    await apply(table, { put: { ...INDEXED, g1pk: 'Q' } });
    expect([await shown(table), await shown(table, 'Q')]).toEqual([[], [{ ...INDEXED, g1pk: 'Q' }]]);
    await apply(table, { delete: KEY });
    expect(await shown(table, 'Q')).toEqual([]);
    expect(await table.query({ index: 'g3', pk: 'P' })).toEqual({ rows: [] });
  });

  it('is passed on with what it was, and one that was not there with nothing', async () => {
    const committed: Change[][] = [];
    const table = new MemoryTable({ onCommit: (changes) => committed.push(changes) });
    await table.transact([{ put: KEY }, { delete: { pk: 'a', sk: 'none' } }], 'one');
    await table.transact([{ delete: KEY }], 'two');
    await table.transact([{ delete: KEY }], 'three');
    const before = { ...KEY, w: 'one' };
    expect(committed).toEqual([[{ after: before }], [{ before }]]);
  });
});

describe('all rows', () => {
  const rows: Row[] = ['b', 'a', '😀', '\u{ffee}'].flatMap((pk) => ['2', '1'].map((sk) => ({ pk, sk })));
  const sorted = ['a1', 'a2', 'b1', 'b2', '\u{ffee}1', '\u{ffee}2', '😀1', '😀2'];

  it.each([1, 2, 3, 8, 9].flatMap((pageRows) => [false, true].map((goes) => ({ pageRows, goes }))))(
    'come in pages, each once, also where what was read goes meanwhile: %j',
    async ({ pageRows, goes }) => {
      const table = new MemoryTable({ rows, pageRows });
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await table.scan(cursor);
        expect(page.rows.length).toBeLessThanOrEqual(pageRows);
        found.push(...page.rows.map(({ pk, sk }) => pk + sk));
        const last = page.rows.at(-1);
        if (last && goes) await apply(table, { delete: last });
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(found).toEqual(sorted);
    },
  );
});

describe('the pages of a query', () => {
  it('are no longer than is asked, and no longer than the table lets them be', async () => {
    const rows = ['1', '2', '3', '4'].map((sk) => ({ pk: 'P', sk, g1pk: 'P', g1sk: sk }));
    const table = new MemoryTable({ rows, pageRows: 3 });
    const sizes = async (limit?: number) =>
      Promise.all(
        [{ pk: 'P' }, { index: 'g1' as const, pk: 'P' }].map(
          async (query) => (await table.query({ ...query, ...(limit && { limit }) })).rows.length,
        ),
      );
    expect([await sizes(), await sizes(2), await sizes(9)]).toEqual([
      [3, 3],
      [2, 2],
      [3, 3],
    ]);
  });
});

describe('rows that are frozen', () => {
  it('are so in all their parts, and in what indexes show of them', async () => {
    const table = new MemoryTable({ freeze: true });
    await apply(table, { put: { ...KEY, g1pk: 'P', g1sk: '1', p: { list: [{ n: 1 }] }, none: null } });
    await apply(table, { add: KEY, by: { n: 1 } });
    const stored = (await table.get(KEY)) as Row & { p: { list: { n: number }[] } };
    const [shown] = (await table.query({ index: 'g1', pk: 'P' })).rows;
    for (const part of [stored, stored.p, stored.p.list, stored.p.list[0], shown])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it('are as they were given where that is not asked for', async () => {
    const table = await tableWith({ put: { ...KEY, g1pk: 'P', g1sk: '1' } });
    const [shown] = (await table.query({ index: 'g1', pk: 'P' })).rows;
    expect([Object.isFrozen(await table.get(KEY)), Object.isFrozen(shown)]).toEqual([false, false]);
  });
});

describe('a row past its end', () => {
  const T = Date.parse('2026-01-15T00:00:00Z');
  const ENDED = { ...KEY, ttl: T / 1_000, n: 1 };

  it('is there for nobody but for who writes over what they read', async () => {
    const table = new MemoryTable({ rows: [ENDED], now: () => T });
    expect(await table.get(KEY)).toBeUndefined();
    expect(await table.transact([{ delete: KEY, if: [{ equals: ['n', 2] }] }], 'x')).toEqual({
      outcome: 'refused',
      index: 0,
      old: ENDED,
    });
    expect(await table.transact([{ put: KEY, if: [{ absent: true }, { equals: ['n', 1] }] }], 'y')).toEqual({
      outcome: 'applied',
    });
  });

  it('leaves pages as long as they were: they end where they end', async () => {
    const rows = [ENDED, { pk: 'a', sk: 'c' }, { pk: 'a', sk: 'd' }];
    const table = new MemoryTable({ rows, now: () => T });
    const first = await table.query({ pk: 'a', limit: 2 });
    expect(first.rows).toEqual([{ pk: 'a', sk: 'c' }]);
    expect((await table.query({ pk: 'a', limit: 2, cursor: String(first.cursor) })).rows).toEqual([
      { pk: 'a', sk: 'd' },
    ]);
  });
});
