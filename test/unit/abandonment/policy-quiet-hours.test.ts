import { describe, expect, it } from 'vitest';
import { quietUntil } from '../../../functions/abandonment/quiet-hours.ts';

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
