import { expect, test } from 'vitest';
import { decide } from '../../../functions/abandonment/decide.ts';
import { nextLook } from '../../../functions/abandonment/next-look.ts';
import type { Episode } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../../functions/abandonment/time.ts';
import { aCase, aPolicy, aTask, day, fired, graced, rungsFor } from './decide-builders.ts';

const look = (now: Instant, episode: Episode | null, more: Parameters<typeof aCase>[1] = {}) =>
  nextLook(decide(aCase(now, { episode, ...more }), now), episode, now, HOUR);

test('a candidate needs no look of its own: its threshold finds it', () => {
  expect(look(day(3), null)).toBeNull();
});

test('a hold with an end is looked at when it ends', () => {
  expect(look(day(15), null, { task: aTask({ publishedByUserAt: day(10) }) })).toEqual({
    at: day(24),
    why: 'look',
  });
});

test('an episode in detect waits for an event', () => {
  expect(look(day(15), fired(), { policy: aPolicy({ stage: 'detect' }) })).toBeNull();
});

test('a warned one is looked at when its next reminder is due, then when it is to be turned off', () => {
  expect(look(day(15), graced())).toEqual({ at: day(18), why: 'look' });
  expect(look(day(18), graced({ rungs: rungsFor(day(21), 3 * DAY) }))).toEqual({ at: day(20), why: 'look' });
  expect(look(day(20), graced({ rungs: rungsFor(day(21), 3 * DAY, DAY) }))).toEqual({
    at: day(21),
    why: 'disable',
  });
});

test('what is due is looked at as due, with its date', () => {
  expect(look(day(23), graced({ rungs: rungsFor(day(21), DAY) }))).toEqual({ at: day(21), why: 'disable' });
});

test('what is queued is looked at after half an hour, what was asked for when it should be confirmed', () => {
  const queued = { state: 'queued' as const, run: 'r', disableAt: day(21), queuedAt: day(21), attempts: 0 };
  expect(look(day(21), graced({ disabling: queued }))).toEqual({ at: day(21) + 30 * MINUTE, why: 'look' });
  const requested = { ...queued, state: 'requested' as const, requestedAt: day(21) + MINUTE };
  expect(look(day(21, 0.5), graced({ disabling: requested }))).toEqual({
    at: day(21) + MINUTE + HOUR,
    why: 'look',
  });
});
