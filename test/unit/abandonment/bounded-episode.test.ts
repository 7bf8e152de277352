import { describe, expect, test } from 'vitest';
import { withoutOldestDates, withoutOldestLeft } from '../../../functions/abandonment/bounded-episode.ts';
import { DAY } from '../../../functions/abandonment/time.ts';
import { day, warnedAt } from './decide-builders.ts';

describe('of those who left', () => {
  const left = (at: number, more = {}) => warnedAt(day(at), { left: true, ...more });
  const { acceptedAt: _, ...failed } = left(19, { warning: 'failed' });
  const parts = {
    old: left(14),
    undated: left(18, { dated: false }),
    failed,
    new: left(17),
    here: warnedAt(day(13)),
  };

  test('as many as a row keeps all stay', () => {
    for (const most of [4, 5, 6, 9]) expect(withoutOldestLeft(parts, most)).toEqual(parts);
  });

  test('those who hold no date go first, then those warned first; who is a recipient stays', () => {
    expect(Object.keys(withoutOldestLeft(parts, 2))).toEqual(['old', 'new', 'here']);
    expect(Object.keys(withoutOldestLeft(parts, 1))).toEqual(['new', 'here']);
    expect(Object.keys(withoutOldestLeft(parts, 0))).toEqual(['here']);
  });
});

describe('of the dates that were printed', () => {
  const date = (at: number, disableAt: number, after: number) => ({
    at: day(at),
    disableAt: day(disableAt),
    grace: 1,
    after: after * DAY,
  });
  const dates = [date(14, 25, 11), date(15, 22, 7), date(16, 23, 6)];

  test('as many as a row keeps all stay', () => {
    expect(withoutOldestDates(dates, 3)).toEqual(dates);
  });

  test('the two oldest are made one, for the later date, as printed with the first', () => {
    expect(withoutOldestDates(dates, 2)).toEqual([date(14, 25, 11), date(16, 23, 6)]);
    const rising = [date(14, 21, 7), date(15, 22, 6), date(16, 23, 5)];
    expect(withoutOldestDates(rising, 2)).toEqual([{ ...date(15, 22, 6), at: day(14) }, date(16, 23, 5)]);
  });

  test('one stays at least, so that nothing is due before any of them', () => {
    for (const most of [1, 0]) expect(withoutOldestDates(dates, most)).toEqual([date(14, 25, 11)]);
    expect(withoutOldestDates([], 0)).toEqual([]);
  });
});
