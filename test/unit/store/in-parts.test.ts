import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesOfText, inParts } from '../../../functions/store/in-parts.ts';
import { holds } from '../../property/seeds.ts';

const sum = (sizes: readonly number[]) => sizes.reduce((before, size) => before + size, 0);

it.each<[string, number[], number[][]]>([
  ['nothing', [], []],
  ['what fits to the byte', [4, 6], [[4, 6]]],
  ['what is one byte too much', [4, 7], [[4], [7]]],
  ['what is larger alone', [1, 30, 1, 9], [[1], [30], [1, 9]]],
])('a list is cut into parts of ten: %s', (_, sizes, parts) => {
  expect(inParts(sizes, (size) => size, 10)).toEqual(parts);
});

it('each item stands in a part, in its order, and no part is cut sooner than it must be', () => {
  holds(
    fc.property(fc.array(fc.integer({ min: 1, max: 15 })), (sizes) => {
      const parts = inParts(sizes, (size) => size, 10);
      expect(parts.flat()).toEqual(sizes);
      for (const [place, part] of parts.entries()) {
        expect(part.length === 1 || sum(part) <= 10).toBe(true);
        const [next] = parts[place + 1] ?? [];
        if (next !== undefined) expect(sum(part) + next).toBeGreaterThan(10);
      }
    }),
  );
});

it('a text takes its bytes and eight more', () => {
  expect(['', 'abc', '語é'].map(bytesOfText)).toEqual([8, 11, 13]);
});
