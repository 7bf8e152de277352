import { DAY, type Instant, MINUTE } from '../abandonment/time.ts';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/**
 * The instant at which a calendar day ends in a known zone; undefined where the text (`2026-02-05`) is no
 * day.
 */
export function endOfDay(day: string, zone: string): Instant | undefined {
  const match = DATE.exec(day);
  if (!match) return undefined;
  const start = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  if (new Date(start).toISOString().slice(0, 10) !== day) return undefined;
  const midnight = start + DAY;
  // The second look takes the offset that holds at the end found by the first.
  const guess = midnight - offsetAt(midnight, zone);
  return midnight - offsetAt(guess, zone);
}

/** How far a zone's clocks are ahead of UTC, in whole minutes. */
function offsetAt(instant: Instant, zone: string): number {
  const format = new Intl.DateTimeFormat('en-GB-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(instant / MINUTE) * MINUTE;
}
