import { DAY, type Duration, HOUR, type Instant, MINUTE } from '../abandonment/time.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(zone, format);
  return format;
}

/** The zone itself, or UTC where it is absent or not known here: a mail is never lost over its zone. */
export function knownZone(zone: string | undefined): string {
  if (zone === undefined) return 'UTC';
  try {
    formatOf(zone);
    return zone;
  } catch {
    return 'UTC';
  }
}

function partsOf(instant: Instant, zone: string): { day: string; time: string; weekday: string } {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const part of formatOf(zone).formatToParts(instant)) parts[part.type] = part.value;
  return {
    day: `${parts.year}-${parts.month}-${parts.day}`,
    time: `${parts.hour}:${parts.minute}`,
    weekday: parts.weekday ?? '',
  };
}

/** The calendar day in a known zone: `2026-02-05`. */
export function dayIn(instant: Instant, zone: string): string {
  return partsOf(instant, zone).day;
}

/** The minute in UTC, for what is past: `2026-02-05 00:00 UTC`. */
export function inUtc(instant: Instant): string {
  const { day, time } = partsOf(instant, 'UTC');
  return `${day} ${time} UTC`;
}

/**
 * The minute in the reader's known zone and in UTC: `Thu 2026-02-05 01:00 Europe/Berlin (2026-02-05 00:00
 * UTC)`.
 */
export function inBothZones(instant: Instant, zone: string): string {
  const { day, time, weekday } = partsOf(instant, zone);
  return zone === 'UTC'
    ? `${weekday} ${day} ${time} UTC`
    : `${weekday} ${day} ${time} ${zone} (${inUtc(instant)})`;
}

function amount(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/**
 * A length of time in words, rounded down so that nobody counts on more than there is: `6 days`, `1 day 5
 * hours`.
 */
export function lengthInWords(length: Duration): string {
  const days = Math.floor(length / DAY);
  const hours = Math.floor((length % DAY) / HOUR);
  if (days >= 3 || (days > 0 && hours === 0)) return amount(days, 'day');
  if (days > 0) return `${amount(days, 'day')} ${amount(hours, 'hour')}`;
  if (hours > 0) return amount(hours, 'hour');
  return amount(Math.max(0, Math.floor(length / MINUTE)), 'minute');
}

/** How far ahead an instant is: `in 6 days`; `due now` from it on. */
export function untilInWords(instant: Instant, now: Instant): string {
  return instant <= now ? 'due now' : `in ${lengthInWords(Math.max(MINUTE, instant - now))}`;
}
