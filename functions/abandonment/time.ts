/** A point in time: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** A length of time in milliseconds. */
export type Duration = number;

export const SECOND: Duration = 1_000;
export const MINUTE: Duration = 60 * SECOND;
export const HOUR: Duration = 60 * MINUTE;
export const DAY: Duration = 24 * HOUR;

/** A span of time; `to` is null while it is still open. Contains `from`, not `to`. */
export interface Interval {
  from: Instant;
  to: Instant | null;
}

/** The texts of instants that were asked for lately: a scan asks for a few of them over and over. */
const texts = new Map<Instant, string>();
const MOST_TEXTS = 1_000;

/** RFC 3339 in UTC with milliseconds, always: such texts sort as their instants do. Throws where there is no such date. */
export function fullInstant(instant: Instant): string {
  const cached = texts.get(instant);
  if (cached !== undefined) return cached;
  const text = new Date(instant).toISOString();
  if (texts.size >= MOST_TEXTS) texts.clear();
  texts.set(instant, text);
  return text;
}

/** RFC 3339 in UTC; milliseconds only where there are any. */
export function formatInstant(instant: Instant): string {
  const text = fullInstant(instant);
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
}

const SHORTEST_MONTH = 28;

const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt](?:[01]\d|2[0-3]):\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Reads an RFC 3339 instant with a zone; undefined where the text is none. */
export function parseInstant(text: string): Instant | undefined {
  const match = INSTANT.exec(text);
  if (!match) return undefined;
  const instant = Date.parse(text.toUpperCase());
  if (Number.isNaN(instant)) return undefined;
  const day = Number(text.slice(8, 10));
  if (day <= SHORTEST_MONTH) return instant;
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  return day > lastDay ? undefined : instant;
}

const SIMPLE = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;
const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const ISO_UNITS: readonly Duration[] = [7 * DAY, DAY, HOUR, MINUTE, SECOND];
const UNIT: Record<string, Duration> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** Reads `90s`, `15m`, `12h`, `14d` or ISO 8601 without months and years (`P14D`); undefined where it is none. */
export function parseDuration(text: string): Duration | undefined {
  const simple = SIMPLE.exec(text);
  if (simple) return Number(simple[1]) * (UNIT[simple[2] as string] as Duration);
  const parts = ISO.exec(text)?.slice(1);
  if (!parts || parts.every((part) => part === undefined)) return undefined;
  return ISO_UNITS.reduce((sum, unit, place) => sum + Number(parts[place] ?? 0) * unit, 0);
}

/** The largest unit that divides it: `14d`, `90s`. */
export function formatDuration(duration: Duration): string {
  if (duration === 0) return '0s';
  for (const [unit, size] of [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
    ['s', SECOND],
  ] as const) {
    if (duration % size === 0) return `${duration / size}${unit}`;
  }
  return `${duration}ms`;
}

/**
 * A measured length of time by its largest unit and the one below it, without those that there are none of; empty where it is
 * shorter than all.
 *
 * @param units from the largest on
 */
export function largestUnits<Name extends string>(
  duration: Duration,
  units: readonly (readonly [name: Name, size: Duration])[],
): [count: number, name: Name][] {
  let rest = duration;
  const counts = units.map(([name, size]): [number, Name] => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return [count, name];
  });
  const first = counts.findIndex(([count]) => count > 0);
  return first === -1 ? [] : counts.slice(first, first + 2).filter(([count]) => count > 0);
}

/** The next full minute, or the instant itself where it is one. */
export function roundUpToMinute(instant: Instant): Instant {
  return Math.ceil(instant / MINUTE) * MINUTE;
}
