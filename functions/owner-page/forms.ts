import * as z from 'zod/mini';
import { LANGUAGES } from '../../emails/languages.ts';
import { wordingsIn } from '../../emails/wordings-by-language.ts';
import { awakeLength } from '../abandonment/quiet-hours.ts';
import { DAY, type Duration, HOUR, type Instant } from '../abandonment/time.ts';
import { formDayIn, lengthInWords } from '../notices/render/wording-dates.ts';
import { normaliseAddress } from '../platform/addresses.ts';
import { clip, visible } from '../platform/escape.ts';
import { knownZone } from '../platform/zones.ts';
import type { OwnerAct } from './actions.ts';
import { endOfDay } from './calendar.ts';
import type { Preferences } from './preferences.ts';
import type { PageWords, PreferenceProblem } from './words/page-words.ts';

/** What a form sent, by field; only texts. */
export type Form = Readonly<Record<string, string>>;

/** What a person asks for on a task's page. */
export type OwnerRequest = OwnerAct | { action: 'undo' };

/** What bounds a request, and how its sender reads dates. */
export interface Bounds {
  now: Instant;
  keepMax: Duration;
  zone: string;
  words: PageWords;
}

export const LONGEST_REASON = 200;

/** Reads the form of a task's page; where it cannot be followed, says why and what is allowed. */
export function readRequest(form: Form, bounds: Bounds): OwnerRequest | { problem: string } {
  switch (form.action) {
    case 'keep':
      return readKeep(form, bounds);
    case 'snooze':
      return readSnooze(form, bounds);
    case 'end':
      return { action: 'end' };
    case 'not-mine':
      return readNotMine(form, bounds);
    case 'mine':
      return { action: 'mine' };
    case 'disable':
      return { action: 'disable' };
    case 'undo':
      return { action: 'undo' };
    default:
      return { problem: bounds.words.problems.nothing };
  }
}

/** The first and the last day until which a task may be kept. */
export function keepDays({ now, keepMax, zone }: Pick<Bounds, 'now' | 'keepMax' | 'zone'>): {
  first: string;
  last: string;
} {
  return { first: formDayIn(now, zone), last: formDayIn(now + keepMax, zone) };
}

/** For how many days at most a task may be snoozed. */
export function mostSnoozeDays(keepMax: Duration): number {
  return Math.max(1, Math.floor(keepMax / DAY));
}

function readKeep(form: Form, bounds: Bounds): OwnerRequest | { problem: string } {
  const reason = reasonOf(form);
  const { first, last } = keepDays(bounds);
  const day = form.until ?? '';
  const end = endOfDay(day, bounds.zone);
  if (end === undefined || day < first || day > last) {
    const { words } = bounds;
    const most = lengthInWords(bounds.keepMax, wordingsIn(words.language).dates);
    return { problem: words.problems.keepDays(first, last, most) };
  }
  return { action: 'keep', for: Math.min(end - bounds.now, bounds.keepMax), ...reason };
}

function readSnooze(form: Form, { keepMax, words }: Bounds): OwnerRequest | { problem: string } {
  const days = /^\d{1,4}$/.test(form.days ?? '') ? Number(form.days) : 0;
  const most = mostSnoozeDays(keepMax);
  if (days < 1 || days > most) return { problem: words.problems.snoozeDays(most) };
  return { action: 'snooze', for: Math.min(days * DAY, keepMax), ...reasonOf(form) };
}

function readNotMine(form: Form, { words }: Bounds): OwnerRequest | { problem: string } {
  const address = (form.instead ?? '').trim();
  if (address === '') return { action: 'not-mine' };
  const instead = normaliseAddress(address);
  return instead === undefined ? { problem: words.problems.address } : { action: 'not-mine', instead };
}

function reasonOf(form: Form): { reason?: string } {
  const reason = clip(visible(form.reason ?? ''), LONGEST_REASON);
  return reason === '' ? {} : { reason };
}

/** What the checks of the form say; the page has the words for it. */
const problem = (name: PreferenceProblem): PreferenceProblem => name;

const timeOfDay = z
  .optional(z.string())
  .check(
    z.refine(
      (text) => text === undefined || /^(([01]\d|2[0-3]):[0-5]\d)?$/.test(text),
      problem('time-of-day'),
    ),
  );

const preferencesForm = z
  .object({
    reminders: z.optional(z.string()),
    zone: z
      .string(problem('zone'))
      .check(
        z.refine((zone) => zone === 'UTC' || (zone !== '' && knownZone(zone) !== 'UTC'), problem('zone')),
      ),
    language: z.optional(z.enum(LANGUAGES, problem('language'))),
    from: timeOfDay,
    to: timeOfDay,
  })
  .check(
    z.refine(({ from = '', to = '' }) => (from === '') === (to === ''), {
      error: problem('both-times'),
    }),
    z.refine(({ from = '', to = '' }) => from === '' || awakeLength({ from, to }) >= LEAST_AWAKE, {
      error: problem('least-awake'),
    }),
  );

/** A mail that may go for less than that each day might never go. */
const LEAST_AWAKE = HOUR;

/** Reads the form of the preferences; what it does not speak of stays as it is. */
export function readPreferences(form: Form, words: PageWords): Partial<Preferences> | { problem: string } {
  const read = preferencesForm.safeParse(form);
  if (!read.success) {
    const found = read.error.issues[0]?.message as PreferenceProblem;
    return { problem: words.problems[found] ?? words.problems.nothing };
  }
  const { reminders, zone, language, from, to } = read.data;
  return {
    declined: reminders !== 'on',
    zone,
    ...(language === undefined ? {} : { language }),
    ...(from === undefined || to === undefined ? {} : { quietHours: from === '' ? null : { from, to } }),
  };
}

/** The form of the preferences, filled in with what holds. */
export function formOf({ declined, zone, language, quietHours }: Preferences): Form {
  return {
    ...(declined ? {} : { reminders: 'on' }),
    zone,
    language,
    from: quietHours?.from ?? '',
    to: quietHours?.to ?? '',
  };
}
