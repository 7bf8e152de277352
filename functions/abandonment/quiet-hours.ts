import { type QuietDays, type QuietHours, type ScopedPolicy, WEEKDAYS } from './policy.ts';
import { DAY, type Duration, HOUR, type Instant, MINUTE, SECOND } from './time.ts';

const MINUTES_OF_DAY = 24 * 60;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Days that follow on each other are looked at so far ahead; beyond, the end is looked for again then. */
const FARTHEST: Duration = 60 * DAY;

/** The next instant at which neither quiet hours nor quiet days hold; null where none hold now. */
export function noDisablingUntil(
  { quietHours, quietDays }: Pick<ScopedPolicy, 'quietHours' | 'quietDays'>,
  now: Instant,
): Instant | null {
  let until: Instant | null = null;
  for (let at = now; at - now < FARTHEST; ) {
    const end = quietUntil(quietHours, at) ?? quietDayUntil(quietDays, at);
    if (end === null) break;
    until = end;
    at = end;
  }
  return until;
}

/** When the quiet day that holds now ends; null where none holds. */
function quietDayUntil(quietDays: QuietDays | null, now: Instant): Instant | null {
  if (quietDays === null || !isQuietDay(quietDays, now)) return null;
  const { zone } = quietDays;
  const midnight = now + DAY - (wallOf(zone, now) - startOfDay(wallOf(zone, now)));
  const change = offsetChange(zone, now, midnight);
  if (change === null) return midnight;
  return quietDayUntil(quietDays, change) ?? change;
}

function isQuietDay({ weekdays = [], dates = [], zone }: QuietDays, at: Instant): boolean {
  const day = startOfDay(wallOf(zone, at));
  if (dates.includes(new Date(day).toISOString().slice(0, 10))) return true;
  // The first of January 1970 was a Thursday.
  const weekday = WEEKDAYS[(((day / DAY + 3) % 7) + 7) % 7];
  return weekday !== undefined && weekdays.includes(weekday);
}

function startOfDay(wall: Instant): Instant {
  return Math.floor(wall / DAY) * DAY;
}

/** What the zone's wall clock shows, as if it were UTC. */
function wallOf(zone: string, at: Instant): Instant {
  return at + offsetOf(zone, at);
}

/**
 * When the quiet hours that hold now end; null where none hold. Judged by the clock on the wall of the zone:
 * a window may cross midnight, and is an hour shorter or longer in a night in which the clocks change.
 */
export function quietUntil(quietHours: QuietHours | null, now: Instant): Instant | null {
  if (quietHours === null || !isQuiet(quietHours, now)) return null;
  const end = endByPresentOffset(quietHours, now);
  const change = offsetChange(quietHours.zone, now, end);
  if (change === null) return end;
  return quietUntil(quietHours, change) ?? change;
}

/** For how long a day mails and acts may go; 0 where the hours begin as they end: no hour would be left. */
export function awakeLength({ from, to }: Pick<QuietHours, 'from' | 'to'>): Duration {
  return ((minutesOf(from) - minutesOf(to) + MINUTES_OF_DAY) % MINUTES_OF_DAY) * MINUTE;
}

function isQuiet({ from, to, zone }: QuietHours, at: Instant): boolean {
  const minute = minuteOfDay(zone, at);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  return start < end ? start <= minute && minute < end : minute >= start || minute < end;
}

/** When the wall clock shows `to`, if it is not set before then. */
function endByPresentOffset({ to, zone }: QuietHours, now: Instant): Instant {
  const minutes = (minutesOf(to) - minuteOfDay(zone, now) + MINUTES_OF_DAY) % MINUTES_OF_DAY;
  const wall = now + offsetOf(zone, now);
  return Math.floor(wall / MINUTE) * MINUTE - offsetOf(zone, now) + minutes * MINUTE;
}

/** The first instant in (from, to] with another offset than at `from`, of at most one change; null if none. */
function offsetChange(zone: string, from: Instant, to: Instant): Instant | null {
  const offset = offsetOf(zone, from);
  if (offsetOf(zone, to) === offset) return null;
  let [before, after] = [Math.floor(from / SECOND), Math.ceil(to / SECOND)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetOf(zone, middle * SECOND) === offset) before = middle;
    else after = middle;
  }
  return after * SECOND;
}

function minutesOf(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3, 5));
}

function minuteOfDay(zone: string, at: Instant): number {
  const wall = at + offsetOf(zone, at);
  return Math.floor(wall / MINUTE) - Math.floor(wall / (24 * HOUR)) * MINUTES_OF_DAY;
}

/** What the zone's wall clock is ahead of UTC, in ms. */
function offsetOf(zone: string, at: Instant): Duration {
  if (zone === 'UTC') return 0;
  const fields: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) fields[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / SECOND) * SECOND;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const cached = formats.get(zone);
  if (cached !== undefined) return cached;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, format);
  return format;
}
