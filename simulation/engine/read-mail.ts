import { LANGUAGES } from '../../emails/languages.ts';
import type { Instant } from '../../functions/abandonment/time.ts';
import { asPasted } from '../../functions/platform/foreign-words.ts';

const flat = (text: string): string => text.replace(/\s+/g, ' ');

/**
 * The tasks that the text of a mail names, as its reader has them: on a line of their own between quotes, or as a list
 * of words behind what their names begin with.
 */
export function tasksIn(text: string): Set<string> {
  const names = [...text.matchAll(/^[*-] "(.*)"$/gm)].map(([, name = '']) => plain(name));
  for (const [, folder = '', rest = ''] of flat(text).matchAll(FOLDED))
    names.push(...rest.split(', ').map((name) => plain(folder) + name));
  return new Set(names);
}

const FOLDED = /(?:Under|Unter) "((?:[^"\\]|\\.)*)": ((?:[^\s,]+, )*[^\s,]+)/g;

function plain(name: string): string {
  return asPasted(name).replaceAll('\\"', '"');
}

const MONTHS = new Map<string, number>();
for (const language of LANGUAGES) {
  const format = new Intl.DateTimeFormat(language, { month: 'long', timeZone: 'UTC' });
  for (let month = 0; month < 12; month += 1) MONTHS.set(format.format(Date.UTC(2026, month, 15)), month);
}

const DAY = String.raw`(\d{1,2})\.? (\p{L}+) (\d{4}), `;
const UTC = String.raw`(\d\d):(\d\d)(?: Uhr)? UTC`;
/** A minute in UTC, or in another zone with UTC in brackets, there with the day where it is another. */
const DATE = new RegExp(`${DAY}(?:${UTC}|[^()]{5,80}? \\((?:${DAY})?${UTC}\\))`, 'gu');

/** The instants that the text of a mail names. */
export function instantsIn(text: string): Set<Instant> {
  const found = new Set<Instant>();
  for (const match of flat(text).matchAll(DATE)) {
    const [, day, month, year, hour, minute, otherDay, otherMonth, otherYear, utcHour, utcMinute] = match;
    found.add(
      Date.UTC(
        Number(otherYear ?? year),
        MONTHS.get(otherMonth ?? month ?? '') ?? Number.NaN,
        Number(otherDay ?? day),
        Number(hour ?? utcHour),
        Number(minute ?? utcMinute),
      ),
    );
  }
  return found;
}
