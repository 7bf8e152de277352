import { describe, expect, it, test } from 'vitest';
import { type Decision, decide } from '../../../functions/abandonment/decide.ts';
import { nextEvaluation } from '../../../functions/abandonment/next-look.ts';
import type { Episode } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../../functions/abandonment/time.ts';
import {
  aCase,
  aPolicy,
  aTask,
  day,
  evidenceOf,
  fired,
  graced,
  pausing,
  queuedAt,
  refusedAt,
  reminderSteps,
  requestedAt,
} from './decide-builders.ts';

const look = (now: Instant, episode: Episode | null, more: Parameters<typeof aCase>[1] = {}) =>
  nextEvaluation(decide(aCase(now, { episode, ...more }), now), episode, now, HOUR);

test('a candidate needs no evaluation of its own: its threshold finds it', () => {
  expect(look(day(3), null)).toBeNull();
});

test('a hold with an end is evaluated when it ends', () => {
  expect(look(day(15), null, { task: aTask({ publishedByUserAt: day(10) }) })).toEqual({
    at: day(24),
    why: 'look',
  });
});

test('an episode in detect waits for an event', () => {
  expect(look(day(15), fired(), { policy: aPolicy({ mode: 'detect' }) })).toBeNull();
});

test('a warned one is evaluated when its next reminder is due, then when it is to be turned off', () => {
  expect(look(day(15), graced())).toEqual({ at: day(18), why: 'look' });
  expect(look(day(18), graced({ rungs: reminderSteps(day(21), 3 * DAY) }))).toEqual({
    at: day(20),
    why: 'look',
  });
  expect(look(day(20), graced({ rungs: reminderSteps(day(21), 3 * DAY, DAY) }))).toEqual({
    at: day(21),
    why: 'disable',
  });
});

test('what is due is evaluated as due, with its date', () => {
  for (const now of [day(21), day(23)])
    expect(look(now, graced({ rungs: reminderSteps(day(21), DAY) }))).toEqual({
      at: day(21),
      why: 'disable',
    });
});

test('what is queued is evaluated after half an hour, what was asked for when it should be confirmed', () => {
  const queued = { ...queuedAt(day(21)), attempts: 0 };
  expect(look(day(21), graced({ disabling: queued }))).toEqual({ at: day(21) + 30 * MINUTE, why: 'look' });
  const requested = { ...requestedAt(day(21)), attempts: 0, requestedAt: day(21) + MINUTE };
  expect(look(day(21, 0.5), graced({ disabling: requested }))).toEqual({
    at: day(21) + MINUTE + HOUR,
    why: 'look',
  });
});

test('what the owning system refused is evaluated a day after that, whatever it was on the way to', () => {
  const refused = { at: day(21), reason: 'locked', version: 1, fingerprint: 'f' };
  const disabling = { ...refusedAt(day(21), refused), requestedAt: day(21) + MINUTE };
  expect(look(day(21, 2), graced({ disabling }))).toEqual({ at: day(22), why: 'look' });
});

describe('a task in a spell that has not lasted yet', () => {
  const policy = aPolicy({ minHealthy: 6 * HOUR });
  const since = (spell: Instant, now: Instant) => ({
    policy,
    evidence: evidenceOf(now, { statuses: ['PRIMARY'], spells: { PRIMARY: spell } }),
  });

  test('is evaluated when it will have lasted', () => {
    expect(look(day(3, 1), null, since(day(3), day(3, 1)))).toEqual({ at: day(3, 6), why: 'look' });
  });

  test('is evaluated at its threshold, where that is sooner: what the spell holds back shows there', () => {
    expect(look(day(13, 23), null, since(day(13, 22), day(13, 23)))).toEqual({ at: day(14), why: 'look' });
    expect(look(day(13, 20), null, since(day(13, 17), day(13, 20)))).toEqual({
      at: day(13, 23),
      why: 'look',
    });
  });

  test('is evaluated when it will have lasted, where it is held', () => {
    expect(look(day(15, 1), null, since(day(15), day(15, 1)))).toEqual({ at: day(15, 6), why: 'look' });
    expect(look(day(15, 1), fired(), since(day(15), day(15, 1)))).toEqual({ at: day(15, 6), why: 'look' });
    const pauses = pausing('evaluate');
    expect(look(day(15, 1), null, { ...since(day(15), day(15, 1)), pauses })).toEqual({
      at: day(15, 6),
      why: 'look',
    });
  });

  test('needs no evaluation where it is not watched, or when it has lasted', () => {
    const off = { ...since(day(3), day(3, 1)), task: aTask({ enabled: false }) };
    expect(look(day(3, 1), null, off)).toBeNull();
    expect(look(day(3, 6), null, since(day(3), day(3, 6)))).toBeNull();
  });
});

test('one that waits in a pause is evaluated with the next scan', () => {
  const pauses = pausing('evaluate');
  expect(look(day(15), fired(), { pauses })).toEqual({ at: day(15), why: 'look' });
});

describe('a spell under way without an episode', () => {
  const decision = (more: { nextLookAt: Instant | null; recoversAt: Instant | null; answer?: 'ignore' }) =>
    ({
      answer: more.answer ?? 'hold',
      reason: more.answer ? 'deleted' : 'recovering',
      nextLookAt: more.nextLookAt,
      facts: {
        notPrimarySince: day(0),
        counted: 3 * DAY,
        abandonedAt: day(14),
        disableAt: null,
        recoversAt: more.recoversAt,
        withdraw: [],
      },
    }) as Decision;

  it.each([
    { what: 'when it will have lasted', nextLookAt: null, at: day(18) },
    { what: 'at the threshold, where that comes before', nextLookAt: day(16), at: day(16) },
    { what: 'when it will have lasted, where the threshold comes later', nextLookAt: day(19), at: day(18) },
    { what: 'when it will have lasted, where the threshold is now', nextLookAt: day(15), at: day(18) },
    { what: 'when it will have lasted, where the threshold is over', nextLookAt: day(14), at: day(18) },
  ])('is evaluated $what', ({ nextLookAt, at }) => {
    const seen = decision({ nextLookAt, recoversAt: day(18) });
    expect(nextEvaluation(seen, null, day(15), HOUR)).toEqual({ at, why: 'look' });
  });

  it('of a task that is ignored needs no evaluation', () => {
    const seen = decision({ nextLookAt: null, recoversAt: day(18), answer: 'ignore' });
    expect(nextEvaluation(seen, null, day(15), HOUR)).toBeNull();
  });
});
