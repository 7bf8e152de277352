import { describe, expect, it } from 'vitest';
import { endOfDay } from '../../../functions/owner-page/calendar.ts';

describe('the end of a day', () => {
  it.each([
    ['2026-02-05', 'UTC', '2026-02-06T00:00:00Z'],
    ['2026-02-05', 'Europe/Berlin', '2026-02-05T23:00:00Z'],
    ['2026-07-05', 'Europe/Berlin', '2026-07-05T22:00:00Z'],
    // The day on which clocks go forward, and the one on which they go back.
    ['2026-03-29', 'Europe/Berlin', '2026-03-29T22:00:00Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-25T23:00:00Z'],
    ['2026-02-28', 'America/New_York', '2026-03-01T05:00:00Z'],
    ['2026-02-05', 'Pacific/Kiritimati', '2026-02-05T10:00:00Z'],
    ['2028-02-29', 'Asia/Kolkata', '2028-02-29T18:30:00Z'],
  ])('%s in %s is %s', (day, zone, end) => {
    expect(endOfDay(day, zone)).toBe(Date.parse(end));
  });

  it.each([
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '26-01-01',
    '2026-1-1',
    '',
    '2026-02-05T00:00',
    '0000-00-00',
  ])('%j is no day', (text) => {
    expect(endOfDay(text, 'UTC')).toBeUndefined();
  });
});
