import { describe, expect, test } from 'vitest';
import { hearersDue } from '../../../functions/abandonment/deadlines.ts';
import type { Case } from '../../../functions/abandonment/decide.ts';
import { judgeNotice, judgeStopping, stoppingCase } from '../../../functions/abandonment/judge-notice.ts';
import type {
  Announced,
  Episode,
  Notice,
  RecipientPart,
  Stopping,
} from '../../../functions/abandonment/task.ts';
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
  pausing,
  queuedAt,
  requestedAt,
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
const first = fired({ grace: 1, graceMode: 'disable', told: { ana: asked } });
const reminded = (more: Partial<RecipientPart> = {}) =>
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

  test('prints no date in mode notify, and is void in detect', () => {
    const policy = aPolicy({ mode: 'notify' });
    const parts = { ana: { ...asked, dated: false } };
    const episode = fired({ grace: 1, graceMode: 'notify', told: parts });
    expect(judge(day(14), episode, 'warning', { policy })).toEqual({ verdict: 'send', disableAt: null });
    expect(judge(day(14), first, 'warning', { policy: aPolicy({ mode: 'detect' }) }).verdict).toBe('void');
  });

  const joined = graced({ told: { ana: warnedAt(day(14)), bob: { ...asked, address: bob.address } } });
  const two = { recipients: [ana, bob] };
  test('of one who joins prints the date that stands', () => {
    expect(judge(day(16), joined, 'warning', two, 'bob')).toMatchObject({
      verdict: 'send',
      disableAt: day(21),
    });
    // As of the date, what it promised stands: the grace, not the day that is left.
    expect(judge(day(20), joined, 'warning', two, 'bob')).toEqual({
      verdict: 'send',
      disableAt: day(21),
      after: 7 * DAY,
    });
  });

  test('of one who joins prints a full grace where no warning with a date stands', () => {
    const undated = { ...joined.told, ana: warnedAt(day(14), { dated: false }) };
    expect(judge(day(16), { ...joined, told: undated, dates: [] }, 'warning', two, 'bob')).toEqual({
      verdict: 'send',
      disableAt: day(23),
      after: 7 * DAY,
    });
  });

  test('waits where only that of an admin who joined stands: all are to be warned anew', () => {
    const parts = { ana: asked, bob: warnedAt(day(14)) };
    const admin = { recipients: [ana, { ...bob, joined: true as const }] };
    expect(judge(day(16), graced({ told: parts }), 'warning', admin)).toEqual({
      verdict: 'wait',
      reason: 'new-grace',
    });
  });

  test('of one who joins with less than the shortest lead left moves the date there', () => {
    expect(judge(day(20, 1), joined, 'warning', two, 'bob')).toMatchObject({ disableAt: day(21, 1) });
    const policy = aPolicy({ reminders: [3 * DAY, 2 * DAY] });
    expect(judge(day(20), joined, 'warning', { ...two, policy }, 'bob')).toMatchObject({
      disableAt: day(22),
    });
  });

  test.each([30, 7])(
    'of one who joins keeps the date where the only lead, of %i d, is not shorter than the grace, with a day left',
    (lead) => {
      const more = { ...two, policy: aPolicy({ reminders: [lead * DAY] }) };
      expect(judge(day(20), joined, 'warning', more, 'bob')).toMatchObject({ disableAt: day(21) });
      expect(judge(day(20, 1), joined, 'warning', more, 'bob')).toMatchObject({ disableAt: day(21, 1) });
    },
  );

  test('of one who joins a grace of less than a day, without leads, has a full grace left', () => {
    const dates = [{ at: day(14), disableAt: day(14, 12), grace: 1, after: 12 * HOUR }];
    const short = { ...joined, disableAfter: 12 * HOUR, dates };
    const policy = aPolicy({ disableAfter: 12 * HOUR, reminders: [] });
    expect(judge(day(14), short, 'warning', { ...two, policy }, 'bob')).toMatchObject({
      disableAt: day(14, 12),
    });
    expect(judge(day(14, 1), short, 'warning', { ...two, policy }, 'bob')).toEqual({
      verdict: 'send',
      disableAt: day(14, 13),
      after: 12 * HOUR,
    });
  });

  test.each([
    ['waits', 'requested'],
    ['goes', 'queued'],
  ] as const)(
    '%s while the disabling is %s: no mail gives a later date to what is on its way',
    (_, state) => {
      const disabling = state === 'requested' ? requestedAt(day(21)) : queuedAt(day(21));
      expect(judge(day(21), { ...joined, disabling }, 'warning', two, 'bob')).toMatchObject(
        state === 'requested' ? { verdict: 'wait', reason: 'disabling' } : { verdict: 'send' },
      );
    },
  );

  test('of a new grace never prints a date before one that was printed', () => {
    const dates = [{ at: day(14), disableAt: day(30), grace: 1, after: 16 * DAY }];
    const episode = { ...first, grace: 2, told: { ana: { ...asked, grace: 2 } }, dates };
    expect(judge(day(15), episode, 'warning')).toMatchObject({ verdict: 'send', disableAt: day(30) });
    expect(judge(day(25), episode, 'warning')).toMatchObject({ verdict: 'send', disableAt: day(32) });
  });

  const off = { enabledAt: day(14), disabledAt: day(13) };
  test.each([
    ['the task recovered', 'recovered', { evidence: evidenceOf(day(14, 1), { statuses: ['PRIMARY'] }) }],
    ['a user published', 'user-published', { task: aTask({ publishedByUserAt: day(14, 0.5) }) }],
    ['it was deleted', 'deleted', { task: aTask({ deletedAt: day(14, 0.5) }) }],
    ['it was turned off', 'ineligible', { task: aTask({ enabled: false }) }],
    ['it is kept', 'kept', { keep: { kind: 'keep' as const, until: day(30), by: 'x', at: day(14) } }],
    ['it is snoozed', 'snoozed', { keep: { kind: 'snooze' as const, until: day(30), by: 'x', at: day(14) } }],
    ['the threshold rose', 'policy', { policy: aPolicy({ warnAfter: 15 * DAY }) }],
    [
      'a system turned it on again',
      'reverted',
      { task: aTask({ reverted: { at: off.enabledAt, disabledAt: off.disabledAt } }) },
    ],
    ['nobody is notified in its mode', 'stage', { policy: aPolicy({ mode: 'detect' }) }],
    ['its recipient left', 'no-recipient', { recipients: [bob] }],
  ] as [string, string, Partial<Case>][])('is void where %s: %s', (_, reason, more) => {
    expect(judge(day(14, 1), first, 'warning', more)).toEqual({ verdict: 'void', reason });
  });

  test('is void for one who was never asked to be warned', () => {
    expect(judge(day(16), graced(), 'warning', two, 'bob')).toEqual({
      verdict: 'void',
      reason: 'no-recipient',
    });
  });

  test('is void without an episode', () => {
    expect(judge(day(14), null, 'warning').verdict).toBe('void');
  });

  test.each([
    ['SES took it', graced(), {}],
    [
      'SES took it in mode notify',
      graced({ graceMode: 'notify', told: { ana: warnedAt(day(14), { dated: false }) }, dates: [] }),
      { policy: aPolicy({ mode: 'notify' }) },
    ],
    ['it belongs to a grace that is over', { ...first, grace: 2 }, { recipients: [ana, bob] }],
  ] as [string, Episode, Partial<Case>][])('is void where %s', (_, episode, more) => {
    expect(judge(day(16), episode, 'warning', more)).toEqual({ verdict: 'void', reason: 'told' });
  });

  test('goes once more where it is to go again, but not that of a grace that is over', () => {
    const again = (episode: Episode) =>
      judgeNotice(aCase(day(16), { episode }), 'ana', 'warning', day(16), true);
    expect(again(graced())).toEqual({ verdict: 'send', disableAt: day(21), after: 7 * DAY });
    const other = { ...graced(), grace: 2, told: { ana: { ...warnedAt(day(14)), grace: 1 } } };
    expect(again(other)).toEqual({ verdict: 'void', reason: 'told' });
  });

  test.each([
    ['notifying is paused', 'paused', { pauses: pausing('notify') }],
    ['evaluation is paused', 'paused', { pauses: pausing('evaluate') }],
    ['health is unknown', 'unknown', { unknown: [span(day(14), null)] }],
    [
      'the task is in a spell that has not lasted yet',
      'recovering',
      {
        policy: aPolicy({ minHealthy: 6 * HOUR }),
        evidence: evidenceOf(day(14, 1), { statuses: ['PRIMARY'], spells: { PRIMARY: day(14) } }),
      },
    ],
    // The scan that finds the raise asks for a warning of its own: the old one would be a second one.
    ['the mode was raised since', 'new-grace', { policy: aPolicy({ modeRaisedAt: day(14, 0.5) }) }],
  ] as [string, string, Partial<Case>][])('waits while %s: %s', (_, reason, more) => {
    expect(judge(day(14, 1), first, 'warning', more)).toEqual({ verdict: 'wait', reason });
  });

  test('of mode notify waits where the mode is disable now: that scan warns with a date', () => {
    const episode = fired({ grace: 1, graceMode: 'notify', told: { ana: { ...asked, dated: false } } });
    expect(judge(day(15), episode, 'warning')).toEqual({ verdict: 'wait', reason: 'new-grace' });
  });

  test('goes while disabling is paused', () => {
    const pauses = pausing('disable');
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

  test('goes in a hold that only keeps the task from being turned off', () => {
    const tried = reminded({ reminder: { lead: 3 * DAY, deadline: day(21), state: 'tried' } });
    expect(judge(day(21), tried, 'reminder')).toEqual({
      verdict: 'send',
      disableAt: day(22),
      after: DAY,
    });
  });

  test('that was not taken before disableAt moves it to its acceptance + the shortest lead', () => {
    expect(judge(day(21), reminded(), 'reminder')).toMatchObject({ verdict: 'send', disableAt: day(22) });
    expect(judge(day(23, 5), reminded(), 'reminder')).toMatchObject({ disableAt: day(24, 5) });
    expect(judge(day(21) - HOUR, reminded(), 'reminder')).toMatchObject({ disableAt: day(21) });
  });

  const undated = { dated: false };
  test.each([
    ['it was declined', 'declined', { recipients: [{ ...ana, declined: true }] }, {}],
    ['the mode went down to notify', 'stage', { policy: aPolicy({ mode: 'notify' }) }, {}],
    ['the mode went down to detect', 'stage', { policy: aPolicy({ mode: 'detect' }) }, {}],
    ['it is done', 'reminded', {}, { reminder: { lead: 3 * DAY, deadline: day(21), state: 'done' } }],
    ['there is none', 'reminded', {}, { reminder: undefined }],
    ['its recipient left', 'no-recipient', { recipients: [bob] }, {}],
    ['their warning bounced', 'not-warned', { recipients: [ana, bob] }, { warning: 'failed' }],
    ['their warning was not taken', 'not-warned', { recipients: [ana, bob] }, { warning: 'tried' }],
  ] as [string, string, Partial<Case>, Partial<RecipientPart>][])(
    'is void where %s: %s',
    (_, reason, more, part) => {
      const { told: of, ...open } = reminded(part);
      // That bob was warned keeps the grace.
      const episode = { ...open, told: { ...of, bob: warnedAt(day(14)) } };
      expect(judge(day(18), episode, 'reminder', more)).toEqual({ verdict: 'void', reason });
    },
  );

  test('is void where their warning is of a grace that is over', () => {
    const parts = { ...reminded().told, bob: warnedAt(day(16), { grace: 2 }) };
    const episode = graced({ grace: 2, told: parts });
    expect(judge(day(18), episode, 'reminder', { recipients: [ana, bob] })).toEqual({
      verdict: 'void',
      reason: 'not-warned',
    });
  });

  test('is void where no date was ever named', () => {
    expect(judge(day(18), { ...reminded(undated), dates: [] }, 'reminder')).toEqual({
      verdict: 'void',
      reason: 'no-date',
    });
  });
});

describe('the notice of a deadline', () => {
  const END = day(16);
  const policy = aPolicy({ stopNotice: DAY, atDeadline: 'disable' });
  const judgeIt = (now: Instant, more: Partial<Case> = {}, key = 'ana') =>
    judgeStopping(aCase(now, { task: aTask({ deadline: END }), policy, hearers: [ana], ...more }), key, now);
  const announced = (more: Partial<Announced> = {}): Stopping => ({
    moves: 2,
    seen: END,
    told: { ana: { address: ana.address, pending: { deadline: END, moves: 2 }, ...more } },
  });

  test('goes with the deadline, as it stands after so many moves', () => {
    expect(judgeIt(day(15))).toEqual({ verdict: 'send', deadline: END, moves: 0, binds: true });
    expect(judgeIt(END - 1, { stopping: announced() })).toEqual({
      verdict: 'send',
      deadline: END,
      moves: 2,
      binds: true,
    });
  });

  test('goes with a deadline that moved earlier since it was asked for', () => {
    const task = aTask({ deadline: END - HOUR });
    expect(judgeIt(day(15), { task, stopping: announced() })).toMatchObject({
      deadline: END - HOUR,
      moves: 3,
    });
  });

  test.each([
    ['disable', 'disable', true],
    ['disable', 'alert', false],
    ['disable', 'nothing', false],
    ['notify', 'disable', false],
  ] as const)(
    'in mode %s with atDeadline %s lets the task be turned off at it: %s',
    (mode, atDeadline, binds) => {
      const milder = aPolicy({ stopNotice: DAY, mode, atDeadline });
      expect(judgeIt(day(15), { policy: milder })).toMatchObject({ verdict: 'send', binds });
    },
  );

  test('is judged by what is written for the task, whatever its open episode is judged by', () => {
    const other = { policy: aPolicy({ mode: 'notify', stopNotice: null }), written: policy };
    expect(judgeIt(day(15), other)).toMatchObject({ verdict: 'send', binds: true });
  });

  test('goes while health is unknown, and while evaluation is paused', () => {
    const pauses = pausing('evaluate', 'disable');
    expect(judgeIt(day(15), { pauses, unknown: [span(day(14), null)] }).verdict).toBe('send');
  });

  test.each([
    ['there is no deadline any more', 'no-deadline', { task: aTask() }],
    ['the deadline has come', 'due', { task: aTask({ deadline: day(15) }) }],
    ['it moved so that it is not due yet', 'not-due', { task: aTask({ deadline: day(17) }) }],
    ['nobody is notified in its mode', 'stage', { policy: { ...policy, mode: 'detect' } }],
    ['it is kept', 'held', { keep: { kind: 'keep', until: END, by: 'x', at: day(14) } }],
    [
      'a system turned it on again',
      'held',
      { task: aTask({ deadline: END, reverted: { at: day(14), disabledAt: day(13) } }) },
    ],
    ['its recipient left', 'no-recipient', { hearers: [bob] }],
    ['it has no recipients', 'no-recipient', { hearers: undefined }],
    ['it was declined', 'declined', { hearers: [{ ...ana, declined: true }] }],
    ['they were notified of it', 'told', { stopping: announced({ last: { deadline: END, moves: 0 } }) }],
    [
      'they were notified of one that moved on within the notice',
      'told',
      { stopping: announced({ last: { deadline: day(15), moves: 2 } }) },
    ],
  ] as [string, string, Partial<Case>][])('is void where %s: %s', (_, reason, more) => {
    expect(judgeIt(day(15), more)).toEqual({ verdict: 'void', reason });
  });

  const queued = queuedAt(day(15), day(21));
  const requested = requestedAt(day(15), day(21));
  test.each([
    ['notifying is paused', 'paused', { pauses: pausing('notify') }],
    ['it is being disabled as an abandoned one', 'disabling', { episode: graced({ disabling: requested }) }],
  ] as [string, string, Partial<Case>][])('waits while %s: %s', (_, reason, more) => {
    expect(judgeIt(day(15), more)).toEqual({ verdict: 'wait', reason });
  });

  test('goes while an episode is open of which nothing is asked', () => {
    expect(judgeIt(day(15), { episode: graced() }).verdict).toBe('send');
  });

  test('is due to nobody where nobody looked for recipients', () => {
    const taskCase = aCase(day(15), { task: aTask({ deadline: END }), policy });
    expect(hearersDue(stoppingCase(taskCase, day(15)), day(15))).toEqual({ deadline: END, to: [] });
  });

  test('goes while its disabling is only queued', () => {
    expect(judgeIt(day(15), { episode: graced({ disabling: queued }) }).verdict).toBe('send');
  });
});

describe('the warning of an overdue task', () => {
  const END = day(20);
  const late = { task: aTask({ deadline: END }) };
  const policy = aPolicy({
    stopNotice: 2 * DAY,
    disableAfter: 2 * DAY,
    atDeadline: 'disable',
    reminders: [],
  });
  const overdue = (more: Partial<Episode> = {}) =>
    graced({
      alert: 'task_overdue',
      firedAt: END,
      since: END,
      disableAfter: 2 * DAY,
      told: { ana: asked },
      dates: [],
      ...more,
    });

  test('prints stopNotice from its claim on, rounded up to the minute', () => {
    expect(judge(END + 1, overdue(), 'overdue', { ...late, policy })).toEqual({
      verdict: 'send',
      disableAt: day(22) + MINUTE,
      after: 2 * DAY,
    });
  });

  const joined = overdue({
    told: { ana: warnedAt(END), bob: { ...asked, address: bob.address } },
    dates: [{ at: END, disableAt: day(22), grace: 1, after: 2 * DAY }],
  });
  const two = { ...late, policy, recipients: [ana, bob] };
  test('of one who joins prints the date as it stands, however little is left', () => {
    expect(judge(day(22) - 1, joined, 'overdue', two, 'bob')).toEqual({
      verdict: 'send',
      disableAt: day(22),
      after: 2 * DAY,
    });
  });

  test('of one who joins once the date has come moves it a day on: no mail names a date that is past', () => {
    expect(judge(day(22), joined, 'overdue', two, 'bob')).toMatchObject({ disableAt: day(23), after: DAY });
  });
});
