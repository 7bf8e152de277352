import { describe, expect, it } from 'vitest';
import type { TableTime } from '../../../../functions/store/table/expiry.ts';
import { MemoryTable } from '../../../../functions/store/table/memory-table.ts';
import { OverlayTable } from '../../../../functions/store/table/overlay-table.ts';
import type { Query, Row, Table, Write } from '../../../../functions/store/table/table.port.ts';
import { pagesOf } from '../../../contract/rows.ts';
import { apply } from '../applied.ts';

const PK = 'P';
const keyOf = (sk: string) => ({ pk: PK, sk });
const stored = (...names: string[]): Row[] => names.map((sk) => ({ ...keyOf(sk), in: 'the table' }));
const put = (sk: string): Write => ({ put: { ...keyOf(sk), in: 'memory' } });
const remove = (sk: string): Write => ({ delete: keyOf(sk) });

interface Below extends TableTime {
  rows: Row[];
  /** Of the table below. */
  pageRows?: number;
}

/** An overlay of a table that holds some rows. */
async function overlayOf({ rows, pageRows, ...time }: Below, ...writes: Write[]): Promise<Table> {
  const below = new MemoryTable({ ...time, rows, freeze: true, ...(pageRows && { pageRows }) });
  const overlay = new OverlayTable(below, time, () => {});
  if (writes.length > 0) await apply(overlay, ...writes);
  return overlay;
}

/** What stands in each row, by sort key. */
const contents = (rows: (Row | undefined)[]) => rows.map((row) => row && [row.sk, row.in]);

/** Reads one row at a time, until the last page. */
function readerOf(table: Table, { descending = false } = {}) {
  const names: string[] = [];
  let query: Query | undefined = { pk: PK, limit: 1, descending };
  return {
    names: () => names.join(''),
    async read(): Promise<void> {
      if (!query) return;
      const { rows, cursor } = await table.query(query);
      names.push(...rows.map(({ sk }) => sk));
      query = cursor === undefined ? undefined : { ...query, cursor };
    },
  };
}

describe('a row', () => {
  it('is read from the table below until it is changed', async () => {
    const overlay = await overlayOf({ rows: stored('a', 'b', 'c') }, put('b'), remove('c'), put('d'));
    const rows = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((sk) => overlay.get(keyOf(sk))));
    expect(contents(rows)).toEqual([
      ['a', 'the table'],
      ['b', 'memory'],
      undefined,
      ['d', 'memory'],
      undefined,
    ]);
  });

  it('comes once among many, as it was written last', async () => {
    const overlay = await overlayOf({ rows: stored('a', 'b', 'c') }, put('b'), remove('c'), put('d'));
    const rows = await overlay.batchGet(['d', 'c', 'b', 'a', 'b', 'e'].map(keyOf));
    expect(contents(rows).sort()).toEqual([
      ['a', 'the table'],
      ['b', 'memory'],
      ['d', 'memory'],
    ]);
  });
});

describe('pages', () => {
  it.each<[stored: string, pages: string[]]>([
    ['abcde', ['ab', 'cd', 'e']],
    ['abcd', ['ab', 'cd', '']],
    ['a', ['a']],
    ['', ['']],
  ])('are those of the table below where nothing was written: %s', async (names, pages) => {
    const rows = stored(...names);
    const overlay = await overlayOf({ rows });
    const joined = (await pagesOf(overlay, { pk: PK, limit: 2 })).map((page) => page.join(''));
    expect(joined).toEqual(pages);
  });

  const LIMITS = [undefined, 1, 2, 3, 4, 9];
  it.each(LIMITS.flatMap((limit) => [1, 2, 3, 9].map((pageRows) => ({ limit, pageRows }))))(
    'have each row once, written or stored, and none too many: $limit of $pageRows',
    async ({ limit, pageRows }) => {
      const rows = stored('b', 'd', 'f', 'h');
      const writes = ['a', 'c', 'd', 'e', 'i'].map(put);
      const overlay = await overlayOf({ rows, pageRows }, ...writes, remove('f'));
      const query: Query = { pk: PK, ...(limit && { limit }) };
      for (const [descending, order] of [
        [false, 'abcdehi'],
        [true, 'ihedcba'],
      ] as const) {
        const pages = await pagesOf(overlay, { ...query, descending });
        expect(pages.flat().join('')).toBe(order);
        for (const page of pages)
          expect(page.length).toBeLessThanOrEqual(limit ?? rows.length + writes.length);
      }
    },
  );

  it.each([0, 1, 2])(
    'go on where each reader was, also of two who read towards each other: %d ahead',
    async (ahead) => {
      const overlay = await overlayOf({ rows: stored('a', 'c', 'e') }, put('b'));
      const [up, down] = [readerOf(overlay), readerOf(overlay, { descending: true })];
      for (let turn = 0; turn < ahead; turn += 1) await down.read();
      for (let turn = 0; turn < 6; turn += 1) {
        await down.read();
        await up.read();
      }
      expect([up.names(), down.names()]).toEqual(['abce', 'ecba']);
    },
  );

  it('have what was written though all that the first of the table below held has ended', async () => {
    const NOON = Date.parse('2026-03-01T12:00:00Z');
    const ended = stored('b', 'c').map((row) => ({ ...row, ttl: NOON / 1_000 - 1 }));
    const rows = [...ended, ...stored('d')];
    const overlay = await overlayOf({ rows, pageRows: 1, now: () => NOON }, put('a'), put('c1'));
    expect((await pagesOf(overlay, { pk: PK })).flat()).toEqual(['a', 'c1', 'd']);
  });

  it('end with one that has no cursor', async () => {
    const overlay = await overlayOf({ rows: stored('a') });
    expect(await overlay.query({ pk: PK })).toStrictEqual({ rows: stored('a') });
  });
});
