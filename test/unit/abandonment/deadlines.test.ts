import { describe, expect, test } from 'vitest';
import {
  afterMove,
  afterOverdue,
  dateByStopping,
  endsBy,
  hearersDue,
  holdersOfStopping,
  isAnnounced,
  isRunningJob,
  judgedPolicy,
  NOTHING_ANNOUNCED,
  nextDeadlineEvaluation,
  notAnnounced,
  ownDeadline,
  reachOf,
  type StoppingCase,
  stoppingNow,
} from '../../../functions/abandonment/deadlines.ts';
import type { EffectivePolicy } from '../../../functions/abandonment/policy.ts';
import type { Announced, Keep, Stopping, Task } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../../functions/abandonment/time.ts';
import { ana, aPolicy, aTask, bob, day, fired, graced, span, T0 } from './decide-builders.ts';

/** The deadline of all cases, announced a day before. */
const END = day(10);
/** A task that its owning system ends at END. */
const ending = (more: Partial<Task> = {}): Task => aTask({ deadline: END, ...more });
/** A job that runs since T0. */
const job = (more: Partial<Task> = {}): Task => aTask({ kind: 'job', startedAt: T0, ...more });
/** Announces a day before a deadline, and turns off at it. */
const aNoticePolicy = (more: Partial<EffectivePolicy> = {}) =>
  aPolicy({ stopNotice: DAY, atDeadline: 'disable', ...more });
const keep = (until: Instant, at = T0): Keep => ({ kind: 'keep', until, by: 'ana@acme.test', at });

describe('the deadline of a task', () => {
  const failAfter = 3 * DAY;
  test.each([
    ['is what its owning system says', ending(), END],
    ['is none where that says nothing', aTask(), null],
    ['is none while it is off', ending({ enabled: false }), null],
    ['is none once it is deleted', ending({ deletedAt: day(1) }), null],
    ['is of no job only what is said, whenever it started', ending({ startedAt: T0 }), END],
    ['is none of no job of which only a start is known', aTask({ startedAt: T0 }), null],
    ['is of a running job its start + failAfter', job(), day(3)],
    ['is of a running job what is said, where that is earlier', job({ deadline: day(2) }), day(2)],
    ['is of a running job its start + failAfter, where that is earlier', job({ deadline: END }), day(3)],
    ['is none of a job that did not start', ending({ kind: 'job' }), null],
    ['is none of a job that came to its end', job({ endedAt: day(1), deadline: END }), null],
    ['is none of a job that is off', job({ enabled: false, deadline: END }), null],
    ['is none of a job that is deleted', job({ deletedAt: day(1), deadline: END }), null],
  ] as [string, Task, Instant | null][])('%s', (_, task, expected) => {
    expect(ownDeadline(task, { failAfter })).toBe(expected);
  });

  test('is of a running job what is said alone, where it may run for ever', () => {
    expect(ownDeadline(job({ deadline: END }), { failAfter: null })).toBe(END);
    expect(ownDeadline(job(), { failAfter: null })).toBeNull();
  });

  test.each([
    ['what is said', ending(), { deadline: END }],
    ['no start of what is no job', ending({ startedAt: T0 }), { deadline: END }],
    ['the start of a running job', job(), { startedAt: T0 }],
    ['both', job({ deadline: END }), { deadline: END, startedAt: T0 }],
    ['nothing where neither is known', aTask(), undefined],
    ['nothing of a start of what is no job', aTask({ startedAt: T0 }), undefined],
    ['nothing while it is off', ending({ enabled: false }), undefined],
  ] as [string, Task, object | undefined][])('follows from %s', (_, task, expected) => {
    expect(endsBy(task)).toEqual(expected);
  });
});

test.each([
  ['started', job(), true],
  ['not started', aTask({ kind: 'job' }), false],
  ['at its end', job({ endedAt: day(1) }), false],
  ['off', job({ enabled: false }), false],
  ['deleted', job({ deletedAt: day(1) }), false],
  ['no job', aTask({ startedAt: T0 }), false],
])('a job is under way while it is on and between its start and its end: %s', (_, task, expected) => {
  expect(isRunningJob(task)).toBe(expected);
});

describe('the policy of an episode', () => {
  const policy = aNoticePolicy({ escalateAt: DAY, recoveryMail: true });

  test('of an abandoned task, or without one, is that of its task', () => {
    expect(judgedPolicy(policy, graced())).toBe(policy);
    expect(judgedPolicy(policy, null)).toBe(policy);
  });

  test('of an overdue one has stopNotice as its grace, no reminders, no admins who join, no mail of a recovery', () => {
    expect(judgedPolicy(policy, fired({ alert: 'task_overdue' }))).toEqual({
      ...policy,
      disableAfter: DAY,
      reminders: [],
      escalateAt: null,
      recoveryMail: false,
    });
    const without = judgedPolicy({ ...policy, stopNotice: null }, fired({ alert: 'task_overdue' }));
    expect(without.disableAfter).toBe(7 * DAY);
  });

  test.each([
    ['disable', 'disable', 'disable'],
    ['disable', 'alert', 'notify'],
    ['disable', 'nothing', 'notify'],
    ['notify', 'disable', 'notify'],
    ['notify', 'alert', 'notify'],
    ['detect', 'disable', 'detect'],
    ['detect', 'alert', 'detect'],
  ] as const)(
    'of an overdue one in mode %s with atDeadline %s goes as in %s',
    (mode, atDeadline, expected) => {
      const overdue = judgedPolicy({ ...policy, mode, atDeadline }, fired({ alert: 'task_overdue' }));
      expect(overdue.mode).toBe(expected);
    },
  );
});

/** Ana was notified of END, after one move. */
const announcement = (more: Partial<Announced> = {}): Announced => ({
  address: ana.address,
  last: { deadline: END, moves: 1 },
  acceptedAt: day(9),
  ...more,
});
const announced = (more: Partial<Stopping> = {}): Stopping => ({
  moves: 1,
  seen: END,
  told: { ana: announcement() },
  ...more,
});

describe('a deadline that moves', () => {
  const move = { at: day(9), stopNotice: DAY };
  const isToldAnew = (from: Instant | null, to: Instant | null, stopNotice: Instant | null = DAY) => {
    const next = afterMove({ moves: 4, seen: from, told: {} }, to, { at: day(9), stopNotice });
    expect(next.seen).toBe(to);
    return next.moves === 5;
  };

  test.each([
    ['that comes anew', null, day(9, 1), true],
    ['that moves earlier', day(9, 3), day(9, 2), true],
    ['that moves more than stopNotice away', day(9, 3), day(10) + 1, true],
    ['that moves later, and just stays within the notice', day(9, 3), day(10), false],
    ['that is taken away', day(9, 3), null, false],
  ] as [string, Instant | null, Instant | null, boolean][])(
    '%s is announced again: %3$s',
    (_, from, to, anew) => {
      expect(isToldAnew(from, to)).toBe(anew);
    },
  );

  test('is announced again however little later, once there was no notice; not where it is past', () => {
    expect(isToldAnew(day(8), day(9) + 1, null)).toBe(true);
    expect(isToldAnew(day(8), day(9), null)).toBe(false);
  });

  test('to where it is, changes nothing', () => {
    const stopping = announced();
    expect(afterMove(stopping, END, move)).toBe(stopping);
  });

  test('away from what was announced and back is as if it had not moved', () => {
    const away = afterMove(announced(), day(20), move);
    expect(away).toEqual({ moves: 2, seen: day(20), told: { ana: announcement() } });
    expect(isAnnounced(away.told.ana, day(20), away.moves)).toBe(false);
    const back = afterMove(away, END, move);
    expect(back).toEqual({
      moves: 3,
      seen: END,
      told: { ana: announcement({ last: { deadline: END, moves: 3 } }) },
    });
    // What moves on within the notice from there is still the one that they were notified of.
    const on = afterMove(back, END + HOUR, { ...move, at: day(9, 12) });
    expect(isAnnounced(on.told.ana, END + HOUR, on.moves)).toBe(true);
  });

  test('back, leaves those as they are who were notified of another one, or of none yet', () => {
    const people = {
      ana: announcement(),
      bob: announcement({ address: bob.address, last: { deadline: day(5), moves: 0 } }),
      cia: { address: 'cia@acme.test', pending: { deadline: END, moves: 1 } },
    };
    const back = afterMove({ moves: 2, seen: day(20), told: people, lookAt: day(8) }, END, move);
    expect(back).toEqual({
      moves: 3,
      seen: END,
      told: { ...people, ana: announcement({ last: { deadline: END, moves: 3 } }) },
      lookAt: day(8),
    });
  });
});

describe('what is known of announcements now', () => {
  const policy = aNoticePolicy();

  test('is nothing but the deadline, of a task of which nothing was announced', () => {
    for (const none of [null, undefined])
      expect(stoppingNow(none, ending(), policy, day(9))).toEqual({ moves: 0, seen: END, told: {} });
    expect(stoppingNow(null, aTask(), policy, day(9))).toEqual(NOTHING_ANNOUNCED);
    expect(NOTHING_ANNOUNCED).toEqual({ moves: 0, seen: null, told: {} });
  });

  test('stays while the deadline does', () => {
    const stopping = announced();
    expect(stoppingNow(stopping, ending(), policy, day(9))).toBe(stopping);
  });

  test('has the moves that a policy made of it since, as of the instant at which the policy changed', () => {
    // Of a job that runs since T0: to the end of day 11, from that of day 10.
    const moved = (deadlinesMovedAt: Instant | undefined, now: Instant) => {
      const changed = aNoticePolicy({ failAfter: 11 * DAY, ...(deadlinesMovedAt && { deadlinesMovedAt }) });
      return stoppingNow(announced(), job(), changed, now).moves;
    };
    // More than the notice away when it changed, though no longer when that is found.
    expect(moved(day(10) - 1, day(10, 12))).toBe(2);
    expect(moved(day(10), day(10, 12))).toBe(1);
    // A change whose instant is not known, or lies ahead, is one of now.
    expect(moved(undefined, day(10) - 1)).toBe(2);
    expect(moved(undefined, day(10))).toBe(1);
    expect(moved(day(10), day(10) - 1)).toBe(2);
  });
});

/** Ana and bob are to be notified of END, which is announced a day before. */
const aStoppingCase = (more: Partial<StoppingCase> = {}): StoppingCase => ({
  task: ending(),
  policy: aNoticePolicy(),
  keep: null,
  stopping: { ...NOTHING_ANNOUNCED, seen: END },
  hearers: [ana, bob],
  reverted: false,
  ...more,
});

describe('an announcement', () => {
  test('is due from deadline − stopNotice on, until just before the deadline', () => {
    const why = (now: Instant) => notAnnounced(aStoppingCase(), now);
    expect(why(day(9) - 1)).toBe('not-due');
    expect(why(day(9))).toBeUndefined();
    expect(why(END - 1)).toBeUndefined();
    expect(why(END)).toBe('due');
  });

  test.each([
    ['of a task without a deadline', { task: aTask() }, 'no-deadline'],
    ['without stopNotice', { policy: aNoticePolicy({ stopNotice: null }) }, 'stage'],
    ['in mode detect', { policy: aNoticePolicy({ mode: 'detect' }) }, 'stage'],
    ['while our disabling stands reverted', { reverted: true }, 'held'],
    ['while it is kept', { keep: keep(day(9, 1) + 1) }, 'held'],
    ['while it is snoozed', { keep: { ...keep(day(9, 1) + 1), kind: 'snooze' } }, 'held'],
  ] as [string, Partial<StoppingCase>, string][])('is none %s', (_, more, reason) => {
    expect(notAnnounced(aStoppingCase(more), day(9, 1))).toBe(reason);
    expect(hearersDue(aStoppingCase(more), day(9, 1))).toBeUndefined();
  });

  test.each([
    ['in mode notify', { policy: aNoticePolicy({ mode: 'notify' }) }],
    ['once a keep came to its end', { keep: keep(day(9, 1)) }],
    [
      'while it is kept, where the task is not turned off at it',
      { keep: keep(END), policy: aNoticePolicy({ atDeadline: 'alert' }) },
    ],
    [
      'while a reversal stands, where the owning system ends the task',
      { reverted: true, policy: aNoticePolicy({ atDeadline: 'nothing' }) },
    ],
  ] as [string, Partial<StoppingCase>][])('is due %s', (_, more) => {
    expect(notAnnounced(aStoppingCase(more), day(9, 1))).toBeUndefined();
    expect(hearersDue(aStoppingCase(more), day(9, 1))).toEqual({ deadline: END, to: [ana, bob] });
  });

  test('goes to those who were not notified of this deadline, nor asked to be', () => {
    const due = (mark: Partial<Announced>) => {
      const people = { ana: { address: ana.address, ...mark } };
      const stopping = { moves: 2, seen: END, told: people };
      return hearersDue(aStoppingCase({ stopping }), day(9))?.to;
    };
    expect(due({ last: { deadline: END, moves: 2 } })).toEqual([bob]);
    expect(due({ pending: { deadline: END, moves: 2 } })).toEqual([bob]);
    // Of one before it, which moved within the notice; and of the same, before it moved away and back.
    expect(due({ last: { deadline: day(9, 20), moves: 2 } })).toEqual([bob]);
    expect(due({ pending: { deadline: day(9, 20), moves: 2 } })).toEqual([bob]);
    expect(due({ last: { deadline: END, moves: 1 } })).toEqual([bob]);
    // Of one before it that moved far.
    expect(due({ last: { deadline: day(8), moves: 1 } })).toEqual([ana, bob]);
    expect(due({ pending: { deadline: day(8), moves: 1 } })).toEqual([ana, bob]);
    expect(due({})).toEqual([ana, bob]);
  });

  test('goes to none who declined', () => {
    const hearers = [{ ...ana, declined: true }, bob];
    expect(hearersDue(aStoppingCase({ hearers }), day(9))?.to).toEqual([bob]);
  });

  test('was heard by who was notified of this deadline, or of one that it moved on from within the notice', () => {
    expect(isAnnounced(undefined, END, 1)).toBe(false);
    expect(isAnnounced({ address: ana.address }, END, 1)).toBe(false);
    expect(isAnnounced(announcement({ last: { deadline: END, moves: 0 } }), END, 1)).toBe(true);
    expect(isAnnounced(announcement({ last: { deadline: day(9), moves: 1 } }), END, 1)).toBe(true);
    expect(isAnnounced(announcement({ last: { deadline: day(9), moves: 0 } }), END, 1)).toBe(false);
    // One that was asked for is not heard.
    expect(isAnnounced({ address: ana.address, pending: { deadline: END, moves: 1 } }, END, 1)).toBe(false);
  });
});

test.each([
  [{ stopNotice: DAY, atDeadline: 'nothing' }, { lead: DAY }],
  [{ stopNotice: DAY, atDeadline: 'disable' }, { lead: DAY }],
  [{ mode: 'notify', stopNotice: DAY, atDeadline: 'alert' }, { lead: DAY }],
  [{ mode: 'detect', stopNotice: DAY, atDeadline: 'alert' }, { lead: 0 }],
  [{ mode: 'detect', stopNotice: DAY, atDeadline: 'nothing' }, null],
  [{ stopNotice: null, atDeadline: 'alert' }, { lead: 0 }],
  [{ stopNotice: null, atDeadline: 'nothing' }, null],
] as [Partial<EffectivePolicy>, object | null][])(
  'with %j a deadline asks for something %j before it',
  (more, reach) => {
    expect(reachOf(aPolicy(more))).toEqual(reach);
  },
);

describe('a deadline is evaluated next', () => {
  const next = (now: Instant, more: Partial<StoppingCase> = {}, isOpen = false) =>
    nextDeadlineEvaluation(aStoppingCase(more), isOpen, now);
  const leftAlone = aNoticePolicy({ atDeadline: 'nothing' });

  test('when it is found by itself: before its notice, and where there is none', () => {
    expect(next(day(9) - 1)).toBeUndefined();
    expect(next(day(9), { task: aTask() })).toBeUndefined();
    // Without a notice that is at the deadline itself.
    expect(next(END - 1, { policy: aNoticePolicy({ stopNotice: null }) })).toBeUndefined();
    expect(next(END - 1, { policy: aPolicy() })).toBeUndefined();
  });

  test('within its notice at its end, and only where something is done then', () => {
    expect(next(day(9))).toBe(END);
    expect(next(END - 1)).toBe(END);
    expect(next(day(9), { policy: leftAlone })).toBeNull();
  });

  test('when the keep ends that holds its announcement', () => {
    expect(next(day(9), { keep: keep(day(9, 5)) })).toBe(day(9, 5));
    expect(next(day(9), { keep: keep(day(20)) })).toBe(END);
    expect(next(day(9, 5), { keep: keep(day(9, 5)) })).toBe(END);
    // A keep that holds no announcement asks for no evaluation; nor does a reversal, of which nobody knows the end.
    expect(next(day(9), { keep: keep(day(9, 5)), policy: aNoticePolicy({ atDeadline: 'alert' }) })).toBe(END);
    expect(next(day(9), { keep: keep(day(9, 5)), policy: leftAlone })).toBeNull();
    expect(next(day(9), { reverted: true })).toBe(END);
    for (const until of [day(9, 4), day(9, 5)])
      expect(next(day(9, 5), { reverted: true, keep: keep(until) })).toBe(END);
  });

  test('once it is past with each scan until it fires, or when the keep ends that holds that', () => {
    expect(next(END)).toBe(END);
    expect(next(day(12))).toBe(day(12));
    expect(next(day(12), { keep: keep(day(14)) })).toBe(day(14));
    expect(next(day(14), { keep: keep(day(14)) })).toBe(day(14));
    expect(next(day(15), { keep: keep(day(14)) })).toBe(day(15));
    expect(next(END, { keep: keep(day(14)) })).toBe(day(14));
  });

  test('once it is past not before something changes, where it fired or nothing is done', () => {
    expect(next(END, {}, true)).toBeNull();
    expect(next(day(12), {}, true)).toBeNull();
    expect(next(day(12), { keep: keep(day(14)) }, true)).toBeNull();
    expect(next(day(12), { policy: leftAlone })).toBeNull();
    expect(next(day(12), { policy: leftAlone, keep: keep(day(14)) })).toBeNull();
  });
});

describe('the date of an overdue task', () => {
  type Overdue = Parameters<typeof dateByStopping>[0];
  /** Ana took the notice of END a day before it, while it was to turn the task off. */
  const heard = (more: Partial<Announced> = {}) =>
    announced({ told: { ana: announcement({ binds: true, ...more }) } });
  const anOverdue = (more: Partial<Overdue> = {}): Overdue => ({
    task: ending(),
    policy: aNoticePolicy(),
    keep: null,
    episode: fired({ alert: 'task_overdue', firedAt: END, since: END }),
    stopping: heard(),
    hearers: [ana],
    ...more,
  });
  const dateOf = (more: Partial<Overdue> = {}, now = END) => dateByStopping(anOverdue(more), [], now);

  test('is the deadline where its notice was taken in time', () => {
    expect(dateOf()).toEqual({ disableAt: END, after: DAY });
    expect(dateOf({ stopping: heard({ acceptedAt: day(3) }) })).toEqual({ disableAt: END, after: DAY });
  });

  test('is the acceptance + stopNotice where that is later, rounded up to the minute', () => {
    expect(dateOf({ stopping: heard({ acceptedAt: day(9, 5) }) })?.disableAt).toBe(day(10, 5));
    expect(dateOf({ stopping: heard({ acceptedAt: day(9, 5) + 1 }) })?.disableAt).toBe(day(10, 5) + MINUTE);
  });

  test('is that of the first who took it, of those who are reachable today', () => {
    const both = announced({
      told: {
        ana: announcement({ binds: true, acceptedAt: day(9, 6) }),
        bob: announcement({ binds: true, acceptedAt: day(9, 2) }),
      },
    });
    expect(dateOf({ stopping: both, hearers: [ana, bob] })?.disableAt).toBe(day(10, 2));
    expect(dateOf({ stopping: both, hearers: [ana] })?.disableAt).toBe(day(10, 6));
    expect(dateOf({ stopping: both, hearers: [] })).toBeNull();
  });

  test('is later by what was unknown since the acceptance', () => {
    const unknown = [span(day(8), day(9, 3)), span(day(9, 6), day(9, 8))];
    expect(dateByStopping(anOverdue(), unknown, END)?.disableAt).toBe(END + 5 * HOUR);
  });

  test.each([
    ['it has no deadline any more', { task: aTask() }],
    ['there is no stopNotice any more', { policy: aNoticePolicy({ stopNotice: null }) }],
    ['it is not turned off in its mode', { policy: aNoticePolicy({ mode: 'notify' }) }],
    ['a warning with a date of its own began', { episode: fired({ alert: 'task_overdue', grace: 1 }) }],
    ['nobody was notified', { stopping: NOTHING_ANNOUNCED }],
    [
      'they were notified of another deadline',
      { stopping: heard({ last: { deadline: day(11), moves: 1 } }) },
    ],
    [
      'they were asked to be notified, and were not',
      { stopping: announced({ told: { ana: { address: ana.address } } }) },
    ],
    ['it was not to be turned off when they were notified', { stopping: announced() }],
    ['an episode of that deadline is over', { stopping: heard({ spent: true }) }],
    ['it was enabled since', { task: ending({ enabledAt: day(9) + 1 }) }],
    ['somebody kept it since', { keep: keep(day(9, 12), day(9) + 1) }],
    ['the mode was raised since', { policy: aNoticePolicy({ modeRaisedAt: day(9) + 1 }) }],
    ['the table was restored since', { restoredAt: day(9) + 1 }],
  ] as [string, Partial<Overdue>][])('is none where %s', (_, more) => {
    expect(dateOf(more)).toBeNull();
  });

  test('is none where SES took nothing of it', () => {
    const { acceptedAt: _, ...waiting } = announcement({ binds: true });
    expect(dateOf({ stopping: announced({ told: { ana: waiting } }) })).toBeNull();
  });

  test('stands where all that happened at the very instant at which SES took the notice', () => {
    const at = day(9);
    expect(
      dateOf({
        task: ending({ enabledAt: at }),
        keep: keep(day(9, 12), at),
        policy: aNoticePolicy({ modeRaisedAt: at }),
        restoredAt: at,
      }),
    ).toEqual({ disableAt: END, after: DAY });
  });
});

describe('who holds a notice of the deadline at which a task was turned off', () => {
  test('are those who were notified of that one, by a mail that SES took', () => {
    const { acceptedAt: _, ...waiting } = announcement();
    const stopping = announced({
      told: {
        ana: announcement(),
        bob: announcement({ last: { deadline: day(9), moves: 0 } }),
        cia: waiting,
        dan: { address: 'dan@acme.test', acceptedAt: day(9) },
      },
    });
    expect(holdersOfStopping(stopping, END)).toEqual(['ana']);
  });

  test('are none where nothing was announced', () => {
    expect(holdersOfStopping(null, END)).toEqual([]);
  });
});

describe('once the episode of a deadline is over', () => {
  test('notices of it and of those before count no more, of one to come they do', () => {
    const stopping = announced({
      told: {
        ana: announcement(),
        bob: announcement({ last: { deadline: END + 1, moves: 1 } }),
        cia: { address: 'cia@acme.test', pending: { deadline: END, moves: 1 } },
      },
      lookAt: null,
    });
    expect(afterOverdue(stopping, END)).toEqual({
      ...stopping,
      told: { ...stopping.told, ana: announcement({ spent: true }) },
    });
  });

  test('nothing is known where nothing was announced', () => {
    expect(afterOverdue(null, END)).toBeNull();
  });
});
