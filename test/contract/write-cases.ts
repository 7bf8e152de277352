import { describe, expect, it } from 'vitest';
import type { Condition, Row, Table, Write } from '../../functions/store/table/table.port.ts';
import { someWriter, store, withoutWriter } from './rows.ts';

const KEY = { pk: 'T#a', sk: 'T' };
const STORED: Row = { ...KEY, rev: 3, name: 'm', on: true, none: null };

/** Conditions, and whether they hold where no row is stored and where `STORED` is. */
const CONDITIONS: [condition: Condition, ofNothing: boolean, ofStored: boolean][] = [
  [{ absent: true }, true, false],
  [{ exists: true }, false, true],
  [{ equals: ['rev', 3] }, false, true],
  [{ equals: ['rev', 4] }, false, false],
  [{ equals: ['rev', '3'] }, false, false],
  [{ equals: ['name', 'm'] }, false, true],
  [{ equals: ['on', true] }, false, true],
  [{ equals: ['on', false] }, false, false],
  [{ equals: ['none', null] }, false, true],
  [{ equals: ['rev', null] }, false, false],
  [{ equals: ['missing', null] }, false, false],
  [{ atMost: ['rev', 3] }, false, true],
  [{ atMost: ['rev', 4] }, false, true],
  [{ atMost: ['rev', 2] }, false, false],
  [{ atMost: ['name', 'm'] }, false, true],
  [{ atMost: ['name', 'mm'] }, false, true],
  [{ atMost: ['name', 'l'] }, false, false],
  [{ atMost: ['name', 3] }, false, false],
  [{ atMost: ['missing', 3] }, false, false],
  [{ absentOr: { equals: ['rev', 3] } }, true, true],
  [{ absentOr: { equals: ['rev', 4] } }, true, false],
  [{ absentOr: { atMost: ['rev', 3] } }, true, true],
  [{ absentOr: { atMost: ['rev', 2] } }, true, false],
  [{ absentOr: { absent: true } }, true, false],
  [{ absentOr: { exists: true } }, true, true],
];

/** Each kind of write under a condition, alone and beside another write. */
const GUARDED: [kind: string, make: (condition: Condition) => Write[]][] = [
  ['put', (condition) => [{ put: { ...KEY, rev: 9 }, if: [condition] }]],
  ['delete', (condition) => [{ delete: KEY, if: [condition] }]],
  ['check', (condition) => [{ check: KEY, if: [condition] }]],
  [
    'put with another',
    (condition) => [{ put: { ...KEY, rev: 9 }, if: [condition] }, { put: { pk: 'X', sk: 'X' } }],
  ],
];

export function writeCases(table: () => Table): void {
  it.each(['constructor', 'toString', 'hasOwnProperty'])(
    'a part keeps its attribute named %s',
    async (name) => {
      const row: Row = { ...KEY, counts: { [name]: [1, { [name]: 'x' }], other: null } };
      await store(table(), row);
      expect(withoutWriter(await table().get(KEY))).toEqual(row);
    },
  );

  describe.each(GUARDED)('a %s under a condition', (_kind, make) => {
    it.each(CONDITIONS)('%j of no row: %s', async (condition, ofNothing) => {
      const result = await table().transact(make(condition), someWriter());
      expect(result).toEqual(ofNothing ? { outcome: 'applied' } : { outcome: 'refused', index: 0 });
    });

    it.each(CONDITIONS)('%j of no row: %s, of the stored row: %s', async (condition, _, ofStored) => {
      await store(table(), STORED);
      const old = await table().get(KEY);
      const result = await table().transact(make(condition), someWriter());
      expect(result).toEqual(ofStored ? { outcome: 'applied' } : { outcome: 'refused', index: 0, old });
      expect(withoutWriter(old)).toEqual(STORED);
    });
  });

  describe('a write', () => {
    it('needs all of its conditions', async () => {
      await store(table(), STORED);
      const both: Condition[] = [{ equals: ['rev', 3] }, { atMost: ['name', 'a'] }];
      expect(await table().transact([{ delete: KEY, if: both }], someWriter())).toMatchObject({
        outcome: 'refused',
      });
      expect(withoutWriter(await table().get(KEY))).toEqual(STORED);
    });

    it('replaces the whole row', async () => {
      await store(table(), STORED);
      await store(table(), { ...KEY, only: 'this' });
      expect(withoutWriter(await table().get(KEY))).toEqual({ ...KEY, only: 'this' });
    });

    it('keeps nested values, empty ones too, and leaves out what is undefined', async () => {
      const row = { ...KEY, list: [1.5, 'a', null, [true], {}], map: { a: { b: [] } }, empty: '', zero: 0 };
      await store(table(), { ...row, gone: undefined, map: { a: { b: [], gone: undefined } } });
      expect(withoutWriter(await table().get(KEY))).toEqual(row);
    });

    it('bears the name of its writer', async () => {
      await table().transact([{ put: { ...KEY, w: 'somebody' } }], 'me');
      expect(await table().get(KEY)).toEqual({ ...KEY, w: 'me' });
    });

    it('removes a row, and a row that is not there', async () => {
      await store(table(), STORED);
      expect(await table().transact([{ delete: KEY }], someWriter())).toEqual({ outcome: 'applied' });
      expect(await table().get(KEY)).toBeUndefined();
      expect(await table().transact([{ delete: KEY }], someWriter())).toEqual({ outcome: 'applied' });
    });

    it('names attributes that are reserved words', async () => {
      await store(table(), { ...KEY, status: 'a', 'odd name.x': 1 });
      const conditions: Condition[] = [{ equals: ['status', 'a'] }, { equals: ['odd name.x', 1] }];
      const writes: Write[] = [{ put: { ...KEY, status: 'b' }, if: conditions }];
      expect(await table().transact(writes, someWriter())).toEqual({ outcome: 'applied' });
    });
  });

  describe('a transaction', () => {
    const other = { pk: 'T#b', sk: 'T' };

    it('writes nothing where one of its writes is refused, and says which, with the old row', async () => {
      await store(table(), STORED, { ...other, rev: 1 });
      const writes: Write[] = [
        { put: { ...KEY, rev: 4 }, if: [{ equals: ['rev', 3] }] },
        { add: { pk: 'C', sk: 'C' }, by: { n: 1 } },
        { delete: other, if: [{ equals: ['rev', 2] }] },
      ];
      const result = await table().transact(writes, someWriter());
      expect(result).toEqual({ outcome: 'refused', index: 2, old: await table().get(other) });
      expect(withoutWriter(await table().get(KEY))).toEqual(STORED);
      expect(await table().get({ pk: 'C', sk: 'C' })).toBeUndefined();
      expect(withoutWriter(await table().get(other))).toEqual({ ...other, rev: 1 });
    });

    it('names the first of several refused writes', async () => {
      await store(table(), STORED);
      const writes: Write[] = [
        { put: other },
        { check: { pk: 'T#c', sk: 'T' }, if: [{ exists: true }] },
        { put: KEY, if: [{ absent: true }] },
      ];
      expect(await table().transact(writes, someWriter())).toEqual({ outcome: 'refused', index: 1 });
    });

    it('applies all kinds of writes at once', async () => {
      await store(table(), STORED, { ...other, rev: 1 });
      const writes: Write[] = [
        { put: { pk: 'N', sk: 'N', a: 1 }, if: [{ absent: true }] },
        { delete: KEY, if: [{ exists: true }] },
        { check: other, if: [{ equals: ['rev', 1] }] },
        { add: { pk: 'C', sk: 'C' }, by: { n: 2 } },
      ];
      expect(await table().transact(writes, someWriter())).toEqual({ outcome: 'applied' });
      const rows = await table().batchGet([KEY, other, { pk: 'N', sk: 'N' }, { pk: 'C', sk: 'C' }]);
      const shown = rows.map(withoutWriter).sort((a, b) => (a!.pk < b!.pk ? -1 : 1));
      expect(shown).toEqual([
        { pk: 'C', sk: 'C', n: 2 },
        { pk: 'N', sk: 'N', a: 1 },
        { ...other, rev: 1 },
      ]);
    });
  });

  describe('a repeat after a lost answer', () => {
    it('is recognised by its writer: one put', async () => {
      const writes: Write[] = [{ put: { ...KEY, rev: 1 }, if: [{ absent: true }] }];
      expect(await table().transact(writes, 'one')).toEqual({ outcome: 'applied' });
      expect(await table().transact(writes, 'one')).toEqual({ outcome: 'applied' });
      expect(await table().transact(writes, 'two')).toMatchObject({ outcome: 'refused', old: { w: 'one' } });
    });

    it('is recognised by its writer: a transaction, which is not applied again', async () => {
      await store(table(), STORED, { pk: 'D', sk: 'D' });
      const writes: Write[] = [
        { delete: { pk: 'D', sk: 'D' }, if: [{ exists: true }] },
        { put: { ...KEY, rev: 4 }, if: [{ equals: ['rev', 3] }] },
        { add: { pk: 'C', sk: 'C' }, by: { n: 1 } },
      ];
      expect(await table().transact(writes, 'one')).toEqual({ outcome: 'applied' });
      expect(await table().transact(writes, 'one')).toEqual({ outcome: 'applied' });
      expect(await table().get({ pk: 'C', sk: 'C' })).toEqual({ pk: 'C', sk: 'C', n: 1 });
      expect(await table().transact(writes, 'two')).toMatchObject({ outcome: 'refused', index: 0 });
    });

    it('is refused where another writer came between', async () => {
      const writes: Write[] = [{ put: { ...KEY, rev: 1 }, if: [{ absent: true }] }];
      await table().transact(writes, 'one');
      await table().transact([{ put: { ...KEY, rev: 2 } }], 'two');
      expect(await table().transact(writes, 'one')).toMatchObject({
        outcome: 'refused',
        old: { rev: 2, w: 'two' },
      });
    });
  });

  describe('adding', () => {
    it('sets other attributes beside, to what the newest addition says', async () => {
      await table().transact([{ add: KEY, by: { n: 2 }, set: { ttl: 10 } }], someWriter());
      await table().transact([{ add: KEY, by: { n: 3 }, set: { ttl: 20 } }], someWriter());
      expect(withoutWriter(await table().get(KEY))).toEqual({ ...KEY, n: 5, ttl: 20 });
    });

    it('makes the row where there is none, and counts up and down where there is one', async () => {
      await table().transact([{ add: KEY, by: { n: 2, m: -1 } }], someWriter());
      expect(await table().get(KEY)).toEqual({ ...KEY, n: 2, m: -1 });
      await table().transact([{ add: KEY, by: { n: 3, o: 5 } }], someWriter());
      expect(await table().get(KEY)).toEqual({ ...KEY, n: 5, m: -1, o: 5 });
    });

    it('leaves the other attributes and the writer of the row as they are', async () => {
      await table().transact([{ put: STORED }], 'me');
      await table().transact([{ add: KEY, by: { rev: 1 } }], 'you');
      expect(await table().get(KEY)).toEqual({ ...STORED, rev: 4, w: 'me' });
    });

    it.each(['name', 'none'])('to what is no number is a fault: %s', async (attribute) => {
      await store(table(), STORED);
      await expect(table().transact([{ add: KEY, by: { [attribute]: 1 } }], someWriter())).rejects.toThrow();
    });
  });
}
