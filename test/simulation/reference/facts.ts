/** What a scenario file holds, read without the product's own reader: only what the random scenarios use. */
export type Json = Record<string, unknown>;

/** Milliseconds since 1970. */
export type Instant = number;

export interface Span {
  from: Instant;
  to: Instant | null;
}

export const MINUTE = 60_000;
export const DAY = 86_400_000;

const UNITS: Record<string, number> = { s: 1_000, m: MINUTE, h: 60 * MINUTE, d: DAY };

/** `90s`, `15m`, `12h`, `14d` in milliseconds. */
export function milliseconds(text: unknown): number {
  const found = /^(\d+)([smhd])$/.exec(String(text));
  if (!found) throw new Error(`no duration: ${String(text)}`);
  return Number(found[1]) * (UNITS[found[2]!] as number);
}

/** RFC 3339 in UTC, to the second. */
export function instantText(instant: Instant): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z');
}

export function roundedUpToMinute(instant: Instant): Instant {
  return Math.ceil(instant / MINUTE) * MINUTE;
}

/** How much of [from, to) lies within any of the spans. */
export function covered(spans: readonly Span[], from: Instant, to: Instant): number {
  const edges = [from, to, ...spans.flatMap((span) => [span.from, span.to ?? to])]
    .filter((edge) => edge >= from && edge <= to)
    .sort((a, b) => a - b);
  let total = 0;
  for (let place = 1; place < edges.length; place += 1) {
    const [start, end] = [edges[place - 1]!, edges[place]!];
    if (spans.some((span) => span.from <= start && end <= (span.to ?? to))) total += end - start;
  }
  return total;
}

/** The tenant's prefix, and all longer ones, of an id; then the id itself. */
export function scopesOf(id: string): string[] {
  const parts = id.split('/');
  return [...parts.slice(1).map((_, place) => `${parts.slice(0, place + 1).join('/')}/`), id];
}

interface WallClock {
  minute: number;
  weekday: string;
  date: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const existing = formats.get(zone);
  if (existing) return existing;
  const format = new Intl.DateTimeFormat('en-CA', {
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

/** The clock on the wall of a zone. */
function wallClock(zone: string, at: Instant): WallClock {
  const parts = formatOf(zone).formatToParts(at);
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return {
    minute: Number(part.hour) * 60 + Number(part.minute),
    weekday: part.weekday!.slice(0, 3),
    date: `${part.year}-${part.month}-${part.day}`,
  };
}

export interface Hours {
  from: string;
  to: string;
  zone: string;
}

/** Whether hours that may cross midnight hold; `from` is inside, `to` is not. */
export function isWithin(hours: Hours | null, at: Instant): boolean {
  if (hours === null) return false;
  const minutesOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const [from, to] = [minutesOf(hours.from), minutesOf(hours.to)];
  const { minute } = wallClock(hours.zone, at);
  return from < to ? from <= minute && minute < to : minute >= from || minute < to;
}

export interface Days {
  weekdays?: string[];
  dates?: string[];
  zone: string;
}

export function isOnDay(days: Days | null, at: Instant): boolean {
  if (days === null) return false;
  const { weekday, date } = wallClock(days.zone, at);
  return (days.weekdays ?? []).includes(weekday) || (days.dates ?? []).includes(date);
}

/** The first minute from `at` on outside the hours. */
export function awakeFrom(hours: Hours | null, at: Instant): Instant {
  if (!isWithin(hours, at)) return at;
  let next = Math.floor(at / MINUTE) * MINUTE + MINUTE;
  while (isWithin(hours, next)) next += MINUTE;
  return next;
}
