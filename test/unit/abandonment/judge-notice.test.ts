import { describe, expect, test } from 'vitest';
import type { Case } from '../../../functions/abandonment/decide.ts';
import { judgeNotice } from '../../../functions/abandonment/judge-notice.ts';
import type { Episode, Notice, Told } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../../functions/abandonment/time.ts';
import {
  aCase,
  ana,
  aPolicy,
  aTask,
  bob,
  day,
  evidenceOf,
  fired,
  graced,
  span,
  warnedAt,
} from './decide-builders.ts';

const judge = (
  now: Instant,
  episode: Episode | null,
  notice: Notice,
  more: Partial<Case> = {},
  key = 'ana',
) => judgeNotice(aCase(now, { episode, ...more }), key, notice, now);

const { acceptedAt: _, ...asked } = warnedAt(day(14), { warning: 'pending' });
const first = fired({ grace: 1, graceStage: 'disable', told: { ana: asked } });
const reminded = (more: Partial<Told> = {}) =>
  graced({
    told: {
      ana: warnedAt(day(14), { reminder: { lead: 3 * DAY, deadline: day(21), state: 'pending' }, ...more }),
    },
  });

describe('a warning', () => {
  test('prints a full grace from its claim, rounded up to the minute', () => {
    expect(judge(day(14), first, 'warning')).toEqual({ verdict: 'send', disableAt: day(21), after: 7 * DAY });
    expect(judge(day(14) + 1, first, 'warning')).toMatchObject({ disableAt: day(21) + MINUTE });
    expect(judge(day(15, 3), first, 'warning')).toMatchObject({ disableAt: day(22, 3) });
  });

  test('prints no date in stage notify, and is void in detect', () => {
    const policy = aPolicy({ stage: 'notify' });
    const told = { ana: { ...asked, dated: false } };
    const episode = fired({ grace: 1, graceStage: 'notify', told });
    expect(judge(day(14), episode, 'warning', { policy })).toEqual({ verdict: 'send', disableAt: null });
    expect(judge(day(14), first, 'warning', { policy: aPolicy({ stage: 'detect' }) }).verdict).toBe('void');
  });

  const joined = graced({ told: { ana: warnedAt(day(14)), bob: { ...asked, address: bob.address } } });
  const two = { recipients: [ana, bob] };
  test('of one who joins prints the date that stands', () => {
    expect(judge(day(16), joined, 'warning', two, 'bob')).toMatchObject({
      verdict: 'send',
      disableAt: day(21),
    });
    expect(judge(day(20), joined, 'warning', two, 'bob')).toMatchObject({
      verdict: 'send',
      disableAt: day(21),
    });
  });

  test('of one who joins with less than the shortest lead left moves the date there', () => {
    expect(judge(day(20, 1), joined, 'warning', two, 'bob')).toMatchObject({ disableAt: day(21, 1) });
    const policy = aPolicy({ reminders: [3 * DAY, 2 * DAY] });
    expect(judge(day(20), joined, 'warning', { ...two, policy }, 'bob')).toMatchObject({
      disableAt: day(22),
    });
  });

  test('of one who joins keeps the date where the only lead is longer than the grace, with a day left', () => {
    const given = { ...two, policy: aPolicy({ reminders: [30 * DAY] }) };
    expect(judge(day(20), joined, 'warning', given, 'bob')).toMatchObject({ disableAt: day(21) });
    expect(judge(day(20, 1), joined, 'warning', given, 'bob')).toMatchObject({ disableAt: day(21, 1) });
  });

  test.each([
    ['waits', 'requested'],
    ['goes', 'queued'],
  ] as const)(
    '%s while the disabling is %s: no mail gives a later date to what is on its way',
    (_, state) => {
      const disabling = { state, run: 'r', disableAt: day(21), queuedAt: day(21), attempts: 1 };
      const verdict = judge(day(21), { ...joined, disabling }, 'warning', two, 'bob').verdict;
      expect(verdict).toBe(state === 'requested' ? 'wait' : 'send');
    },
  );

  test('of a new grace never prints a date before one that was printed', () => {
    const dates = [{ at: day(14), disableAt: day(30), grace: 1, after: 16 * DAY }];
    const episode = { ...first, grace: 2, told: { ana: { ...asked, grace: 2 } }, dates };
    expect(judge(day(15), episode, 'warning')).toMatchObject({ verdict: 'send', disableAt: day(30) });
    expect(judge(day(25), episode, 'warning')).toMatchObject({ verdict: 'send', disableAt: day(32) });
  });

  test.each([
    ['the task recovered', { evidence: evidenceOf(day(14, 1), { statuses: ['PRIMARY'] }) }],
    ['a user published', { task: aTask({ publishedByUserAt: day(14, 0.5) }) }],
    ['it was deleted', { task: aTask({ deletedAt: day(14, 0.5) }) }],
    ['it was turned off', { task: aTask({ enabled: false }) }],
    ['it is kept', { keep: { kind: 'keep' as const, until: day(30), by: 'x', at: day(14) } }],
    ['its recipient left', { recipients: [bob] }],
  ] as [string, Partial<Case>][])('is void where %s', (_, more) => {
    expect(judge(day(14, 1), first, 'warning', more).verdict).not.toBe('send');
  });

  test('is void without an episode, and where it was told', () => {
    expect(judge(day(14), null, 'warning').verdict).toBe('void');
    expect(judge(day(16), graced(), 'warning').verdict).toBe('void');
  });

  test.each([
    ['notifying is paused', { pauses: { evaluate: false, notify: true, disable: false } }],
    ['evaluation is paused', { pauses: { evaluate: true, notify: false, disable: false } }],
    ['health is unknown', { unknown: [span(day(14), null)] }],
  ] as [string, Partial<Case>][])('waits while %s', (_, more) => {
    expect(judge(day(14, 1), first, 'warning', more).verdict).toBe('wait');
  });

  test('goes while disabling is paused', () => {
    const pauses = { evaluate: false, notify: false, disable: true };
    expect(judge(day(14), first, 'warning', { pauses }).verdict).toBe('send');
  });
});

describe('a reminder', () => {
  test('prints the date that stands', () => {
    expect(judge(day(18), reminded(), 'reminder')).toMatchObject({ verdict: 'send', disableAt: day(21) });
  });

  test('prints the date as it moved since', () => {
    const unknown = [span(day(15), day(16))];
    expect(judge(day(19), reminded(), 'reminder', { unknown })).toMatchObject({ disableAt: day(22) });
    expect(
      judge(day(19), reminded(), 'reminder', { policy: aPolicy({ disableAfter: 9 * DAY }) }),
    ).toMatchObject({
      disableAt: day(23),
    });
  });

  test('that was not taken before disableAt moves it to its acceptance + the shortest lead', () => {
    expect(judge(day(21), reminded(), 'reminder')).toMatchObject({ verdict: 'send', disableAt: day(22) });
    expect(judge(day(23, 5), reminded(), 'reminder')).toMatchObject({ disableAt: day(24, 5) });
    expect(judge(day(21) - HOUR, reminded(), 'reminder')).toMatchObject({ disableAt: day(21) });
  });

  test.each([
    ['it was declined', { recipients: [{ ...ana, declined: true }] }, {}],
    ['the stage went down', { policy: aPolicy({ stage: 'notify' }) }, {}],
    ['it is done', {}, { reminder: { lead: 3 * DAY, deadline: day(21), state: 'done' as const } }],
  ] as [string, Partial<Case>, Partial<Told>][])('is void where %s', (_, more, told) => {
    expect(judge(day(18), reminded(told), 'reminder', more).verdict).toBe('void');
  });
});
