import { type QuietDays, type QuietHours, WEEKDAYS } from './policy.ts';
import { listed, shown, unknownKey } from './policy-wording.ts';
import { SHARD_STATUSES, type ShardStatus } from './task.ts';
import { DAY, type Duration, formatDuration, parseDuration } from './time.ts';

/** Takes what is wrong with a value; `part` where it is wrong with a part of it (`[1]`, `.zone`). */
export type Report = (message: string, part?: string) => void;

/** Reads one value as written; reports what is wrong with it, then its result means nothing. */
export type ValueReader = (value: unknown, report: Report) => unknown;

/** A plain object of keys, as JSON has them. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Longer spans would leave the range of instants; none is meant. */
const MAX_DURATION: Duration = 36_500 * DAY;
const MAX_REMINDERS = 10;
const DURATION_FORMS = 'durations are text such as "90s", "15m", "12h", "14d" or "P14D"';

/**
 * Reads a duration written as text, in whole milliseconds.
 *
 * @param least the shortest one allowed; 1 (ms) refuses only zero
 */
export function readDuration(value: unknown, report: Report, least: Duration = 1): Duration {
  const duration = typeof value === 'string' ? parseDuration(value) : undefined;
  if (duration === undefined) {
    const negative = typeof value === 'string' && /^-\s*[\dP]/.test(value);
    report(
      negative ? `${shown(value)} is negative; ${DURATION_FORMS}` : `is ${shown(value)}; ${DURATION_FORMS}`,
    );
    return 0;
  }
  const whole = Math.round(duration);
  if (Math.abs(duration - whole) > 1e-6) report(`${shown(value)} is not a whole number of milliseconds`);
  else if (whole < least) {
    const allowed = least <= 1 ? 'more than zero' : `${formatDuration(least)} or more`;
    report(`${shown(value)} is too short; allowed is ${allowed}`);
  } else if (whole > MAX_DURATION)
    report(`${shown(value)} is too long; allowed are ${formatDuration(MAX_DURATION)} or less`);
  return whole;
}

/** A reader of durations of at least `least` ms. */
export function durationFrom(least: Duration): ValueReader {
  return (value, report) => readDuration(value, report, least);
}

/** A reader of whole numbers of at least `least`. */
export function wholeNumberFrom(least: number): ValueReader {
  return (value, report) => {
    if (!Number.isSafeInteger(value) || (value as number) < least) {
      report(`is ${shown(value)}; allowed are whole numbers from ${least}`);
    }
    return value;
  };
}

/** A share: above 0, at most 1. */
export function readShare(value: unknown, report: Report): unknown {
  if (typeof value !== 'number' || !(value > 0 && value <= 1)) {
    report(`is ${shown(value)}; a share is a number above 0 and not above 1`);
  }
  return value;
}

/** `true` or `false`. */
export function readBoolean(value: unknown, report: Report): unknown {
  if (typeof value !== 'boolean') report(`is ${shown(value)}; allowed are true and false`);
  return value;
}

/** A reader of one text out of a list. */
export function oneOf(allowed: readonly string[]): ValueReader {
  return (value, report) => {
    if (!allowed.includes(value as string)) report(`is ${shown(value)}; allowed are ${listed(allowed)}`);
    return value;
  };
}

/** The leads of reminders: each above zero, none twice; given back longest first. */
export function readReminders(value: unknown, report: Report): Duration[] {
  if (!Array.isArray(value)) {
    report(`is ${shown(value)}; reminders are a list of durations such as ["3d", "1d"]`);
    return [];
  }
  if (value.length > MAX_REMINDERS) report(`has ${value.length} reminders; allowed are ${MAX_REMINDERS}`);
  const leads = new Set<Duration>();
  value.forEach((item, place) => {
    let good = true;
    const lead = readDuration(item, (message) => {
      good = false;
      report(message, `[${place}]`);
    });
    if (good && leads.has(lead))
      report(`${shown(item)} is there twice; each lead is allowed once`, `[${place}]`);
    leads.add(lead);
  });
  return [...leads].sort((a, b) => b - a);
}

/** The statuses that count as alive: at least one; given back without repetitions. */
export function readAliveStatuses(value: unknown, report: Report): ShardStatus[] {
  if (!Array.isArray(value) || value.length === 0) {
    const found = Array.isArray(value) ? 'an empty list' : shown(value);
    report(`is ${found}; allowed is a list of at least one of ${listed(SHARD_STATUSES)}`);
    return [];
  }
  const read = oneOf(SHARD_STATUSES);
  value.forEach((item, place) => {
    read(item, (message) => report(message, `[${place}]`));
  });
  return [...new Set(value as ShardStatus[])];
}

const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;
const QUIET_KEYS = ['from', 'to', 'zone'];

/** `{from, to, zone}`: two different times of day and a zone of the IANA database. */
export function readQuietHours(value: unknown, report: Report): QuietHours | undefined {
  if (!isObject(value)) {
    report(
      `is ${shown(value)}; allowed is {"from": "22:00", "to": "06:00", "zone": "Europe/Berlin"} or null`,
    );
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if (!QUIET_KEYS.includes(key)) report(unknownKey(key, QUIET_KEYS), `.${key}`);
  }
  const { from, to, zone } = value;
  readQuietTimes({ from, to }, report);
  readZone(zone, (message) => report(message, '.zone'));
  return { from: from as string, to: to as string, zone: zone as string };
}

/** Reports what is wrong with `from` and `to` of quiet hours: two different times of day. */
export function readQuietTimes({ from, to }: { from: unknown; to: unknown }, report: Report): void {
  readTimeOfDay(from, (message) => report(message, '.from'));
  readTimeOfDay(to, (message) => report(message, '.to'));
  if (typeof from === 'string' && from === to) {
    report(`is ${shown(to)} as is from; the two times of day must differ`, '.to');
  }
}

const QUIET_DAYS_KEYS = ['weekdays', 'dates', 'zone'];
const MAX_DATES = 400;

/** `{weekdays, dates, zone}`: one of the lists may be missing, the zone not; without repetitions, dates in order. */
export function readQuietDays(value: unknown, report: Report): QuietDays | undefined {
  if (!isObject(value)) {
    const form = '{"weekdays": ["Sat", "Sun"], "dates": ["2026-12-25"], "zone": "Europe/Berlin"}';
    report(`is ${shown(value)}; allowed is ${form} or null`);
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if (!QUIET_DAYS_KEYS.includes(key)) report(unknownKey(key, QUIET_DAYS_KEYS), `.${key}`);
  }
  const { weekdays, dates, zone } = value;
  if (weekdays === undefined && dates === undefined) {
    report('has neither weekdays nor dates; allowed is to leave one of the two lists out');
  }
  readZone(zone, (message) => report(message, '.zone'));
  const days = (
    weekdays === undefined ? [] : [...readDays(weekdays, '.weekdays', report)]
  ) as QuietDays['weekdays'];
  return {
    ...(weekdays === undefined ? {} : { weekdays: days as NonNullable<QuietDays['weekdays']> }),
    ...(dates === undefined ? {} : { dates: [...readDays(dates, '.dates', report)].sort() }),
    zone: zone as string,
  };
}

/** The texts of a list of weekdays or dates, each once. */
function readDays(value: unknown, path: '.weekdays' | '.dates', report: Report): Set<string> {
  const allowed = path === '.weekdays' ? listed(WEEKDAYS) : 'dates such as "2026-12-25"';
  if (!Array.isArray(value)) {
    report(`is ${shown(value)}; allowed is a list of ${allowed}`, path);
    return new Set();
  }
  if (value.length > MAX_DATES) report(`has ${value.length} entries; allowed are ${MAX_DATES}`, path);
  const isDay = path === '.weekdays' ? isWeekday : isDate;
  value.forEach((item, place) => {
    if (!isDay(item)) report(`is ${shown(item)}; allowed are ${allowed}`, `${path}[${place}]`);
  });
  return new Set(value as string[]);
}

function isWeekday(value: unknown): boolean {
  return (WEEKDAYS as readonly unknown[]).includes(value);
}

/** Whether a text is a day of the calendar. */
function isDate(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const instant = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(value);
}

function readZone(value: unknown, report: Report): void {
  if (typeof value === 'string' && isZone(value)) return;
  report(`is ${shownOrMissing(value)}; allowed are IANA time zones such as "Europe/Berlin" or "UTC"`);
}

function shownOrMissing(value: unknown): string {
  return value === undefined ? 'missing' : shown(value);
}

function readTimeOfDay(value: unknown, report: Report): void {
  if (typeof value !== 'string' || !TIME_OF_DAY.test(value)) {
    report(`is ${shownOrMissing(value)}; a time of day is text from "00:00" to "23:59"`);
  }
}

/** Whether a text names a time zone of the IANA database. */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
