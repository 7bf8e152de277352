import { english } from '../../../emails/english.ts';
import type { Amount, CalendarMinute, DateWords } from '../../../emails/wordings.ts';
import { DAY, type Duration, HOUR, type Instant, MINUTE } from '../../abandonment/time.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string, locale: string): Intl.DateTimeFormat {
  const key = `${locale} ${zone}`;
  const cached = formats.get(key);
  if (cached) return cached;
  const format = new Intl.DateTimeFormat(`${locale}-u-ca-gregory-nu-latn`, {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(key, format);
  return format;
}

function momentOf(instant: Instant, zone: string, { locale }: DateWords): CalendarMinute {
  const moment: CalendarMinute = { weekday: '', year: '', month: '', day: '', hour: '', minute: '' };
  for (const { type, value } of formatOf(zone, locale).formatToParts(instant)) {
    if (Object.hasOwn(moment, type)) moment[type as keyof CalendarMinute] = value;
  }
  return moment;
}

/** What no mail program and no browser breaks at; the plain text has a space for it. */
export const UNBROKEN_SPACE = '\u00a0';

const unbroken = (text: string): string => text.replaceAll(' ', UNBROKEN_SPACE);

/** The calendar day in a known zone, as people write it: `5 February 2026`. */
export function dayIn(instant: Instant, zone: string, words: DateWords = english.dates): string {
  return unbroken(words.day(momentOf(instant, zone, words)));
}

/** The calendar day in a known zone, as forms have it: `2026-02-05`. */
export function formDayIn(instant: Instant, zone: string): string {
  const format = new Intl.DateTimeFormat('en-CA-u-ca-gregory-nu-latn', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
}

/** How people call the zone of `Europe/Berlin`: `Berlin`. */
function placeOf(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/**
 * The minute in the reader's known zone and in UTC: `Thursday 5 February 2026, 01:00 Berlin time (00:00 UTC)`. Neither
 * the day nor a time breaks over two lines.
 */
export function inBothZones(instant: Instant, zone: string, words: DateWords = english.dates): string {
  const local = momentOf(instant, zone, words);
  const day = unbroken(words.weekday(local));
  if (zone === 'UTC') return `${day}, ${unbroken(words.time(local, null))}`;
  const utc = momentOf(instant, 'UTC', words);
  const isSameDay = utc.day === local.day;
  const also = `${isSameDay ? '' : `${words.day(utc)}, `}${words.time(utc, null)}`;
  return `${day}, ${unbroken(words.time(local, placeOf(zone)))} (${unbroken(also)})`;
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
  return unbroken(instant <= now ? words.dueNow : words.ahead(amountsOf(Math.max(MINUTE, instant - now))));
}
