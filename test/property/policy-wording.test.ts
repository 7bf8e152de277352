import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest, shown } from '../../functions/abandonment/policy-wording.ts';
import { holds } from './seeds.ts';

const text = fc.string({ unit: fc.constantFrom(...'abcA'), maxLength: 6 });

/** The fewest letters to insert, to leave out or to replace that make one text of the other, by its definition. */
function edits(from: string, to: string): number {
  if (from === '' || to === '') return from.length + to.length;
  const [rest, restOfTo] = [from.slice(1), to.slice(1)];
  if (from[0] === to[0]) return edits(rest, restOfTo);
  return 1 + Math.min(edits(rest, to), edits(from, restOfTo), edits(rest, restOfTo));
}

test('the nearest text is the first of those with the fewest edits, two at most, whatever their case', () => {
  const count = { near: 0, none: 0 };
  holds(
    fc.property(text, fc.array(text, { maxLength: 4 }), (written, names) => {
      const counted = names.map((name) => edits(written.toLowerCase(), name.toLowerCase()));
      const fewest = Math.min(...counted);
      const expected = fewest > 2 ? undefined : names[counted.indexOf(fewest)];
      count[expected === undefined ? 'none' : 'near'] += 1;
      expect(nearest(written, names)).toBe(expected);
    }),
    { numRuns: 500 },
  );
  expect(count.near).toBeGreaterThan(100);
  expect(count.none).toBeGreaterThan(100);
});

test('whatever is shown stands on one line, no longer than a line of a message', () => {
  holds(
    fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary', maxLength: 200 })), (value) => {
      fc.pre(typeof value !== 'symbol');
      expect(shown(value)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      expect(shown(value).length).toBeLessThan(6 * 82);
    }),
  );
});
