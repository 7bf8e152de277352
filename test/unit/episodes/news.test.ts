import { describe, expect, test } from 'vitest';
import { DAY, formatInstant } from '../../../functions/abandonment/time.ts';
import { newsOfChange } from '../../../functions/episodes/news.ts';
import { type AlertRecord, alertWrite } from '../../../functions/store/alerts.ts';
import { milestoneWrite } from '../../../functions/store/milestones.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { newTaskRecord, type TaskRecord } from '../../../functions/store/tasks.ts';
import type { NewsRecord } from '../../../functions/store/webhook-news.ts';
import { aTask, bob, day, fired, graced, T0, warnedAt } from '../abandonment/decide-builders.ts';

const ALL = [{ id: 'hook', prefix: '', types: [] }];
const writing = { clock: { now: () => day(16) }, random: { next: () => 0.5, id: () => 'ulid' } };

/** A task in its fourth episode, or after its third. */
const CLOSED: TaskRecord = { ...newTaskRecord(aTask()), episodes: 3, rev: 7 };
const OPEN: TaskRecord = { ...CLOSED, episodes: 4, open: graced({ number: 4 }) };
const OFF: TaskRecord = {
  ...CLOSED,
  task: aTask({ enabled: false }),
  disabledByUs: { at: day(15), episode: 3, run: 'r' },
};
const ON: TaskRecord = { ...CLOSED, disabledByUs: null };

const rowOf = (before: TaskRecord, after: TaskRecord, beside?: Write[]): NewsRecord | undefined => {
  const [write] = newsOfChange(writing, ALL, { before, after, ...(beside && { beside }) });
  return write && 'put' in write ? (write.put as unknown as NewsRecord) : undefined;
};

/** What is told of a change: the type of each event and what it says beside the task. */
const eventsOf = (before: TaskRecord, after: TaskRecord, beside?: Write[]) =>
  (rowOf(before, after, beside)?.events ?? []).map(({ type, data }) => {
    const { task: _, tenant: _t, kind: _k, dataPlane: _d, ...rest } = data;
    return [type, rest];
  });

const iso = (days: number) => formatInstant(day(days));

test('each event says of what task it is, in the order of its writes', () => {
  expect(rowOf(CLOSED, { ...CLOSED, hold: { reason: 'unknown', since: day(16) } })).toMatchObject({
    ...{ task: 'acmeCo/a', rev: 8, at: day(16), webhooks: ['hook'] },
    events: [
      {
        ...{ type: 'task.held', id: 'evt_ulid' },
        data: {
          ...{ task: 'acmeCo/a', tenant: 'acmeCo', kind: 'capture', dataPlane: 'eu-1' },
          ...{ episode: 3, reason: 'unknown' },
        },
      },
    ],
  });
});

test('without a webhook, and where nothing happened, nothing is written', () => {
  const change = { before: CLOSED, after: OPEN };
  expect(newsOfChange(writing, undefined, change)).toEqual([]);
  expect(newsOfChange(writing, [], change)).toEqual([]);
  expect(newsOfChange(writing, ALL, { before: OPEN, after: OPEN })).toEqual([]);
  expect(newsOfChange(writing, ALL, change)).toHaveLength(1);
});

describe('a keep', () => {
  const kept = (more: Partial<NonNullable<TaskRecord['keep']>> = {}): TaskRecord => ({
    ...CLOSED,
    keep: { kind: 'keep', until: day(40), by: 'ana@acme.test', at: day(15), ...more },
  });

  test('and a snooze are told with their end, and so is a new one', () => {
    expect(eventsOf(CLOSED, kept())).toEqual([['task.kept', { episode: 3, until: iso(40) }]]);
    expect(eventsOf(CLOSED, kept({ kind: 'snooze' }))).toEqual([
      ['task.snoozed', { episode: 3, until: iso(40) }],
    ]);
    expect(eventsOf(kept(), kept({ at: day(16) }))).toEqual([['task.kept', { episode: 3, until: iso(40) }]]);
    expect(eventsOf(kept(), kept({ until: day(50) }))).toEqual([
      ['task.kept', { episode: 3, until: iso(50) }],
    ]);
  });

  test('that stands, or is taken back, is no news', () => {
    expect(eventsOf(kept(), kept())).toEqual([]);
    expect(eventsOf(kept(), CLOSED)).toEqual([]);
  });
});

describe('what we disabled', () => {
  const off = (more: Partial<NonNullable<TaskRecord['disabledByUs']>>): TaskRecord => ({
    ...OFF,
    disabledByUs: { at: day(15), episode: 3, run: 'r', ...more },
  });
  const undo = (episode: number) => ({ episode, by: 'olga', at: day(15), state: 'enabled' as const });
  const enabling = { by: 'ana', reason: 'mine', at: day(15), nextAt: day(15) };

  test.each<[string, TaskRecord, TaskRecord, boolean]>([
    ['by somebody else', OFF, ON, false],
    ['as somebody asked', off({ undoneAt: day(15) }), ON, true],
    ['by its control plane, which was asked', off({ enabling }), ON, true],
    ['as an operator asked', OFF, { ...ON, undo: undo(3) }, true],
    ['after an operator undid another disabling', OFF, { ...ON, undo: undo(2) }, false],
  ])('is on again %s', (_how, before, after, undone) => {
    expect(eventsOf(before, after)).toEqual([['task.enabled', { episode: 3, undone }]]);
  });

  test('and is on, or never was off by us, is not told of as enabled', () => {
    expect(eventsOf(OFF, off({ undoneAt: day(15) }))).toEqual([]);
    expect(eventsOf({ ...OFF, disabledByUs: null }, ON)).toEqual([]);
    expect(eventsOf({ ...OFF, task: aTask() }, ON)).toEqual([]);
  });

  test('is told of once, with who disabled it', () => {
    const by = (who: string) => [['task.disabled', { episode: 3, at: iso(15), by: who }]];
    expect(eventsOf(ON, OFF)).toEqual(by('taskwarden'));
    expect(eventsOf(ON, off({ run: null }))).toEqual(by('person'));
    expect(eventsOf(OFF, off({ reminded: true }))).toEqual([]);
    expect(eventsOf(off({ episode: 2 }), OFF)).toEqual(by('taskwarden'));
    expect(eventsOf(ON, { ...OFF, task: aTask() })).toEqual([]);
    expect(eventsOf({ ...OFF, task: aTask() }, OFF)).toEqual(by('taskwarden'));
  });
});

describe('an episode that fires', () => {
  test('is told with what it is of and since when', () => {
    expect(eventsOf(CLOSED, { ...OPEN, open: fired({ number: 4 }) })).toEqual([
      ['task.abandoned', { episode: 4, since: iso(0) }],
    ]);
    expect(
      eventsOf(CLOSED, { ...OPEN, open: fired({ number: 4, alert: 'task_overdue', since: day(13) }) }),
    ).toEqual([['task.overdue', { episode: 4, since: iso(13) }]]);
  });

  test('is no news while it goes on', () => {
    expect(eventsOf(OPEN, { ...OPEN, open: graced({ number: 4, disableAfter: 9 * DAY }) })).toEqual([]);
  });
});

test('a hold is told where it begins and where its reason changes, not where it lasts or ends', () => {
  const held = (reason: 'unknown' | 'paused', since = day(15)): TaskRecord => ({
    ...CLOSED,
    hold: { reason, since },
  });
  expect(eventsOf(CLOSED, held('unknown'))).toEqual([['task.held', { episode: 3, reason: 'unknown' }]]);
  expect(eventsOf(held('unknown'), held('paused'))).toEqual([
    ['task.held', { episode: 3, reason: 'paused' }],
  ]);
  expect(
    eventsOf(held('unknown'), {
      ...held('unknown'),
      hold: { reason: 'unknown', since: day(15), late: true },
    }),
  ).toEqual([]);
  expect(eventsOf(held('unknown'), CLOSED)).toEqual([]);
});

describe('the warning of a grace', () => {
  const pending = warnedAt(day(14), { warning: 'pending' });
  const inEpisode = (more: Parameters<typeof graced>[0]): TaskRecord => ({
    ...OPEN,
    open: graced({ number: 4, ...more }),
  });
  const unheard = inEpisode({ told: { ana: pending, bob: pending }, dates: [] });
  const date = (disableAt: number, grace: number) => ({
    ...{ at: day(14), disableAt: day(disableAt), grace, after: 7 * DAY },
  });

  test('is told once SES took the first of it, with the newest date that it printed', () => {
    const heard = inEpisode({
      told: { ana: warnedAt(day(14)), bob: pending },
      dates: [date(21, 1), date(22, 1)],
    });
    expect(eventsOf(unheard, heard)).toEqual([['task.warned', { episode: 4, disableAt: iso(22) }]]);
  });

  test('is told without a date where none was threatened in this grace', () => {
    const heardAgain = { ana: warnedAt(day(14), { grace: 2 }) };
    expect(eventsOf(unheard, inEpisode({ grace: 2, told: heardAgain, dates: [date(21, 1)] }))).toEqual([
      ['task.warned', { episode: 4, disableAt: null }],
    ]);
  });

  test('is told again for a new grace, with its date', () => {
    const first = inEpisode({});
    const second = inEpisode({
      ...{ grace: 2, told: { ana: warnedAt(day(18), { grace: 2 }) }, dates: [date(21, 1), date(25, 2)] },
    });
    expect(eventsOf(first, second)).toEqual([['task.warned', { episode: 4, disableAt: iso(25) }]]);
  });

  test('is told again for the next episode', () => {
    const next = { ...OPEN, episodes: 5, open: graced({ number: 5 }) };
    expect(eventsOf({ ...OPEN, episodes: 5 }, next)).toEqual([
      ['task.warned', { episode: 5, disableAt: iso(21) }],
    ]);
  });

  test.each<[string, TaskRecord, TaskRecord]>([
    ['of which nothing was taken', unheard, inEpisode({ told: { ana: { ...pending, warning: 'failed' } } })],
    [
      'of which an earlier grace was taken',
      unheard,
      inEpisode({ grace: 2, told: { ana: warnedAt(day(14)) } }),
    ],
    [
      'that another recipient hears as well',
      inEpisode({ told: { ana: warnedAt(day(14)), bob: pending } }),
      inEpisode({ told: { ana: warnedAt(day(14)), bob: warnedAt(day(15)) } }),
    ],
    ['of an episode that is over', OPEN, { ...OPEN, open: null }],
  ])('%s is no news', (_what, before, after) => {
    expect(eventsOf(before, after)).toEqual([]);
  });
});

test('a reminder step is told when it is given out, and again where its date moved or a grace is new', () => {
  const step = { grace: 1, lead: 3 * DAY, deadline: day(21) };
  const withSteps = (...steps: (typeof step)[]): TaskRecord => ({
    ...OPEN,
    open: graced({ number: 4, rungs: steps }),
  });
  const reminded = (days: number) => ['task.reminded', { episode: 4, disableAt: iso(days) }];
  expect(eventsOf(OPEN, withSteps(step))).toEqual([reminded(21)]);
  expect(eventsOf(withSteps(step), withSteps(step))).toEqual([]);
  expect(eventsOf(withSteps(step), withSteps(step, { ...step, lead: DAY }))).toEqual([reminded(21)]);
  expect(eventsOf(withSteps(step), withSteps({ ...step, deadline: day(23) }))).toEqual([reminded(23)]);
  expect(eventsOf(withSteps(step), withSteps({ ...step, grace: 2 }))).toEqual([reminded(21)]);
  expect(eventsOf(withSteps(step, { ...step, lead: DAY }), withSteps(step))).toEqual([]);
  const before: TaskRecord = { ...OPEN, open: graced({ number: 3, rungs: [step] }) };
  expect(eventsOf(before, withSteps(step))).toContainEqual(reminded(21));
  expect(eventsOf({ ...OPEN, open: null }, withSteps(step))).toContainEqual(reminded(21));
});

test('a deadline of its own is told once SES took the first notice of it, and again where it moved', () => {
  const announced = (...last: ({ deadline: number; moves: number } | undefined)[]): TaskRecord => ({
    ...CLOSED,
    stopping: {
      ...{ moves: 1, seen: day(20) },
      told: Object.fromEntries(
        last.map((mark, place) => [`k${place}`, { address: bob.address, ...(mark && { last: mark }) }]),
      ),
    },
  });
  const at = (days: number, moves: number) => ({ deadline: day(days), moves });
  const stopping = (days: number) => ['task.stopping', { episode: 3, deadline: iso(days) }];
  expect(eventsOf(CLOSED, announced(at(20, 1)))).toEqual([stopping(20)]);
  expect(eventsOf(CLOSED, announced(at(20, 1), at(20, 1)))).toEqual([stopping(20)]);
  expect(eventsOf(CLOSED, announced(undefined))).toEqual([]);
  expect(eventsOf(announced(at(20, 1)), announced(at(20, 1), at(20, 1)))).toEqual([]);
  expect(eventsOf(announced(at(20, 1)), announced(at(19, 2)))).toEqual([stopping(19)]);
  expect(eventsOf(announced(at(20, 1)), announced(at(20, 3)))).toEqual([stopping(20)]);
  expect(eventsOf(announced(at(20, 1)), CLOSED)).toEqual([]);
});

describe('the end of an episode', () => {
  const alert = (episode: number, more: Partial<AlertRecord> = {}): Write =>
    alertWrite({
      ...{ task: 'acmeCo/a', episode, type: 'task_abandoned', stage: 'disable', since: T0 },
      ...{ firedAt: day(14), resolvedAt: day(16), reason: 'recovered', evidence: {}, mails: [] },
      ...{ run: null, untold: [], holders: [] },
      ...more,
    } as AlertRecord);
  const ended: TaskRecord = { ...OPEN, open: null };
  const resolved = (episode: number, reason = 'recovered', type = 'task_abandoned') => [
    'task.resolved',
    { episode, alert: type, reason },
  ];

  test('is told with its alert and its reason', () => {
    expect(eventsOf(OPEN, ended, [alert(4)])).toEqual([resolved(4)]);
    expect(eventsOf(OPEN, ended, [alert(4, { type: 'task_overdue', reason: 'ended' })])).toEqual([
      resolved(4, 'ended', 'task_overdue'),
    ]);
  });

  test('is that of the last writing of its alert', () => {
    expect(eventsOf(OPEN, ended, [alert(4), alert(4, { reason: 'kept' })])).toEqual([resolved(4, 'kept')]);
  });

  test('is told of one that fired and ended with the same write', () => {
    const both = { ...CLOSED, episodes: 4 };
    expect(
      eventsOf(CLOSED, both, [
        alert(4, { resolvedAt: null, reason: null } as Partial<AlertRecord>),
        alert(4),
      ]),
    ).toEqual([resolved(4)]);
  });

  test('is told beside the next one, which goes on', () => {
    const next: TaskRecord = { ...OPEN, episodes: 5, open: fired({ number: 5 }) };
    const open = alert(5, { resolvedAt: null, reason: null } as Partial<AlertRecord>);
    expect(eventsOf(OPEN, next, [alert(4), open])).toEqual([
      ['task.abandoned', { episode: 5, since: iso(0) }],
      ['task.resolved', { episode: 4, alert: 'task_abandoned', reason: 'recovered' }],
    ]);
    const third: TaskRecord = { ...CLOSED, episodes: 5, open: fired({ number: 5 }) };
    expect(eventsOf(CLOSED, third, [alert(4), open])).toContainEqual(resolved(4));
  });

  test.each<[string, TaskRecord, TaskRecord, Write[]]>([
    ['goes on', OPEN, OPEN, [alert(4)]],
    ['began with this write', CLOSED, { ...OPEN, open: fired({ number: 4 }) }, [alert(4)]],
    ['was over before', { ...OPEN, open: null }, { ...OPEN, open: null }, [alert(4)]],
    ['was over before the one that fired', CLOSED, { ...OPEN, open: fired({ number: 4 }) }, [alert(3)]],
  ])('is none where the episode %s', (_what, before, after, beside) => {
    expect(eventsOf(before, after, beside).filter(([type]) => type === 'task.resolved')).toEqual([]);
  });

  test('is none of other rows, of other tasks, or of an alert of an episode before', () => {
    const others: Write[] = [
      { delete: { pk: 'T#acmeCo/a', sk: 'A#0000000004' } },
      milestoneWrite({
        ...{ kind: 'fired', at: day(14), task: 'acmeCo/a', episode: 4, isOverdue: false },
        cell: { plane: 'eu-1', mode: 'disable', cause: 'failed' },
      }),
      alert(4, { task: 'acmeCo/b' }),
      alert(3),
      alert(4, { resolvedAt: null, reason: null } as Partial<AlertRecord>),
    ];
    for (const other of others) expect(eventsOf(OPEN, ended, [other])).toEqual([]);
    expect(eventsOf(OPEN, ended)).toEqual([]);
  });
});
