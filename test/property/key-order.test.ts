import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareKeys } from '../../functions/store/table/key-order.ts';
import { holds } from './seeds.ts';

/** Letters of one to four bytes of UTF-8; UTF-16 puts the last before the one before it. */
const LETTERS = ['a', 'b', 'é', '\u{d7ff}', '\u{e000}', '\u{ffff}', '\u{1f600}'];
const key = fc.array(fc.constantFrom(...LETTERS), { maxLength: 6 }).map((letters) => letters.join(''));

it('sorts keys as DynamoDB does, by their bytes', () => {
  holds(
    fc.property(key, key, (left, right) => {
      const byBytes = Buffer.compare(Buffer.from(left), Buffer.from(right));
      expect(Math.sign(compareKeys(left, right))).toBe(byBytes);
    }),
  );
});

it('puts what UTF-16 takes two units for behind all that it takes one for', () => {
  expect(compareKeys('task/\u{1f600}', 'task/\u{ffff}')).toBeGreaterThan(0);
  expect(compareKeys('task/z', 'task/\u{1f600}')).toBeLessThan(0);
});
