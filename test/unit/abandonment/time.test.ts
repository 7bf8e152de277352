import { describe, expect, test } from 'vitest';
import {
  DAY,
  formatDuration,
  formatInstant,
  HOUR,
  largestUnits,
  MINUTE,
  parseDuration,
  parseInstant,
  roundUpToMinute,
  SECOND,
} from '../../../functions/abandonment/time.ts';

const NEW_YEAR = Date.UTC(2026, 0, 1);

describe('an instant', () => {
  test.each([
    ['2026-01-01T00:00:00Z', NEW_YEAR],
    ['2026-01-01t00:00:00z', NEW_YEAR],
    ['2026-01-01T01:30:00+01:30', NEW_YEAR],
    ['2025-12-31T19:00:00-05:00', NEW_YEAR],
    ['2026-01-01T00:00:00.5Z', NEW_YEAR + 500],
    ['2026-01-01T00:00:00.007Z', NEW_YEAR + 7],
    ['2026-01-31T23:59:59Z', Date.UTC(2026, 0, 31, 23, 59, 59)],
    ['2026-04-30T00:00:00Z', Date.UTC(2026, 3, 30)],
    ['2026-12-31T00:00:00Z', Date.UTC(2026, 11, 31)],
    ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
  ])('%s is read', (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  test.each([
    ['of a day that the month does not have', '2026-02-29T00:00:00Z'],
    ['of a day that April does not have', '2026-04-31T00:00:00Z'],
    ['of a day that no year of a hundred has', '2100-02-29T00:00:00Z'],
    ['of day nought', '2026-01-00T00:00:00Z'],
    ['of a thirteenth month', '2026-13-01T00:00:00Z'],
    ['of hour 24, which RFC 3339 has not', '2026-01-01T24:00:00Z'],
    ['of a 25th hour', '2026-01-01T25:00:00Z'],
    ['of a 61st minute', '2026-01-01T00:60:00Z'],
    ['without a zone', '2026-01-01T00:00:00'],
    ['without a time', '2026-01-01'],
    ['without seconds', '2026-01-01T00:00Z'],
    ['with a space for the T', '2026-01-01 00:00:00Z'],
    ['with a zone by name', '2026-01-01T00:00:00 CET'],
    ['with a point and no fraction', '2026-01-01T00:00:00.Z'],
    ['with a year of five digits', '12026-01-01T00:00:00Z'],
    ['with a year of six digits and its sign', '+002026-01-01T00:00:00Z'],
    ['with something before it', 'at 2026-01-01T00:00:00Z'],
    ['with something behind it', '2026-01-01T00:00:00Z!'],
    ['with a comment before it', '(x)2026-01-01T00:00:00Z'],
    ['with a comment behind it', '2026-01-01T00:00:00Z(x)'],
    ['with an offset without its colon', '2026-01-01T00:00:00+0100'],
    ['that is empty', ''],
  ])('none is read from a text %s', (_, text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test.each([
    [NEW_YEAR, '2026-01-01T00:00:00Z'],
    [NEW_YEAR + 1, '2026-01-01T00:00:00.001Z'],
    [NEW_YEAR + 100, '2026-01-01T00:00:00.100Z'],
    [NEW_YEAR - SECOND, '2025-12-31T23:59:59Z'],
  ])('%i is written as %s: milliseconds only where there are any', (instant, expected) => {
    expect(formatInstant(instant)).toBe(expected);
  });
});

describe('a duration', () => {
  test.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['15m', 900_000],
    ['12h', 43_200_000],
    ['14d', 1_209_600_000],
    ['2w', 1_209_600_000],
    ['1.5h', 5_400_000],
    ['1.25h', 4_500_000],
    ['1000.125s', 1_000_125],
    ['0.5ms', 0.5],
    ['0s', 0],
    ['PT90S', 90_000],
    ['PT0.5S', 500],
    ['PT12.125S', 12_125],
    ['PT15M', 900_000],
    ['PT12H', 43_200_000],
    ['P14D', 1_209_600_000],
    ['P2W', 1_209_600_000],
    ['P1W2D', 777_600_000],
    ['P1DT2H3M4S', 93_784_000],
    ['PT1H30M', 5_400_000],
    ['PT10H10S', 36_010_000],
    ['P0D', 0],
    ['P123W', 74_390_400_000],
  ])('%s is read', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  test.each([
    '',
    'P',
    'PT',
    'P1DT',
    'P1M',
    'P1Y',
    'P1.5D',
    'PT1',
    'PT1.S',
    'PT1S1M',
    'P2D1W',
    'P-1D',
    'p14d',
    'P14D ',
    'aP14D',
    '14',
    'd',
    '14 d',
    ' 14d',
    '14days',
    '14d12h',
    '14D',
    '-1d',
    '+1d',
    '.5h',
    '1.h',
    '1.5.2h',
    '1e3s',
    '1y',
  ])('none is read from %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test.each([
    [0, '0s'],
    [1, '1ms'],
    [1_500, '1500ms'],
    [SECOND, '1s'],
    [90 * SECOND, '90s'],
    [MINUTE, '1m'],
    [90 * MINUTE, '90m'],
    [HOUR, '1h'],
    [36 * HOUR, '36h'],
    [DAY, '1d'],
    [14 * DAY, '14d'],
  ])('%i ms is written as %s: in the largest unit that divides it', (duration, expected) => {
    expect(formatDuration(duration)).toBe(expected);
  });
});

test.each([
  [0, 0],
  [1, MINUTE],
  [MINUTE - 1, MINUTE],
  [MINUTE, MINUTE],
])('%i ms after a full minute the full one is that after %i ms', (after, expected) => {
  expect(roundUpToMinute(NEW_YEAR + after)).toBe(NEW_YEAR + expected);
});

describe('a measured length of time', () => {
  const UNITS = [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
  ] as const;

  test.each([
    [13 * DAY + 4 * HOUR + 59 * MINUTE, '13d 4h'],
    [2 * DAY + 5 * MINUTE, '2d'],
    [HOUR - 1, '59m'],
    [MINUTE - 1, ''],
  ])('%i ms is told by its largest unit and the next: %s', (duration, text) => {
    expect(
      largestUnits(duration, UNITS)
        .map(([count, unit]) => `${count}${unit}`)
        .join(' '),
    ).toBe(text);
  });
});
