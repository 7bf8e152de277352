import { DAY, type Duration, type Instant } from '../abandonment/time.ts';
import { clip, visible } from '../notices/escape.ts';
import { dayIn, knownZone, lengthInWords } from '../notices/wording-dates.ts';
import type { OwnerAct } from './actions.ts';
import { endOfDay } from './calendar.ts';

/** What a form sent, by field; only texts. */
export type Form = Readonly<Record<string, string>>;

/** What a person asks for on a task's page. */
export type Wish = OwnerAct | { action: 'undo' };

/** What bounds a wish, and how its sender reads dates. */
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
  return { first: dayIn(now, zone), last: dayIn(now + keepMax, zone) };
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

/** Reads the form of the preferences. */
export function readPreferences(form: Form): { reminders: boolean; zone: string } | { problem: string } {
  const zone = form.zone ?? '';
  if (zone === '' || (zone !== 'UTC' && knownZone(zone) === 'UTC'))
    return { problem: 'Choose a time zone of the list.' };
  return { reminders: form.reminders === 'on', zone };
}
