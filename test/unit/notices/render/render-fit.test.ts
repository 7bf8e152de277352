import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mostThatFit } from '../../../../functions/notices/render/render-fit.ts';
import { holds } from '../../../property/seeds.ts';

/** How many of some items fit where there is room for so many, and for how many that was tried. */
function tried(count: number, room: number) {
  const asked: number[] = [];
  const most = mostThatFit(count, (some) => {
    asked.push(some);
    return some <= room;
  });
  return { most, asked };
}

it('a mail tells as many as it has room for, and one at least: it cannot wait for ever', () => {
  holds(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 0, max: 6_000 }), (count, room) => {
      expect(tried(count, room).most).toBe(Math.max(1, Math.min(count, room)));
    }),
  );
});

it.each([
  { count: 0, room: 0, asked: [] },
  { count: 1, room: 0, asked: [] },
  { count: 2_000, room: 2_000, asked: [2_000] },
])('$count of $room: tries $asked', ({ count, room, asked }) => {
  expect(tried(count, room)).toEqual({ most: count, asked });
});

it('and finds that in few tries: each is a whole mail', () => {
  expect(tried(2_000, 1_234).asked.length).toBeLessThanOrEqual(12);
  expect(tried(3, 2).asked).toEqual([3, 2]);
});
