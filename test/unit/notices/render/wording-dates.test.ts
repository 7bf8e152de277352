import { describe, expect, it } from 'vitest';
import { german } from '../../../../emails/german.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../../functions/abandonment/time.ts';
import {
  dayIn,
  formDayIn,
  inBothZones,
  lengthInWords,
  untilInWords,
} from '../../../../functions/notices/render/wording-dates.ts';

const NOW = Date.parse('2026-02-05T00:00:00Z');
const spaced = (text: string) => text.replaceAll('\u00a0', ' ');

describe('a day', () => {
  it.each([
    ['2026-02-05T00:00:00Z', 'UTC', '5 February 2026', '2026-02-05'],
    ['2026-02-05T00:00:00Z', 'America/New_York', '4 February 2026', '2026-02-04'],
    ['2026-12-31T23:30:00Z', 'Europe/Berlin', '1 January 2027', '2027-01-01'],
    ['2026-10-09T12:00:00Z', 'Asia/Bangkok', '9 October 2026', '2026-10-09'],
  ])('%s is in %s %s, and in a form %s', (instant, zone, day, inForm) => {
    expect(spaced(dayIn(Date.parse(instant), zone))).toBe(day);
    expect(formDayIn(Date.parse(instant), zone)).toBe(inForm);
  });

  it('is in each language its own, also of one zone, and never breaks', () => {
    expect(dayIn(NOW, 'UTC', german.dates)).toBe('5.\u00a0Februar\u00a02026');
    expect(dayIn(NOW, 'UTC')).toBe('5\u00a0February\u00a02026');
  });
});

describe('a minute', () => {
  it.each([
    ['UTC', 'Thursday 5 February 2026, 00:00 UTC'],
    ['Europe/Berlin', 'Thursday 5 February 2026, 01:00 Berlin time (00:00 UTC)'],
    ['America/New_York', 'Wednesday 4 February 2026, 19:00 New York time (5 February 2026, 00:00 UTC)'],
    [
      'America/Argentina/Buenos_Aires',
      'Wednesday 4 February 2026, 21:00 Buenos Aires time (5 February 2026, 00:00 UTC)',
    ],
    ['EST5EDT', 'Wednesday 4 February 2026, 19:00 EST5EDT time (5 February 2026, 00:00 UTC)'],
  ])('is told in %s and in UTC', (zone, text) => {
    expect(spaced(inBothZones(NOW, zone))).toBe(text);
  });

  it('breaks between day, time and what is in brackets, and nowhere else', () => {
    expect(inBothZones(NOW, 'UTC').split(' ').map(spaced)).toEqual([
      'Thursday 5 February 2026,',
      '00:00 UTC',
    ]);
    expect(inBothZones(NOW, 'America/New_York').split(' ').map(spaced)).toEqual([
      'Wednesday 4 February 2026,',
      '19:00 New York time',
      '(5 February 2026, 00:00 UTC)',
    ]);
  });

  it('is told in German', () => {
    expect(spaced(inBothZones(NOW, 'Europe/Berlin', german.dates))).toBe(
      'Donnerstag, 5. Februar 2026, 01:00 Uhr Ortszeit Berlin (00:00 Uhr UTC)',
    );
  });
});

describe('a length of time', () => {
  it.each([
    [-HOUR, '0 minutes'],
    [0, '0 minutes'],
    [MINUTE - 1, '0 minutes'],
    [MINUTE, '1 minute'],
    [HOUR - 1, '59 minutes'],
    [HOUR, '1 hour'],
    [DAY - 1, '23 hours'],
    [DAY, '1 day'],
    [DAY + HOUR - 1, '1 day'],
    [DAY + HOUR, '1 day 1 hour'],
    [3 * DAY - 1, '2 days 23 hours'],
    [3 * DAY, '3 days'],
    [3 * DAY + 5 * HOUR, '3 days'],
    [100 * DAY, '100 days'],
  ])('of %d ms is rounded down to %s', (length, words) => {
    expect(lengthInWords(length)).toBe(words);
  });

  it.each([
    [-MINUTE, 'due now'],
    [0, 'due now'],
    [1, 'in 1 minute'],
    [2 * MINUTE - 1, 'in 1 minute'],
    [2 * MINUTE + SECOND, 'in 2 minutes'],
    [29 * HOUR, 'in 1 day 5 hours'],
  ])('ahead, of %d ms: %s, in one piece', (ahead, words) => {
    expect(spaced(untilInWords(NOW + ahead, NOW))).toBe(words);
    expect(untilInWords(NOW + ahead, NOW)).not.toContain(' ');
  });

  it('has its words in German', () => {
    expect(lengthInWords(29 * HOUR, german.dates)).toBe('1 Tag und 5 Stunden');
    expect(spaced(untilInWords(NOW, NOW, german.dates))).toBe('jetzt fällig');
  });
});
