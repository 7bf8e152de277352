import { describe, expect, it } from 'vitest';
import type { Row, Table } from '../../functions/store/table/table.port.ts';
import { pagesOf, someWriter, sortKeysOf, store, withoutWriter } from './rows.ts';

const KILOBYTE = 1024;

function numbered(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => ({ pk: 'P', sk: String(index).padStart(3, '0') }));
}

/** Rows that no table takes, each with a word on why. */
const MALFORMED: [why: string, row: Record<string, unknown>][] = [
  ['more than 400 KB', { pk: 'a', sk: 'b', text: 'x'.repeat(400 * KILOBYTE) }],
  ['more than 400 KB of UTF-8 in fewer characters', { pk: 'a', sk: 'b', text: 'é'.repeat(205 * KILOBYTE) }],
  ['an empty partition key', { pk: '', sk: 'b' }],
  ['an empty sort key', { pk: 'a', sk: '' }],
  ['a partition key above 2048 bytes', { pk: 'é'.repeat(1025), sk: 'b' }],
  ['a sort key above 1024 bytes', { pk: 'a', sk: 'x'.repeat(1025) }],
  ['an index key that is null', { pk: 'a', sk: 'b', g1pk: null, g1sk: '1' }],
  ['an index key that is a number', { pk: 'a', sk: 'b', g2pk: 'O', g2sk: 5 }],
  ['an index key that is empty', { pk: 'a', sk: 'b', g3pk: 'P', g3sk: '' }],
  ['a number that is none', { pk: 'a', sk: 'b', n: Number.NaN }],
  ['an infinite number', { pk: 'a', sk: 'b', deep: [{ n: Number.POSITIVE_INFINITY }] }],
  ['an integer that is not exact', { pk: 'a', sk: 'b', n: 2 ** 53 }],
  ['a number too small', { pk: 'a', sk: 'b', n: -1e-131 }],
  ['an attribute without a name', { pk: 'a', sk: 'b', map: { '': 1 } }],
  ['a date', { pk: 'a', sk: 'b', at: new Date(0) }],
];

export function limitCases(table: () => Table): void {
  describe('limits', () => {
    it('a transaction has up to 100 writes', async () => {
      const writes = numbered(100).map((put) => ({ put }));
      expect(await table().transact(writes, someWriter())).toEqual({ outcome: 'applied' });
      expect(await sortKeysOf(table(), { pk: 'P' })).toHaveLength(100);
    });

    it('101 writes are a fault, and none of them happens', async () => {
      const writes = numbered(101).map((put) => ({ put }));
      await expect(table().transact(writes, someWriter())).rejects.toThrow();
      expect(await sortKeysOf(table(), { pk: 'P' })).toEqual([]);
    });

    it('a transaction without writes is a fault', async () => {
      await expect(table().transact([], someWriter())).rejects.toThrow();
    });

    it('two writes about one row are a fault, and neither happens', async () => {
      const key = { pk: 'a', sk: 'b' };
      const twice = [{ put: { ...key, n: 1 } }, { check: key, if: [{ absent: true as const }] }];
      await expect(table().transact(twice, someWriter())).rejects.toThrow();
      expect(await table().get(key)).toBeUndefined();
    });

    it('a check without a condition, and an addition of nothing, are faults', async () => {
      const key = { pk: 'a', sk: 'b' };
      await expect(table().transact([{ check: key, if: [] }], someWriter())).rejects.toThrow();
      await expect(table().transact([{ add: key, by: {} }], someWriter())).rejects.toThrow();
    });

    it('a page of less than one row is a fault', async () => {
      await expect(table().query({ pk: 'a', limit: 0 })).rejects.toThrow();
    });

    it('a cursor that is none is a fault', async () => {
      await expect(table().query({ pk: 'a', cursor: 'nonsense' })).rejects.toThrow();
    });

    it('a row of 390 KB is stored', async () => {
      const row = { pk: 'a', sk: 'b', text: 'x'.repeat(390 * KILOBYTE) };
      await store(table(), row);
      expect(withoutWriter(await table().get(row))).toEqual(row);
    });

    it.each(MALFORMED.filter(([why]) => / (above|more than) /.test(` ${why}`)))(
      'a row with %s is refused as such, alone and among others: no other row fails for it',
      async (_why, row) => {
        const put = row as Row;
        for (const writes of [[{ put }], [{ put: { pk: 'x', sk: 'y' } }, { put }]])
          await expect(table().transact(writes, someWriter())).rejects.toMatchObject({ name: 'RowRefused' });
      },
    );

    it.each(MALFORMED)('a row with %s is a fault, alone and among others', async (_why, row) => {
      const put = row as Row;
      await expect(table().transact([{ put }], someWriter())).rejects.toThrow();
      await expect(
        table().transact([{ put: { pk: 'x', sk: 'y' } }, { put }], someWriter()),
      ).rejects.toThrow();
      expect(await table().get({ pk: 'x', sk: 'y' })).toBeUndefined();
    });

    it('rows of more than 4 MB in one transaction are a fault', async () => {
      const text = 'x'.repeat(390 * KILOBYTE);
      const writes = numbered(11).map((row) => ({ put: { ...row, text } }));
      await expect(table().transact(writes, someWriter())).rejects.toThrow();
      expect(await sortKeysOf(table(), { pk: 'P' })).toEqual([]);
    });

    it('ids of 512 bytes of any script are keys, in the table and in its indexes', async () => {
      for (const letter of ['a', 'é', '中', '😀']) {
        const id = letter.repeat(512 / Buffer.byteLength(letter));
        const notice = {
          pk: `T#${id}`,
          sk: `N#${id}#000001`,
          g1pk: `N#${id}`,
          g1sk: `2026#${id}`,
          p: { id },
        };
        await store(table(), notice);
        expect(withoutWriter(await table().get(notice))).toEqual(notice);
        expect(await sortKeysOf(table(), { pk: notice.pk, sk: { prefix: `N#${id}#` } })).toEqual([notice.sk]);
        const page = { index: 'g1', pk: notice.g1pk, limit: 1 } as const;
        expect(await pagesOf(table(), page)).toEqual([[notice.sk], []]);
      }
    });

    it('more than fits one answer comes in pages without being asked for', async () => {
      const text = 'x'.repeat(300 * KILOBYTE);
      for (const row of numbered(8)) await store(table(), { ...row, text });
      expect(await sortKeysOf(table(), { pk: 'P' })).toEqual(numbered(8).map((row) => row.sk));
      expect(await table().batchGet(numbered(8))).toHaveLength(8);
    });
  });
}
