import { describe, expect, test } from 'vitest';
import {
  type Case,
  decide,
  modeOf,
  type Recipient,
  withJoined,
} from '../../../functions/abandonment/decide.ts';
import type { EffectivePolicy } from '../../../functions/abandonment/policy.ts';
import { DAY, HOUR, type Instant } from '../../../functions/abandonment/time.ts';
import {
  aCase,
  ana,
  answerOf,
  aPolicy,
  day,
  graced,
  reminderSteps,
  span,
  warnedAt,
} from './decide-builders.ts';

const eve: Recipient = { key: 'eve', address: 'eve@acme.test', declined: false };
const joined = { ...eve, joined: true };
const escalating = (more: Partial<EffectivePolicy> = {}) => aPolicy({ escalateAt: 2 * DAY, ...more });
/** Ana was warned of T0 + 21 d, and reminded three days before. */
const reminded = graced({ rungs: reminderSteps(day(21), 3 * DAY) });
const caseAt = (now: Instant, more: Partial<Case> = {}) =>
  aCase(now, { episode: reminded, policy: escalating(), admins: [eve], ...more });
const at = (now: Instant, more: Partial<Case> = {}) => decide(caseAt(now, more), now);

describe('admins', () => {
  test('join those who are reachable from disableAt − escalateAt on, not a millisecond before', () => {
    expect(answerOf(at(day(19) - 1))).toBe('waiting grace');
    expect(at(day(19))).toMatchObject({ answer: 'warn', reason: 'joined', newGrace: false, to: [joined] });
  });

  test('are looked for when they are to join, once that is the next thing to happen', () => {
    expect(at(day(18, 1)).nextLookAt).toBe(day(19));
    expect(at(day(18, 1), { policy: escalating({ escalateAt: 12 * HOUR }) }).nextLookAt).toBe(day(20));
    expect(at(day(18, 1), { policy: aPolicy() }).nextLookAt).toBe(day(20));
  });

  test('join later where the date moved', () => {
    const unknown = [span(day(15), day(16))];
    const episode = graced({ rungs: reminderSteps(day(22), 3 * DAY) });
    expect(answerOf(at(day(20) - 1, { unknown, episode }))).toBe('waiting grace');
    expect(answerOf(at(day(20), { unknown, episode }))).toBe('warn joined');
  });

  test.each([
    ['no policy says so', { policy: aPolicy() }],
    ['there are none', { admins: [] }],
    ['nobody looked for any', { admins: undefined }],
    [
      'they are recipients already',
      {
        admins: [],
        recipients: [ana, eve],
        episode: graced({ told: { ana: warnedAt(day(14)), eve: warnedAt(day(14)) } }),
      },
    ],
  ] as [string, Partial<Case>][])('do not join where %s', (_, more) => {
    expect(at(day(20, 12), more).answer).not.toBe('warn');
    const taskCase = caseAt(day(21), more);
    expect(withJoined(taskCase, day(21))).toBe(taskCase);
  });

  const { acceptedAt: _, ...asked } = warnedAt(day(14), { warning: 'pending' });
  test.each([
    ['a lower mode lets no date come', { policy: escalating({ mode: 'notify' }) }],
    ['no warning was taken', { episode: graced({ told: { ana: asked } }) }],
    [
      'the warning that was taken had no date',
      { episode: graced({ told: { ana: warnedAt(day(14), { dated: false }) } }) },
    ],
    [
      'who took it is no recipient any more',
      { episode: graced({ told: { ana: warnedAt(day(14), { left: true }) } }) },
    ],
    ['there is no episode', { episode: null }],
  ] as [string, Partial<Case>][])('are nobody’s recipients where %s', (_, more) => {
    const taskCase = caseAt(day(20, 12), more);
    expect(withJoined(taskCase, day(20, 12)).recipients).toEqual([ana]);
  });

  test('join though one of two was not warned with a date', () => {
    const bob: Recipient = { key: 'bob', address: 'bob@acme.test', declined: false };
    const parts = { ana: warnedAt(day(14), { dated: false }), bob: warnedAt(day(14)) };
    const taskCase = caseAt(day(19), { recipients: [ana, bob], episode: graced({ told: parts }) });
    expect(withJoined(taskCase, day(19)).recipients).toEqual([ana, bob, joined]);
  });

  test('who joined are recipients, and none are to join any more', () => {
    const taskCase = caseAt(day(19));
    expect(withJoined(taskCase, day(19))).toEqual({ ...taskCase, admins: [], recipients: [ana, joined] });
    expect(taskCase.recipients).toEqual([ana]);
  });

  test('who joined and were warned wait with the others, and their warning moves no date', () => {
    const parts = { ana: warnedAt(day(14)), eve: warnedAt(day(19), { address: eve.address }) };
    const episode = graced({ told: parts, rungs: reminderSteps(day(21), 3 * DAY, DAY) });
    expect(at(day(20, 1), { episode })).toMatchObject({
      answer: 'waiting',
      reason: 'grace',
      nextLookAt: day(21),
    });
    expect(at(day(21), { episode })).toMatchObject({ answer: 'disable', disableAt: day(21) });
  });

  test('who joined alone sustain no date: once the others are gone or bounced all are warned anew', () => {
    const parts = { ana: warnedAt(day(14), { warning: 'failed' }), eve: warnedAt(day(19)) };
    expect(at(day(20), { episode: graced({ told: parts }) })).toMatchObject({
      reason: 'grace-taken-back',
      newGrace: true,
      to: [ana],
    });
  });
});

test('the mode of a task is the one that is written, whatever its episode is judged by', () => {
  const notify = aPolicy({ mode: 'notify' });
  expect(modeOf({ policy: notify, written: aPolicy() })).toBe('disable');
  expect(modeOf({ policy: notify })).toBe('notify');
});
