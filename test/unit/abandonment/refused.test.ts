import { expect, test } from 'vitest';
import { decide } from '../../../functions/abandonment/decide.ts';
import { askedAgainAt, refusedUntil } from '../../../functions/abandonment/refused.ts';
import type { Disabling } from '../../../functions/abandonment/task.ts';
import { DAY } from '../../../functions/abandonment/time.ts';
import { aCase, answerOf, aTask, day, graced, queuedAt, reminderSteps } from './decide-builders.ts';

const queued = queuedAt(day(21));
/** Version 3 was asked for, and refused on day 22. */
const refused: Disabling = {
  ...queued,
  state: 'refused',
  refused: { at: day(22), reason: 'in use', version: 3, fingerprint: 'f' },
};
const version = (number: number) => aTask({ version: number });

test('what an owning system refused is asked for again a day later', () => {
  expect(askedAgainAt(refused)).toBe(day(23));
  expect(askedAgainAt(queued)).toBeNull();
  expect(askedAgainAt(undefined)).toBeNull();
});

test('a refusal holds the version that was asked for, until just before a day is over', () => {
  expect(refusedUntil(version(3), refused, day(22))).toBe(day(23));
  expect(refusedUntil(version(3), refused, day(23) - 1)).toBe(day(23));
  expect(refusedUntil(version(3), refused, day(23))).toBeNull();
  expect(refusedUntil(version(4), refused, day(22))).toBeNull();
  expect(refusedUntil(version(3), queued, day(22))).toBeNull();
  expect(refusedUntil(version(3), undefined, day(22))).toBeNull();
});

test('a task whose disabling was refused is held until then, and asked for again', () => {
  const episode = graced({ disabling: refused, rungs: reminderSteps(day(21), 3 * DAY, DAY) });
  const at = (now: number, number = 3) => decide(aCase(now, { episode, task: version(number) }), now);
  expect(at(day(22, 5))).toMatchObject({ answer: 'hold', reason: 'refused', nextLookAt: day(23) });
  expect(answerOf(at(day(23)))).toBe('disable grace-over');
  // Somebody edited it: it is another version that is asked for.
  expect(answerOf(at(day(22, 5), 4))).toBe('disable grace-over');
});
