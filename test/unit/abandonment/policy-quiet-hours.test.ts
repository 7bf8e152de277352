import { describe, expect, it } from 'vitest';
import { type QuietDays, type QuietHours, WEEKDAYS } from '../../../functions/abandonment/policy.ts';
import { awakeLength, noDisablingUntil, quietUntil } from '../../../functions/abandonment/quiet-hours.ts';
import { MINUTE } from '../../../functions/abandonment/time.ts';

/** When the quiet hours at `now` end, as RFC 3339 in UTC; null outside. */
function until(from: string, to: string, zone: string, now: string): string | null {
  const end = quietUntil({ from, to, zone }, Date.parse(now));
  return end === null ? null : new Date(end).toISOString().replace('.000Z', 'Z');
}

describe('quiet hours', () => {
  it('hold never where there are none', () => {
    expect(quietUntil(null, 0)).toBeNull();
  });

  it.each([
    ['2026-01-05T11:59:59.999Z', null],
    ['2026-01-05T12:00:00Z', '2026-01-05T14:30:00Z'],
    ['2026-01-05T14:29:59.999Z', '2026-01-05T14:30:00Z'],
    ['2026-01-05T14:30:00Z', null],
  ])('within a day hold from 12:00 to 14:30: at %s until %s', (now, end) => {
    expect(until('12:00', '14:30', 'UTC', now)).toBe(end);
  });

  it.each([
    ['2026-01-05T20:59:59Z', null],
    ['2026-01-05T21:00:00Z', '2026-01-06T05:00:00Z'],
    ['2026-01-05T23:30:00Z', '2026-01-06T05:00:00Z'],
    ['2026-01-06T04:59:59Z', '2026-01-06T05:00:00Z'],
    ['2026-01-06T05:00:00Z', null],
  ])('across midnight in Berlin (winter, UTC+1): at %s until %s', (now, end) => {
    expect(until('22:00', '06:00', 'Europe/Berlin', now)).toBe(end);
  });

  it('follow the wall clock in summer', () => {
    expect(until('22:00', '06:00', 'Europe/Berlin', '2026-07-01T20:00:00Z')).toBe('2026-07-02T04:00:00Z');
    expect(until('22:00', '06:00', 'Europe/Berlin', '2026-07-01T19:59:59Z')).toBeNull();
  });

  it('are an hour shorter in the night in which clocks go forward', () => {
    // Berlin, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC; 06:00 is 04:00 UTC.
    expect(until('22:00', '06:00', 'Europe/Berlin', '2026-03-28T21:00:00Z')).toBe('2026-03-29T04:00:00Z');
    expect(until('22:00', '06:00', 'Europe/Berlin', '2026-03-29T01:00:00Z')).toBe('2026-03-29T04:00:00Z');
  });

  it('are an hour longer in the night in which clocks go back', () => {
    // Berlin, 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC; 06:00 is 05:00 UTC.
    expect(until('22:00', '06:00', 'Europe/Berlin', '2026-10-24T20:00:00Z')).toBe('2026-10-25T05:00:00Z');
  });

  it('end with the change of clocks where it leaps over their end', () => {
    expect(until('22:00', '02:30', 'Europe/Berlin', '2026-03-29T00:30:00Z')).toBe('2026-03-29T01:00:00Z');
  });

  it('go on where the clocks go back into them', () => {
    // To 03:00, and at 03:00 it is 02:00 again: they end at the second 03:00, 02:00 UTC.
    expect(until('22:00', '03:00', 'Europe/Berlin', '2026-10-24T23:00:00Z')).toBe('2026-10-25T02:00:00Z');
    // To 02:30, which comes twice: out at the first, in again from the second 02:00.
    expect(until('22:00', '02:30', 'Europe/Berlin', '2026-10-24T23:00:00Z')).toBe('2026-10-25T00:30:00Z');
    expect(until('22:00', '02:30', 'Europe/Berlin', '2026-10-25T00:45:00Z')).toBeNull();
    expect(until('22:00', '02:30', 'Europe/Berlin', '2026-10-25T01:00:00Z')).toBe('2026-10-25T01:30:00Z');
  });

  it('know zones that are no whole hours off, and shifts of half an hour', () => {
    expect(until('22:00', '06:00', 'Asia/Kathmandu', '2026-01-05T16:15:00Z')).toBe('2026-01-06T00:15:00Z');
    // Lord Howe, 5 April 2026: +11 becomes +10:30 at 15:00 UTC on the 4th; 06:00 is 19:30 UTC.
    expect(until('22:00', '06:00', 'Australia/Lord_Howe', '2026-04-04T12:00:00Z')).toBe(
      '2026-04-04T19:30:00Z',
    );
  });

  it('may end or begin at midnight', () => {
    expect(until('20:00', '00:00', 'UTC', '2026-01-05T23:59:59Z')).toBe('2026-01-06T00:00:00Z');
    expect(until('20:00', '00:00', 'UTC', '2026-01-06T00:00:00Z')).toBeNull();
    expect(until('00:00', '06:00', 'UTC', '2026-01-06T00:00:00Z')).toBe('2026-01-06T06:00:00Z');
  });
});

it.each([
  ['22:00', '06:00', 16 * 60],
  ['06:00', '22:00', 8 * 60],
  ['00:00', '23:59', 1],
  ['12:15', '12:00', 15],
  ['12:00', '12:00', 0],
])('quiet hours from %s to %s leave %i minutes of a day', (from, to, minutes) => {
  expect(awakeLength({ from, to })).toBe(minutes * MINUTE);
});

/** When nothing may be turned off until, as RFC 3339 in UTC; null where it may now. */
function noneUntil(policy: { quietHours?: QuietHours; quietDays?: QuietDays }, now: string): string | null {
  const end = noDisablingUntil({ quietHours: null, quietDays: null, ...policy }, Date.parse(now));
  return end === null ? null : new Date(end).toISOString().replace('.000Z', 'Z');
}

describe('quiet days', () => {
  const weekend: QuietDays = { weekdays: ['Sat', 'Sun'], zone: 'Europe/Berlin' };

  it.each([
    // Berlin is an hour ahead of UTC in winter. The 9th of January 2026 is a Friday.
    ['2026-01-09T22:59:59.999Z', null],
    ['2026-01-09T23:00:00Z', '2026-01-11T23:00:00Z'],
    ['2026-01-11T22:59:59.999Z', '2026-01-11T23:00:00Z'],
    ['2026-01-11T23:00:00Z', null],
  ])('last from the midnight of their zone to the next: at %s until %s', (now, end) => {
    expect(noneUntil({ quietDays: weekend }, now)).toBe(end);
  });

  it('may be dates, before 1970 too', () => {
    const quietDays: QuietDays = { dates: ['2026-12-25', '2026-12-26', '1969-12-31'], zone: 'UTC' };
    expect(noneUntil({ quietDays }, '2026-12-24T23:59:59Z')).toBeNull();
    expect(noneUntil({ quietDays }, '2026-12-25T00:00:00Z')).toBe('2026-12-27T00:00:00Z');
    expect(noneUntil({ quietDays }, '1969-12-31T12:00:00Z')).toBe('1970-01-01T00:00:00Z');
    const wednesdays: QuietDays = { weekdays: ['Wed'], zone: 'UTC' };
    expect(noneUntil({ quietDays: wednesdays }, '1969-12-31T12:00:00Z')).toBe('1970-01-01T00:00:00Z');
  });

  it('are 23 and 25 hours long where clocks change', () => {
    // The 29th of March and the 25th of October 2026 are Sundays.
    expect(noneUntil({ quietDays: weekend }, '2026-03-27T23:00:00Z')).toBe('2026-03-29T22:00:00Z');
    expect(noneUntil({ quietDays: weekend }, '2026-10-23T22:00:00Z')).toBe('2026-10-25T23:00:00Z');
  });

  it('end with the change of clocks where it leaps over midnight, and begin after it', () => {
    // Cairo, Friday 24 April 2026: 00:00 becomes 01:00, at 22:00 UTC of the 23rd.
    const thursday: QuietDays = { dates: ['2026-04-23'], zone: 'Africa/Cairo' };
    expect(noneUntil({ quietDays: thursday }, '2026-04-23T12:00:00Z')).toBe('2026-04-23T22:00:00Z');
    const friday: QuietDays = { dates: ['2026-04-24'], zone: 'Africa/Cairo' };
    expect(noneUntil({ quietDays: friday }, '2026-04-23T21:59:59Z')).toBeNull();
    expect(noneUntil({ quietDays: friday }, '2026-04-23T22:00:00Z')).toBe('2026-04-24T21:00:00Z');
  });

  it('go on where the clocks go back at midnight', () => {
    // Cairo, Thursday 29 October 2026: 24:00 becomes 23:00, at 21:00 UTC; the day ends at 22:00 UTC.
    const quietDays: QuietDays = { dates: ['2026-10-29'], zone: 'Africa/Cairo' };
    expect(noneUntil({ quietDays }, '2026-10-29T20:59:59Z')).toBe('2026-10-29T22:00:00Z');
  });

  it('together with quiet hours end when neither holds', () => {
    const quietHours: QuietHours = { from: '22:00', to: '06:00', zone: 'Europe/Berlin' };
    // Friday night, the weekend, and the night to Monday: until six in Berlin.
    expect(noneUntil({ quietDays: weekend, quietHours }, '2026-01-09T21:00:00Z')).toBe(
      '2026-01-12T05:00:00Z',
    );
    expect(noneUntil({ quietDays: weekend, quietHours }, '2026-01-09T20:59:59Z')).toBeNull();
    expect(noneUntil({ quietDays: weekend, quietHours }, '2026-01-10T12:00:00Z')).toBe(
      '2026-01-12T05:00:00Z',
    );
  });

  it('each go by their own zone', () => {
    const quietDays: QuietDays = { weekdays: ['Sun'], zone: 'Pacific/Auckland' };
    // Auckland is 13 hours ahead: its Sunday the 11th begins at 11:00 UTC of the 10th.
    const quietHours: QuietHours = { from: '11:00', to: '12:00', zone: 'UTC' };
    expect(noneUntil({ quietDays, quietHours }, '2026-01-10T11:00:00Z')).toBe('2026-01-11T12:00:00Z');
  });

  it('that are all days hold all the time', () => {
    const quietDays: QuietDays = { weekdays: [...WEEKDAYS], zone: 'UTC' };
    expect(noneUntil({ quietDays }, '2026-01-10T11:00:00Z')).not.toBeNull();
  });

  it('that name no day hold never', () => {
    expect(noneUntil({ quietDays: { weekdays: [], zone: 'UTC' } }, '2026-01-10T11:00:00Z')).toBeNull();
  });
});
