import type { QuietHours } from '../functions/abandonment/policy.ts';
import { type Instant, MINUTE } from '../functions/abandonment/time.ts';

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

/** The first instant from `at` on outside the quiet hours, to the minute. */
export function wakesAt(quietHours: QuietHours | undefined, at: Instant): Instant {
  let instant = at;
  while (isAsleep(quietHours, instant)) instant = (Math.floor(instant / MINUTE) + 1) * MINUTE;
  return instant;
}
