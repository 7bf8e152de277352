import type { QuietDays, QuietHours } from '../../functions/abandonment/policy.ts';
import { type Instant, MINUTE } from '../../functions/abandonment/time.ts';

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What a clock on the wall of a zone shows: `23:05`. */
function wallClock(zone: string, at: Instant): string {
  const clock = clocks.get(zone) ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'short' });
  clocks.set(zone, clock);
  return clock.format(at);
}

/** Whether the wall clock shows a time of the quiet hours; worked out apart from the code under test. */
export function isAsleep(quietHours: QuietHours | undefined, at: Instant): boolean {
  if (!quietHours) return false;
  const { from, to, zone } = quietHours;
  const wall = wallClock(zone, at);
  return from < to ? from <= wall && wall < to : from <= wall || wall < to;
}

const calendars = new Map<string, Intl.DateTimeFormat>();

/** Whether a calendar on the wall of a zone shows a quiet day. */
export function isQuietDay(quietDays: QuietDays | null, at: Instant): boolean {
  if (quietDays === null) return false;
  const { weekdays = [], dates = [], zone } = quietDays;
  const options = {
    timeZone: zone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  } as const;
  const calendar = calendars.get(zone) ?? new Intl.DateTimeFormat('en-US', options);
  calendars.set(zone, calendar);
  const shown = new Map(calendar.formatToParts(at).map(({ type, value }) => [type, value]));
  const date = ['year', 'month', 'day'].map((part) => shown.get(part as 'year')).join('-');
  return dates.includes(date) || weekdays.some((weekday) => weekday === shown.get('weekday'));
}

/** The first instant from `at` on outside the quiet hours, to the minute. */
export function wakesAt(quietHours: QuietHours | undefined, at: Instant): Instant {
  let instant = at;
  while (isAsleep(quietHours, instant)) instant = (Math.floor(instant / MINUTE) + 1) * MINUTE;
  return instant;
}
