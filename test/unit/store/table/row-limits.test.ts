import { describe, expect, it } from 'vitest';
import {
  assertTransaction,
  keyOf,
  measureRow,
  ROW_BYTES,
  RowRefused,
} from '../../../../functions/store/table/row-limits.ts';
import type { Row, Write } from '../../../../functions/store/table/table.port.ts';

const KEY = { pk: 'a', sk: 'b' };
const row = (more: object): Row => ({ ...KEY, ...more });
const refusal = (measured: Row): unknown => {
  try {
    return measureRow(measured);
  } catch (error) {
    return error;
  }
};

describe('a row is measured', () => {
  it.each([
    ['letters of one byte', 'x', 1],
    ['letters of two', 'é', 2],
    ['letters of three', '中', 3],
    ['letters of four, which count as two units', '😀', 4],
  ])('exactly where it may be too large: %s', (_, letter, bytes) => {
    // The keys take 2 for their values and 4 for their names, the text 1 for its own, and each of the three attributes 1; a row 3.
    const most = Math.floor((ROW_BYTES - 13) / bytes);
    expect(measureRow(row({ t: letter.repeat(most) }))).toBeLessThanOrEqual(ROW_BYTES);
    expect(refusal(row({ t: letter.repeat(most + 1) }))).toBeInstanceOf(RowRefused);
  });

  it('with all that is in its parts', () => {
    const text = 'x'.repeat(100_000);
    const four = [text, text, text, text];
    expect(refusal(row({ list: [...four, text] }))).toBeInstanceOf(RowRefused);
    expect(refusal(row({ map: { a: text, b: { c: four } } }))).toBeInstanceOf(RowRefused);
    expect(refusal(row({ [`n${text}`]: four }))).toBeInstanceOf(RowRefused);
    expect(refusal(row({ list: Array.from({ length: 70_000 }, () => true) }))).toEqual(expect.any(Number));
    // Each number takes some bytes, and each entry one.
    expect(refusal(row({ list: Array.from({ length: 41_000 }, (_, place) => place) }))).toBeInstanceOf(
      RowRefused,
    );
    expect(refusal(row({ list: Array.from({ length: 205_000 }, () => null) }))).toBeInstanceOf(RowRefused);
    expect(refusal(row({ list: Array.from({ length: 205_000 }, () => undefined) }))).toBeInstanceOf(
      RowRefused,
    );
  });

  it('and what is refused says which, how large it is, and no more of it', () => {
    const error = refusal(row({ sk: 's'.repeat(900), text: 'x'.repeat(ROW_BYTES) }));
    expect(error).toMatchObject({ name: 'RowRefused' });
    const { message } = error as Error;
    expect(message).toMatch(/^row a s{198} has 41\d{4} bytes, more than the limit 409600$/);
  });
});

describe('a key is taken', () => {
  it.each([
    ['pk', 2_048],
    ['sk', 1_024],
    ['g1pk', 2_048],
    ['g1sk', 1_024],
    ['g2pk', 2_048],
    ['g2sk', 1_024],
    ['g3pk', 2_048],
    ['g3sk', 1_024],
  ])('%s up to %i bytes', (name, limit) => {
    for (const letter of ['x', 'é', '😀']) {
      const count = limit / Buffer.byteLength(letter);
      expect(refusal(row({ [name]: letter.repeat(count) }))).toEqual(expect.any(Number));
      const error = refusal(row({ [name]: letter.repeat(count + 1) }));
      expect(error).toBeInstanceOf(RowRefused);
      expect((error as Error).message).toContain(`: ${name} has more bytes than the limit ${limit}`);
    }
  });

  it.each(['pk', 'sk', 'g1pk', 'g1sk', 'g2pk', 'g2sk', 'g3pk', 'g3sk'])(
    '%s as a string with a letter at least',
    (name) => {
      for (const value of ['', null, 5, {}])
        expect(() => measureRow(row({ [name]: value }))).toThrow(
          `: ${name} is a key and must be a string that is not empty`,
        );
    },
  );

  it('of an index where it is there, of the table always', () => {
    for (const name of ['pk', 'sk'])
      expect(() => measureRow(row({ [name]: undefined }))).toThrow(`: ${name} is a key`);
    for (const name of ['g1pk', 'g1sk', 'g2pk', 'g2sk', 'g3pk', 'g3sk'])
      expect(measureRow(row({ [name]: undefined }))).toBeGreaterThan(0);
  });
});

describe('a value is taken', () => {
  it.each<[unknown]>([
    [0],
    [-0],
    [1e-130],
    [-1e-130],
    [Number.MAX_SAFE_INTEGER],
    [Number.MIN_SAFE_INTEGER],
    [0.1],
    [null],
    [''],
    [[]],
    [{}],
    [undefined],
    [Object.create(null)],
  ])('as it is: %j', (value) => {
    expect(refusal(row({ value, nested: [{ value }] }))).toEqual(expect.any(Number));
  });

  it.each<[unknown, string]>([
    [Number.NaN, 'row a b holds the number NaN, which cannot be stored'],
    [Number.NEGATIVE_INFINITY, 'row a b holds the number -Infinity, which cannot be stored'],
    [2 ** 53, 'row a b holds the number 9007199254740992, which cannot be stored'],
    [-(2 ** 53), 'row a b holds the number -9007199254740992, which cannot be stored'],
    [9e-131, 'row a b holds the number 9e-131, which cannot be stored'],
    [5n, 'row a b holds a bigint, which cannot be stored'],
    [() => 1, 'row a b holds a function, which cannot be stored'],
    [new Date(0), 'row a b holds a Date, which cannot be stored'],
    [new Map(), 'row a b holds a Map, which cannot be stored'],
    [Object.create({}), 'row a b holds a Object, which cannot be stored'],
    [Object.create(Object.create(null)), 'row a b holds a undefined, which cannot be stored'],
    [{ '': 1 }, 'row a b holds an attribute without a name'],
  ])('never: %o', (value, message) => {
    expect(() => measureRow(row({ value }))).toThrow(message);
    expect(() => measureRow(row({ list: [{ value }] }))).toThrow(message);
  });
});

describe('a transaction', () => {
  const put = (place: number): Write => ({ put: { pk: 'P', sk: `${place}` } });

  it('has 1 to 100 writes', () => {
    expect(() => assertTransaction([])).toThrow('a transaction has 1 to 100 writes, not 0');
    expect(() => assertTransaction(Array.from({ length: 101 }, (_, place) => put(place)))).toThrow('not 101');
    for (const length of [1, 2, 100]) assertTransaction(Array.from({ length }, (_, place) => put(place)));
  });

  it('has one write of each row, whatever it does', () => {
    const writes: Write[] = [
      { put: KEY },
      { delete: KEY },
      { check: KEY, if: [{ exists: true }] },
      { add: KEY, by: { n: 1 } },
    ];
    for (const write of writes) {
      expect(keyOf(write)).toEqual(KEY);
      for (const other of writes)
        expect(() => assertTransaction([write, other])).toThrow(
          'two writes of one transaction are about the same row',
        );
      assertTransaction([write, { put: { pk: 'ab', sk: '' } }, { put: { pk: 'a', sk: 'c' } }]);
    }
  });

  it('checks something, and adds something', () => {
    expect(() => assertTransaction([put(1), { check: KEY, if: [] }])).toThrow(
      'the check of a b has no condition',
    );
    expect(() => assertTransaction([put(1), { add: KEY, by: {} }])).toThrow('nothing to add to a b');
  });
});
