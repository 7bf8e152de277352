import { describe, expect, test } from 'vitest';
import { DAY, MINUTE } from '../../../functions/abandonment/time.ts';
import { highestVersion, versionProblem } from '../../../functions/abandonment/versions.ts';

const NOW = Date.UTC(2026, 5, 1);
/** By clocks that are a quarter of an hour ahead, as they may be. */
const PRESENT = NOW + 15 * MINUTE;
const BILLION = 1_000_000_000;

describe('the highest version that is taken', () => {
  test('as the first one is the present in microseconds', () => {
    expect(highestVersion(undefined, NOW)).toBe(PRESENT * 1_000);
    // An operator took the known one back.
    expect(highestVersion(0, NOW)).toBe(PRESENT * 1_000);
  });

  test.each([
    ['a counter', 7],
    ['a counter that passed the seconds since 1970 long ago', 9_000 * BILLION],
    ['seconds of before the year 2000, which no clock counts by', Date.UTC(2000, 0, 1) / 1_000 - 1],
    ['seconds that lie ahead', PRESENT / 1_000 + 1],
  ])('after one of %s is a thousand million more', (_, newest) => {
    expect(highestVersion(newest, NOW)).toBe(newest + BILLION);
  });

  test.each([
    ['milliseconds, a year ago', NOW - 365 * DAY, PRESENT],
    ['milliseconds of the year 2000', Date.UTC(2000, 0, 1), PRESENT],
    ['microseconds, a year ago', (NOW - 365 * DAY) * 1_000, PRESENT * 1_000],
  ])('after one of %s is the present by that clock', (_, newest, highest) => {
    expect(highestVersion(newest, NOW)).toBe(highest);
  });

  test('after one of seconds is the present by these, once a step is less than that', () => {
    const later = Date.UTC(2040, 0, 1);
    const first = Date.UTC(2001, 0, 1) / 1_000;
    expect(highestVersion(first, later)).toBe(later / 1_000 + 15 * 60);
    expect(highestVersion(Date.UTC(2000, 0, 1) / 1_000, later)).toBe(later / 1_000 + 15 * 60);
    // Of before the year 2000, and of what lies ahead, it is no clock's.
    expect(highestVersion(Date.UTC(2000, 0, 1) / 1_000 - 1, later)).toBe(
      Date.UTC(2000, 0, 1) / 1_000 - 1 + BILLION,
    );
    expect(highestVersion(later / 1_000 + 901, later)).toBe(later / 1_000 + 901 + BILLION);
  });

  test('after one of a clock is never less than a step more', () => {
    expect(highestVersion(NOW, NOW)).toBe(NOW + BILLION);
    expect(highestVersion(PRESENT, NOW)).toBe(PRESENT + BILLION);
    expect(highestVersion(Date.UTC(2000, 0, 1) / 1_000, NOW)).toBe(Date.UTC(2000, 0, 1) / 1_000 + BILLION);
  });
});

test('a version that leaves no room is named with what is allowed', () => {
  expect(versionProblem(7 + BILLION, 7, NOW)).toBeUndefined();
  expect(versionProblem(8 + BILLION, 7, NOW)).toBe(
    'version 1000000008 leaves no room for later ones; allowed: after 7 at most 1000000007',
  );
  expect(versionProblem(PRESENT * 1_000, undefined, NOW)).toBeUndefined();
  expect(versionProblem(PRESENT * 1_000 + 1, undefined, NOW)).toBe(
    `version ${PRESENT * 1_000 + 1} leaves no room for later ones; allowed: a first one is at most ${PRESENT * 1_000}`,
  );
  expect(versionProblem(3, 7, NOW)).toBeUndefined();
});
