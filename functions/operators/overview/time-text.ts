import {
  DAY,
  type Duration,
  formatDuration,
  formatInstant,
  HOUR,
  type Instant,
  MINUTE,
  SECOND,
} from '../../abandonment/time.ts';

/** An instant as RFC 3339 in UTC; null where there is none. */
export function instantText(at: Instant | null | undefined): string | null {
  return at === null || at === undefined ? null : formatInstant(at);
}

/** A measured length of time in its two largest units: `13d 4h`, `59m 3s`. */
export function spanText(span: Duration): string {
  const units = [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
    ['s', SECOND],
  ] as const;
  let rest = span;
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(' ') || formatDuration(Math.max(0, Math.round(span)));
}
