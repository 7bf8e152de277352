import {
  DAY,
  type Duration,
  formatDuration,
  formatInstant,
  HOUR,
  type Instant,
  largestUnits,
  MINUTE,
  SECOND,
} from '../../abandonment/time.ts';

/** An instant as RFC 3339 in UTC; null where there is none. */
export function instantText(at: Instant | null | undefined): string | null {
  return at === null || at === undefined ? null : formatInstant(at);
}

const UNITS = [
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
] as const;

/** A measured length of time in its two largest units: `13d 4h`, `59m 3s`. */
export function spanText(span: Duration): string {
  const parts = largestUnits(span, UNITS).map(([count, unit]) => `${count}${unit}`);
  return parts.join(' ') || formatDuration(Math.max(0, Math.round(span)));
}
