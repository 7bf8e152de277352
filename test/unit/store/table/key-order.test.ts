import { expect, it } from 'vitest';
import { compareKeys } from '../../../../functions/store/table/key-order.ts';

/** In the order of their bytes in UTF-8, which is not that of the units of UTF-16: a surrogate begins with D8 to DF there. */
const SORTED = [
  '',
  '#',
  'Z',
  'a',
  'a#',
  'aa',
  'a\u{d7ff}',
  'a\u{e000}',
  'a\u{e000}a',
  'a\u{f8ff}',
  'a\u{ffee}',
  'a\u{ffff}',
  'a\u{10000}',
  'a\u{10000}a',
  'a\u{1f600}',
  'a\u{1f601}',
  'a\u{10ffff}',
  'b',
  'é',
  'é\u{1f600}',
  '中',
  '\u{d7ff}',
  '\u{e000}',
  '\u{ffff}',
  '\u{10000}',
];

it('keys sort by their bytes, each before all that follow and behind all that come before', () => {
  const byBytes = SORTED.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(byBytes).toEqual(SORTED);
  for (const [place, left] of SORTED.entries())
    for (const [other, right] of SORTED.entries())
      expect([left, right, Math.sign(compareKeys(left, right))]).toEqual([
        left,
        right,
        Math.sign(place - other),
      ]);
});
