import { expect, test } from 'vitest';
import { type DisabledSpan, restorableUntil, stillOffAt } from '../../../functions/abandonment/restorable.ts';
import { DAY } from '../../../functions/abandonment/time.ts';
import { day, T0 } from './decide-builders.ts';

/** A scan disabled it at T0. */
const off: DisabledSpan = { at: T0, run: 'r' };

test('a task can be enabled as it was for 90 days, or until its owning system says', () => {
  expect(restorableUntil(T0)).toBe(day(90));
  expect(restorableUntil(T0, day(30))).toBe(day(30));
  expect(restorableUntil(T0, day(400))).toBe(day(400));
});

test('a reminder of what is off is due stillOff before that', () => {
  expect(stillOffAt(off, { stillOff: 7 * DAY })).toBe(day(83));
  expect(stillOffAt({ ...off, restorableUntil: day(30) }, { stillOff: 7 * DAY })).toBe(day(23));
});

test('and never less than a day after the disabling', () => {
  expect(stillOffAt(off, { stillOff: 89 * DAY })).toBe(day(1));
  expect(stillOffAt(off, { stillOff: 89 * DAY + 1 })).toBeNull();
  expect(stillOffAt({ ...off, restorableUntil: day(7) }, { stillOff: 7 * DAY })).toBeNull();
  // Long before it: an owning system that keeps nothing.
  expect(stillOffAt({ ...off, restorableUntil: day(-7) }, { stillOff: DAY })).toBeNull();
});

test.each([
  ['no policy asks for it', off, null],
  ['a person disabled the task', { ...off, run: null }, 7 * DAY],
  ['somebody asked for it to be enabled', { ...off, undoneAt: day(1) }, 7 * DAY],
  ['it was asked for', { ...off, reminded: true }, 7 * DAY],
] as [string, DisabledSpan, number | null][])('there is none where %s', (_, span, stillOff) => {
  expect(stillOffAt(span, { stillOff })).toBeNull();
});
