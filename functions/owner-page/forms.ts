import * as z from 'zod/mini';
import { LANGUAGES } from '../../emails/languages.ts';
import { awakeLength } from '../abandonment/quiet-hours.ts';
import { DAY, type Duration, HOUR, type Instant } from '../abandonment/time.ts';
import { formDayIn, lengthInWords } from '../notices/render/wording-dates.ts';
import { clip, visible } from '../platform/escape.ts';
import { knownZone } from '../platform/zones.ts';
import type { OwnerAct } from './actions.ts';
import { endOfDay } from './calendar.ts';
import type { Preferences } from './preferences.ts';

/** What a form sent, by field; only texts. */
export type Form = Readonly<Record<string, string>>;

/** What a person asks for on a task's page. */
export type Wish = OwnerAct | { action: 'undo' };

/** What bounds a request, and how its sender reads dates. */
export interface Bounds {
  now: Instant;
  keepMax: Duration;
  zone: string;
}

export const LONGEST_REASON = 200;

/** Reads the form of a task's page; where it cannot be followed, says why and what is allowed. */
export function readWish(form: Form, bounds: Bounds): Wish | { problem: string } {
  switch (form.action) {
    case 'keep':
      return readKeep(form, bounds);
    case 'snooze':
      return readSnooze(form, bounds);
    case 'disable':
      return { action: 'disable' };
    case 'undo':
      return { action: 'undo' };
    default:
      return { problem: 'The form did not say what to do. Use one of the buttons of the page.' };
  }
}

/** The first and the last day until which a task may be kept. */
export function keepDays({ now, keepMax, zone }: Bounds): { first: string; last: string } {
  return { first: formDayIn(now, zone), last: formDayIn(now + keepMax, zone) };
}

/** For how many days at most a task may be snoozed. */
export function mostSnoozeDays(keepMax: Duration): number {
  return Math.max(1, Math.floor(keepMax / DAY));
}

function readKeep(form: Form, bounds: Bounds): Wish | { problem: string } {
  const reason = reasonOf(form);
  const { first, last } = keepDays(bounds);
  const day = form.until ?? '';
  const end = endOfDay(day, bounds.zone);
  if (end === undefined || day < first || day > last) {
    const most = lengthInWords(bounds.keepMax);
    return { problem: `Choose a day from ${first} to ${last}: a task is kept for ${most} at most.` };
  }
  return { action: 'keep', for: Math.min(end - bounds.now, bounds.keepMax), ...reason };
}

function readSnooze(form: Form, { keepMax }: Bounds): Wish | { problem: string } {
  const days = /^\d{1,4}$/.test(form.days ?? '') ? Number(form.days) : 0;
  const most = mostSnoozeDays(keepMax);
  if (days < 1 || days > most) return { problem: `Choose a whole number of days from 1 to ${most}.` };
  return { action: 'snooze', for: Math.min(days * DAY, keepMax), ...reasonOf(form) };
}

function reasonOf(form: Form): { reason?: string } {
  const reason = clip(visible(form.reason ?? ''), LONGEST_REASON);
  return reason === '' ? {} : { reason };
}

const timeOfDay = z
  .optional(z.string())
  .check(
    z.refine(
      (text) => text === undefined || /^(([01]\d|2[0-3]):[0-5]\d)?$/.test(text),
      'Write the times of day of the quiet hours from 00:00 to 23:59, or leave both empty.',
    ),
  );

const preferencesForm = z
  .object({
    reminders: z.optional(z.string()),
    zone: z
      .string('Choose a time zone of the list.')
      .check(
        z.refine(
          (zone) => zone === 'UTC' || (zone !== '' && knownZone(zone) !== 'UTC'),
          'Choose a time zone of the list.',
        ),
      ),
    language: z.optional(z.enum(LANGUAGES, 'Choose a language of the list.')),
    from: timeOfDay,
    to: timeOfDay,
  })
  .check(
    z.refine(({ from = '', to = '' }) => (from === '') === (to === ''), {
      error: 'Fill in both times of the quiet hours, or leave both empty.',
    }),
    z.refine(({ from = '', to = '' }) => from === '' || awakeLength({ from, to }) >= LEAST_AWAKE, {
      error: 'Shorten the quiet hours: at least one hour a day must be left in which mails may come.',
    }),
  );

/** A mail that may go for less than that each day might never go. */
const LEAST_AWAKE = HOUR;

/** Reads the form of the preferences; what it does not speak of stays as it is. */
export function readPreferences(form: Form): Partial<Preferences> | { problem: string } {
  const read = preferencesForm.safeParse(form);
  if (!read.success) return { problem: read.error.issues[0]?.message ?? '' };
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
