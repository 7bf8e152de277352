import { describe, expect, test } from 'vitest';
import { judgedPolicy } from '../../../functions/abandonment/deadlines.ts';
import { type Case, decide } from '../../../functions/abandonment/decide.ts';
import type { EffectivePolicy } from '../../../functions/abandonment/policy.ts';
import type { Announced, Episode, Keep, Task } from '../../../functions/abandonment/task.ts';
import { DAY, type Instant } from '../../../functions/abandonment/time.ts';
import {
  aCase,
  ana,
  answerOf,
  aPolicy,
  aTask,
  bob,
  day,
  evidenceOf,
  fired,
  pausing,
  queuedAt,
  requestedAt,
  runningAt,
  span,
  T0,
  warnedAt,
} from './decide-builders.ts';

/** When the task of all cases is to end: before it is abandoned. */
const END = day(10);
const ending = (more: Partial<Task> = {}) => aTask({ deadline: END, ...more });
const aNoticePolicy = (more: Partial<EffectivePolicy> = {}) =>
  aPolicy({ stopNotice: DAY, atDeadline: 'disable', ...more });
const keep = (until: Instant, kind: Keep['kind'] = 'keep'): Keep => ({
  kind,
  until,
  by: 'ana@acme.test',
  at: day(9),
});

/** Asks at `now` about a task that is to end at END and has no episode. */
const at = (now: Instant, more: Partial<Case> = {}) =>
  decide(aCase(now, { task: ending(), policy: aNoticePolicy(), ...more }), now);

describe('a task that outlives its deadline', () => {
  test('fires at it, not a millisecond before', () => {
    expect(answerOf(at(END - 1))).toBe('waiting under-threshold');
    expect(answerOf(at(END))).toBe('fire overdue');
  });

  test.each([
    ['although it runs', { evidence: runningAt(END) }],
    ['of a kind without shards', { task: ending({ kind: 'collection' }) }],
    ['that Dekaf runs', { task: ending({ kind: 'materialization', dekaf: true }) }],
    [
      'a job that runs too long',
      { task: aTask({ kind: 'job', startedAt: day(9) }), policy: aNoticePolicy({ failAfter: DAY }) },
    ],
    ['although a user published', { task: ending({ publishedByUserAt: day(9) }) }],
    ['that is abandoned too, with one scan', { policy: aNoticePolicy({ warnAfter: DAY }) }],
    [
      'of which operators alone are to hear',
      { policy: aNoticePolicy({ mode: 'detect', atDeadline: 'alert' }) },
    ],
    ['while notifying and disabling are paused', { pauses: pausing('notify', 'disable') }],
    ['once a keep is over', { keep: keep(END) }],
  ] as [string, Partial<Case>][])('fires %s', (_, more) => {
    expect(answerOf(at(END, more))).toBe('fire overdue');
  });

  test('says so, with the deadline', () => {
    expect(at(END).facts).toMatchObject({ deadline: END, late: true });
    expect(at(END - 1).facts).toMatchObject({ deadline: END });
    expect(at(END - 1).facts).not.toHaveProperty('late');
    expect(at(END, { task: aTask() }).facts).not.toHaveProperty('deadline');
  });

  test('is left to its owning system where nothing is to be done', () => {
    const policy = aNoticePolicy({ atDeadline: 'nothing' });
    expect(answerOf(at(END, { policy }))).toBe('waiting under-threshold');
    expect(at(END, { policy }).facts).not.toHaveProperty('late');
    expect(answerOf(at(END, { policy, evidence: runningAt(END) }))).toBe('healthy alive');
  });

  test.each([
    ['evaluation is paused', 'hold paused', { pauses: pausing('evaluate') }],
    ['its health is unknown', 'hold unknown', { unknown: [span(day(9), null)] }],
    ['it is kept', 'hold kept', { keep: keep(day(12)) }],
    ['it is snoozed', 'hold kept', { keep: keep(day(12), 'snooze') }],
  ] as [string, string, Partial<Case>][])(
    'is held while %s, whether it fails or runs: %s',
    (_, expected, more) => {
      expect(answerOf(at(END, more))).toBe(expected);
      expect(answerOf(at(END, { ...more, evidence: runningAt(END) }))).toBe(expected);
      const job = aTask({ kind: 'job', startedAt: T0, deadline: END });
      expect(answerOf(at(END, { ...more, task: job }))).toBe(expected);
    },
  );

  test('is held for the first reason of several: paused, unknown, kept', () => {
    const all = { pauses: pausing('evaluate'), unknown: [span(day(9), null)], keep: keep(day(12)) };
    expect(answerOf(at(END, all))).toBe('hold paused');
    expect(answerOf(at(END, { ...all, pauses: pausing() }))).toBe('hold unknown');
  });

  test('that is kept is evaluated when the keep ends', () => {
    expect(at(END, { keep: keep(day(12)) }).nextLookAt).toBe(day(12));
  });

  test('of which nothing was ever observed is held, unless its kind has no shards', () => {
    const { observedAt: _, ...unseen } = evidenceOf(0, { statuses: [], lastSeen: {} });
    expect(answerOf(at(END, { evidence: unseen }))).toBe('hold unknown');
    const job = aTask({ kind: 'job', startedAt: T0, deadline: END });
    expect(answerOf(at(END, { evidence: unseen, task: job }))).toBe('fire overdue');
  });

  test('is none once it is off or deleted', () => {
    expect(answerOf(at(END, { task: ending({ enabled: false }) }))).toBe('ignore disabled');
    expect(answerOf(at(END, { task: ending({ deletedAt: day(9) }) }))).toBe('ignore deleted');
  });
});

/** The episode that fired at the deadline, and of which nobody was notified. */
const overdue = (more: Partial<Episode> = {}) =>
  fired({ alert: 'task_overdue', firedAt: END, since: END, disableAfter: DAY, ...more });

/** Asks at `now` about the open episode of that task, by the policy that is judged by. */
const open = (now: Instant, episode: Episode, more: Partial<Case> = {}) => {
  const written = more.policy ?? aNoticePolicy();
  return at(now, { episode, ...more, policy: judgedPolicy(written, episode), written });
};

describe('the episode of an overdue task ends', () => {
  const now = day(10, 6);
  const job = (more: Partial<Task> = {}) => aTask({ kind: 'job', startedAt: T0, deadline: END, ...more });
  const leftAlone = aNoticePolicy({ atDeadline: 'nothing' });

  const byPeople: [string, string, Partial<Case>][] = [
    ['it is deleted', 'deleted', { task: ending({ deletedAt: now }) }],
    ['it was deleted and came back', 'deleted', { task: ending({ cameBackAt: END + 1 }) }],
    ['it is off', 'ineligible', { task: ending({ enabled: false }) }],
    ['it is kept', 'kept', { keep: keep(day(12)) }],
    ['it is snoozed', 'snoozed', { keep: keep(day(12), 'snooze') }],
  ];
  const byItself: [string, string, Partial<Case>][] = [
    ['the job came to its end', 'ended', { task: job({ endedAt: now }) }],
    ['it was off and on again', 'ineligible', { task: ending({ enabledAt: END + 1 }) }],
    ['its deadline moved ahead', 'policy', { task: ending({ deadline: now + 1 }) }],
    ['its deadline was taken away', 'policy', { task: aTask() }],
    ['nothing is to be done any more', 'policy', { policy: leftAlone }],
  ];

  test.each([...byPeople, ...byItself])('when %s: %s', (_, reason, more) => {
    expect(answerOf(open(now, overdue(), more))).toBe(`resolve ${reason}`);
  });

  test.each(byPeople)('when %s, while evaluation is paused too', (_, reason, more) => {
    expect(answerOf(open(now, overdue(), { ...more, pauses: pausing('evaluate') }))).toBe(
      `resolve ${reason}`,
    );
  });

  test.each(byItself)('not because %s, while evaluation is paused', (_, __, more) => {
    expect(answerOf(open(now, overdue(), { ...more, pauses: pausing('evaluate') }))).toBe('hold paused');
  });

  test.each([
    ['a user published', { task: ending({ publishedByUserAt: now }) }],
    ['it runs', { evidence: runningAt(now) }],
    ['it is a job, which goes on', { task: job() }],
    ['a keep was over by then', { keep: keep(END) }],
    ['it was enabled before', { task: ending({ enabledAt: END }) }],
    ['it came back before', { task: ending({ cameBackAt: END }) }],
    ['it has an end as a job, which it is no more', { task: ending({ endedAt: day(9) }) }],
  ] as [string, Partial<Case>][])('not because %s', (_, more) => {
    expect(answerOf(open(now, overdue(), more))).toBe('warn not-warned');
  });

  test('as confirmed by others where it is off while its system is asked to disable it', () => {
    const off = { task: ending({ enabled: false }) };
    expect(answerOf(open(now, overdue({ disabling: requestedAt(END) }), off))).toBe('waiting disabling');
    expect(answerOf(open(now, overdue({ disabling: queuedAt(END) }), off))).toBe('resolve ineligible');
  });
});

describe('an overdue task whose deadline was announced', () => {
  const heard = (acceptedAt: Instant): Announced => ({
    address: ana.address,
    last: { deadline: END, moves: 0 },
    acceptedAt,
    binds: true,
  });
  const announcedAt = (acceptedAt: Instant) => ({
    stopping: { moves: 0, seen: END, told: { ana: heard(acceptedAt) } },
    hearers: [ana],
  });

  test('is disabled at its deadline, with no warning', () => {
    const decision = open(END, overdue(), announcedAt(day(9)));
    expect(decision).toMatchObject({ answer: 'disable', reason: 'grace-over', disableAt: END });
    expect(decision.facts.disableAt).toBe(END);
  });

  test('waits where its notice was taken less than stopNotice before', () => {
    const waiting = open(END, overdue(), announcedAt(day(9, 4)));
    expect(waiting).toMatchObject({ answer: 'waiting', reason: 'grace', nextLookAt: day(10, 4) });
    expect(waiting.facts.disableAt).toBe(day(10, 4));
    expect(answerOf(open(day(10, 4) - 1, overdue(), announcedAt(day(9, 4))))).toBe('waiting grace');
    expect(answerOf(open(day(10, 4), overdue(), announcedAt(day(9, 4))))).toBe('disable grace-over');
  });

  test('is disabled though nobody is left to be warned', () => {
    expect(answerOf(open(END, overdue(), { ...announcedAt(day(9)), recipients: [] }))).toBe(
      'disable grace-over',
    );
  });

  test.each([
    ['paused', 'evaluation is paused', { pauses: pausing('evaluate') }],
    ['unknown', 'its health is unknown', { unknown: [span(day(9, 23), null)] }],
    [
      'reverted',
      'a system turned it on again',
      { task: ending({ reverted: { at: day(5), disabledAt: day(4) } }) },
    ],
    ['paused', 'disabling is paused', { pauses: pausing('disable') }],
    ['feedback-silent', 'SES says nothing of mails', { feedbackSilent: true }],
  ] as [string, string, Partial<Case>][])('is held as %s while %s', (reason, _, more) => {
    expect(answerOf(open(END, overdue(), { ...announcedAt(day(9)), ...more }))).toBe(`hold ${reason}`);
  });

  test('is evaluated with each scan while it is paused or unknown', () => {
    expect(open(END, overdue(), { pauses: pausing('evaluate') }).nextLookAt).toBe(END);
    expect(open(END, overdue(), { unknown: [span(day(9), null)] }).nextLookAt).toBe(END);
  });

  test('waits for nothing in mode detect, and is warned without a date in mode notify', () => {
    const inMode = (mode: 'detect' | 'notify') =>
      open(END, overdue(), { ...announcedAt(day(9)), policy: aNoticePolicy({ mode }) });
    expect(answerOf(inMode('detect'))).toBe('waiting detecting');
    expect(answerOf(inMode('notify'))).toBe('warn not-warned');
    expect(inMode('notify').facts.disableAt).toBeNull();
  });
});

describe('an overdue task whose deadline was not announced', () => {
  test('is warned by a grace of its own', () => {
    expect(open(END, overdue(), { recipients: [ana, bob] })).toMatchObject({
      answer: 'warn',
      reason: 'not-warned',
      newGrace: true,
      to: [ana, bob],
    });
    expect(open(END, overdue()).facts.disableAt).toBeNull();
  });

  test('is held where nobody can be reached', () => {
    const held = open(END, overdue(), { recipients: [] });
    expect(answerOf(held)).toBe('hold no-reachable-owner');
    expect(held.nextLookAt).toBe(END);
  });

  const warned = overdue({
    grace: 1,
    graceMode: 'disable',
    told: { ana: warnedAt(END) },
    dates: [{ at: END, disableAt: day(11), grace: 1, after: DAY }],
  });

  test('is disabled stopNotice after that warning, without a reminder', () => {
    expect(answerOf(open(day(11) - 1, warned))).toBe('waiting grace');
    expect(open(day(11), warned)).toMatchObject({ answer: 'disable', disableAt: day(11) });
  });

  test('has its people notified once where it is not disabled at its deadline', () => {
    const policy = aNoticePolicy({ atDeadline: 'alert' });
    const parts = { ana: warnedAt(END, { dated: false }) };
    const notified = overdue({ grace: 1, graceMode: 'notify', told: parts });
    expect(answerOf(open(day(30), notified, { policy }))).toBe('waiting told');
    expect(open(day(30), notified, { policy }).facts.withdraw).toEqual([]);
    // From disable to alert is a lowered mode: who holds a date hears that it is off.
    expect(open(day(10, 1), warned, { policy }).facts.withdraw).toEqual(['ana']);
  });
});
