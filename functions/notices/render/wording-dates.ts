import { english } from '../../../emails/english.ts';
import type { Amount, CalendarMinute, DateWords } from '../../../emails/wordings.ts';
import { DAY, type Duration, HOUR, type Instant, MINUTE } from '../../abandonment/time.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string, locale: string): Intl.DateTimeFormat {
  const key = `${locale} ${zone}`;
  const known = formats.get(key);
  if (known) return known;
  const format = new Intl.DateTimeFormat(`${locale}-u-ca-gregory-nu-latn`, {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(key, format);
  return format;
}

type Moment = CalendarMinute & { weekday: string };

function momentOf(instant: Instant, zone: string, { locale }: DateWords): Moment {
  const moment: Moment = { weekday: '', year: '', month: '', day: '', hour: '', minute: '' };
  for (const { type, value } of formatOf(zone, locale).formatToParts(instant)) {
    if (Object.hasOwn(moment, type)) moment[type as keyof Moment] = value;
  }
  return moment;
}

/** The calendar day in a known zone: `2026-02-05`. */
export function dayIn(instant: Instant, zone: string, words: DateWords = english.dates): string {
  return words.day(momentOf(instant, zone, words));
}

/** The minute in UTC, for what is past: `2026-02-05 00:00 UTC`. */
export function inUtc(instant: Instant, words: DateWords = english.dates): string {
  return words.minute(momentOf(instant, 'UTC', words), 'UTC');
}

/**
 * The minute in the reader's known zone and in UTC: `Thu 2026-02-05 01:00 Europe/Berlin (2026-02-05 00:00
 * UTC)`.
 */
export function inBothZones(instant: Instant, zone: string, words: DateWords = english.dates): string {
  const moment = momentOf(instant, zone, words);
  const local = `${moment.weekday} ${words.minute(moment, zone)}`;
  return zone === 'UTC' ? local : `${local} (${inUtc(instant, words)})`;
}

/** Rounded down, so that nobody counts on more than there is. */
function amountsOf(length: Duration): Amount[] {
  const days: Amount = { count: Math.floor(length / DAY), unit: 'day' };
  const hours: Amount = { count: Math.floor((length % DAY) / HOUR), unit: 'hour' };
  if (days.count >= 3 || (days.count > 0 && hours.count === 0)) return [days];
  if (days.count > 0) return [days, hours];
  if (hours.count > 0) return [hours];
  return [{ count: Math.max(0, Math.floor(length / MINUTE)), unit: 'minute' }];
}

/** A length of time in words, rounded down: `6 days`, `1 day 5 hours`. */
export function lengthInWords(length: Duration, words: DateWords = english.dates): string {
  return words.length(amountsOf(length));
}

/** How far ahead an instant is: `in 6 days`; `due now` from it on. */
export function untilInWords(instant: Instant, now: Instant, words: DateWords = english.dates): string {
  return instant <= now ? words.dueNow : words.ahead(amountsOf(Math.max(MINUTE, instant - now)));
}
