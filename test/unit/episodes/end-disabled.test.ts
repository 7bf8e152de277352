import { describe, expect, test } from 'vitest';
import { decide } from '../../../functions/abandonment/decide.ts';
import type { DisableRequest } from '../../../functions/abandonment/task.ts';
import { HOUR } from '../../../functions/abandonment/time.ts';
import {
  afterConfirmation,
  isNews,
  isOnAgain,
  requestAnswered,
  undoRequestIdOf,
  type Word,
} from '../../../functions/episodes/confirm.ts';
import { type ConfirmedDisabling, endDisabled } from '../../../functions/episodes/end-disabled.ts';
import { type AlertRecord, alertFromRow } from '../../../functions/store/alerts.ts';
import { keys } from '../../../functions/store/keys.ts';
import { milestoneFromRow } from '../../../functions/store/milestones.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';
import { newTaskRecord, type TaskRecord } from '../../../functions/store/tasks.ts';
import { aCase, ana, aTask, bob, day, evidenceOf, graced, T0 } from '../abandonment/decide-builders.ts';

const BY_RUN = { by: 'run', run: 'r', disableAt: day(21) } as const;
const BY_ANA = { by: 'person', person: 'ana@acme.test', at: day(20) } as const;
const REQUEST: DisableRequest = { at: day(21), episode: 1, asker: BY_RUN, since: T0 };
/** Its owning system says so an hour later. */
const WORD: Word = { version: 5, at: day(21, 1), requestId: 'acmeCo/a#1' };
const DISABLING = {
  state: 'requested',
  asker: BY_RUN,
  queuedAt: day(21),
  requestedAt: day(21),
  attempts: 1,
} as const;

const ASKED: TaskRecord = {
  ...newTaskRecord(aTask({ version: 5 })),
  ...{ episodes: 1, rev: 3, asked: REQUEST },
  evidence: evidenceOf(day(21), {
    restarts: { total: 50, atLoss: 8 },
    twitches: { count: 2, lastAt: day(3) },
  }),
  open: graced({ disabling: DISABLING, mails: ['d1'], warned: true, cell: 'notify pending' }),
};
const CLOSED: TaskRecord = { ...ASKED, open: null };

function confirmed(before: TaskRecord, more: Partial<ConfirmedDisabling> = {}) {
  const now = day(21, 2);
  const taskCase = aCase(now, { task: before.task, evidence: before.evidence, episode: before.open });
  const step = endDisabled(before, {
    ...{ request: REQUEST, word: WORD, taskCase, decision: decide(taskCase, now) },
    ...{ told: new Map([['ana', ana.address]]), now, notBefore: now + HOUR },
    ...more,
  });
  const rows = (step.beside ?? []).flatMap((write) => ('put' in write ? [write.put] : []));
  const of = (sk: string) => rows.filter((row) => row.sk.startsWith(sk));
  return {
    ...step,
    rows,
    deleted: (step.beside ?? []).flatMap((write) => ('delete' in write ? [write.delete] : [])),
    alerts: of('A#').map(alertFromRow),
    notices: of('N#').map(({ recipient, address, episode, pending }) => ({
      recipient,
      address,
      episode,
      pending,
    })),
    audits: rows.filter(({ act }) => act === 'disabled'),
    milestones: rows.filter((row) => row.cell).map((row: Row) => milestoneFromRow(row)),
    told: rows.flatMap(({ code }) => (code ? [code] : [])),
  };
}

describe('a task that we disabled', () => {
  test('is off since its owning system says so, by the run that asked', () => {
    const { record } = confirmed(ASKED);
    expect(record).toMatchObject({ task: { enabled: false, version: 5 }, open: null, asked: null });
    expect(record.disabledByUs).toEqual({
      ...{ at: day(21, 1), episode: 1, run: 'r' },
      counted: { cell: { plane: 'eu-1', mode: 'notify', cause: 'pending' }, perDay: 1.992 },
    });
    expect(record.listed).toBeNull();
  });

  test('by a person is theirs', () => {
    const done = confirmed(ASKED, { request: { ...REQUEST, asker: BY_ANA } });
    expect(done.record.disabledByUs?.run).toBeNull();
    expect(done.alerts).toMatchObject([{ reason: 'disabled-by-owner', run: null }]);
    expect(done.audits).toMatchObject([
      { by: 'ana@acme.test', reason: 'its owner asked for it', evidence: { disableAt: day(20), run: null } },
    ]);
    expect(done.notices).toMatchObject([{ pending: { facts: { resolvedReason: 'disabled-by-owner' } } }]);
    expect(done.milestones).toMatchObject([{ kind: 'disabled', byOwner: true }]);
    expect(done.rows.filter(({ pk }) => pk.startsWith('RUN#'))).toEqual([]);
  });

  test('has an audit row with what it was decided on, and the row that finds it by its run', () => {
    const done = confirmed(ASKED, { request: { ...REQUEST, decided: { reason: 'grace-over', counted: 7 } } });
    expect(done.audits).toMatchObject([
      {
        ...{ at: day(21, 2), by: 'taskwarden', reason: 'abandoned; its grace is over', mails: ['d1'] },
        evidence: {
          ...{ reason: 'grace-over', counted: 7, disableAt: day(21), run: 'r', episode: 1 },
          ...{ requestedAt: day(21), confirmedAt: day(21, 1) },
        },
      },
    ]);
    expect(done.rows.find(({ pk }) => pk === 'RUN#r')).toMatchObject({
      ...{ sk: 'acmeCo/a', at: day(21, 1), ttl: { kind: 'alerts', from: day(21, 2) } },
    });
    expect(confirmed(CLOSED).audits).toMatchObject([{ mails: [], evidence: { notPrimarySince: T0 } }]);
  });

  test('is told of with the facts as they were, by the time that what else is disabled goes', () => {
    expect(confirmed(ASKED).notices).toEqual([
      {
        ...{ recipient: 'ana', address: ana.address, episode: 1 },
        pending: {
          ...{ notice: 'disabled', since: day(21, 2), notBefore: day(21, 3) },
          facts: { since: T0, restarts: 42, twitches: 2, disabledAt: day(21, 1), resolvedReason: 'disabled' },
        },
      },
    ]);
    const request = { ...REQUEST, alert: 'task_overdue' } as const;
    expect(confirmed(ASKED, { request }).notices).toMatchObject([
      { pending: { facts: { alert: 'task_overdue' } } },
    ]);
  });

  test('says until when it can be enabled as it was, where its owning system says so', () => {
    const done = confirmed(ASKED, { word: { ...WORD, restorableUntil: day(50) } });
    expect(done.record.disabledByUs).toMatchObject({ restorableUntil: day(50) });
    expect(done.notices).toMatchObject([{ pending: { facts: { restorableUntil: day(50) } } }]);
    expect(confirmed(ASKED).record.disabledByUs).not.toHaveProperty('restorableUntil');
  });

  test('and that is listed is known by its revision, and with what was kept of it', () => {
    const listed = { ...ASKED, listed: { revision: 'r1' } };
    const done = confirmed(listed, { word: { ...WORD, kept: 'RUNNING' } });
    expect(done.record.disabledByUs).toMatchObject({ revision: 'r1' });
    expect(done.record.listed).toEqual({ revision: 'r1', kept: 'RUNNING' });
    expect(confirmed(listed).record.listed).toStrictEqual({ revision: 'r1' });
    expect(confirmed(ASKED, { word: { ...WORD, kept: 'RUNNING' } }).record.listed).toBeNull();
    expect(confirmed(ASKED).record.disabledByUs).not.toHaveProperty('revision');
  });

  test('is counted once, with what was tried in vain', () => {
    expect(confirmed(ASKED).milestones).toEqual([
      {
        ...{
          kind: 'disabled',
          at: day(21, 2),
          task: 'acmeCo/a',
          episode: 1,
          byOwner: false,
          wasWarned: true,
        },
        ...{ restarts: 42, perDay: 1.992, cell: { plane: 'eu-1', mode: 'notify', cause: 'pending' } },
      },
    ]);
    const overdue = confirmed(ASKED, { request: { ...REQUEST, alert: 'task_overdue' } });
    expect(overdue.milestones).toMatchObject([{ kind: 'disabled', perDay: 0 }]);
    expect(overdue.record.disabledByUs).toMatchObject({ counted: { perDay: 0 } });
  });

  test('whose episode was over is counted as it is now, as one of whom nobody knows who was warned', () => {
    const cell = { plane: 'eu-1', mode: 'disable', cause: 'failed' };
    expect(confirmed(CLOSED).milestones).toMatchObject([{ kind: 'disabled', wasWarned: false, cell }]);
    const next = { ...ASKED, open: graced({ number: 2, warned: true, cell: 'notify pending' }) };
    expect(confirmed(next).milestones).toMatchObject([{ kind: 'disabled', wasWarned: false, cell }]);
  });

  test.each<[string, TaskRecord, boolean]>([
    ['once', ASKED, false],
    ['more than once', { ...ASKED, open: graced({ disabling: { ...DISABLING, attempts: 2 } }) }, true],
    ['once, and refused before', { ...ASKED, open: graced({ disabling: DISABLING, refusals: 1 }) }, true],
    ['for an episode that is over', CLOSED, true],
  ])('is no longer told to operators as failing where it was asked for %s', (_how, before, isOver) => {
    const key = keys.operatorAlert('disable-failing', 'acmeCo/a');
    expect(confirmed(before).deleted).toEqual(isOver ? [key] : []);
  });
});

describe('a task that is on again by the time that its disabling is heard of', () => {
  const on = (more = {}): TaskRecord => ({ ...ASKED, task: aTask({ version: 6, ...more }) });

  test('was reverted by a system: operators are told, and it is counted as left', () => {
    const done = confirmed(on());
    expect(done.record.task).toMatchObject({
      ...{ enabled: true, enabledAt: day(21, 1), reverted: { at: day(21, 1), disabledAt: day(21, 1) } },
    });
    expect(done.record.evidence.restarts).toEqual({ total: 50, atLoss: 50 });
    expect(done.told).toEqual(['disable-reverted']);
    expect(done.milestones).toMatchObject([
      { kind: 'disabled' },
      { kind: 'left', why: 'published', perDay: 1.992 },
    ]);
  });

  test('was reverted once: operators are not told twice', () => {
    const reverted = { at: day(2), disabledAt: day(1) };
    expect(confirmed(on({ reverted })).told).toEqual([]);
  });

  test('was published by a user since: nobody reverted anything', () => {
    const done = confirmed(on({ publishedByUserAt: day(21, 1), enabledAt: day(21, 2) }));
    expect(done.record.task).toMatchObject({ enabledAt: day(21, 2) });
    expect(done.record.task).not.toHaveProperty('reverted');
    expect(done.told).toEqual([]);
    expect(confirmed(on({ publishedByUserAt: day(21, 1) - 1 })).told).toEqual(['disable-reverted']);
  });
});

describe('a disabling whose episode was over', () => {
  const ALERT: AlertRecord = {
    ...{
      task: 'acmeCo/a',
      episode: 1,
      type: 'task_abandoned',
      stage: 'disable',
      since: T0,
      firedAt: day(14),
    },
    ...{ resolvedAt: day(20), reason: 'kept', evidence: {}, mails: [], run: null, holders: [] },
    untold: [
      { key: 'ana', pending: null },
      { key: 'eve', pending: null },
    ],
  };

  test('is told of all the same, and what is open goes on', () => {
    const next = { ...ASKED, open: graced({ number: 2 }) };
    const done = confirmed(next, { told: new Map([['bob', bob.address]]) });
    expect(done.notices).toMatchObject([{ recipient: 'bob', address: bob.address, episode: 1 }]);
    expect(done.record.open?.number).toBe(2);
    expect(done.record.next).toEqual({ at: day(21, 2), why: 'look' });
    expect(done.alerts).toEqual([]);
  });

  test('with many to tell lists them on its alert, each once, as long as nobody else changed that', () => {
    const done = confirmed(CLOSED, {
      ...{ lists: { alert: ALERT, w: 'w1' } },
      told: new Map([
        ['ana', ana.address],
        ['bob', bob.address],
      ]),
    });
    expect(done.notices).toEqual([]);
    const [alert] = done.alerts;
    expect(alert).toMatchObject({ episode: 1, reason: 'kept', resolvedAt: day(20) });
    expect(alert?.untold).toMatchObject([
      { key: 'eve', pending: null },
      { key: 'ana', address: ana.address, pending: { notice: 'disabled' } },
      { key: 'bob', address: bob.address, pending: { notice: 'disabled' } },
    ]);
    expect(done.untold).toEqual(alert);
    expect(done.beside).toContainEqual(expect.objectContaining({ if: [{ equals: ['w', 'w1'] }] }));
  });
});

describe('the word of an owning system', () => {
  const off = { ...ASKED, task: aTask({ enabled: false, version: 5 }) };

  test('answers the request that it names, whenever it comes', () => {
    expect(requestAnswered(ASKED, { ...WORD, at: day(99) })).toBe(REQUEST);
    expect(requestAnswered(ASKED, { ...WORD, requestId: 'acmeCo/a#2' })).toBeNull();
    expect(requestAnswered({ ...ASKED, asked: null }, WORD)).toBeNull();
    expect(requestAnswered(ASKED, { ...WORD, requestId: undoRequestIdOf('acmeCo/a', 1) })).toBeNull();
    expect(undoRequestIdOf('acmeCo/a', 1)).toBe('acmeCo/a#1#undo');
  });

  test('that names none answers the newest one for a day', () => {
    const unnamed = { version: 5 };
    expect(requestAnswered(ASKED, { ...unnamed, at: day(22) - 1 })).toBe(REQUEST);
    expect(requestAnswered(ASKED, { ...unnamed, at: day(22) })).toBeNull();
  });

  test.each<[string, TaskRecord, Partial<Word>, boolean]>([
    ['of a task that is on', { ...ASKED, asked: null }, {}, true],
    ['of an earlier version', { ...ASKED, asked: null, task: aTask({ version: 6 }) }, {}, false],
    ['of a task that is off already', { ...off, asked: null }, {}, false],
    ['of a task that is off, and that we had asked for', off, {}, true],
    ['of an earlier version, and that we had asked for', { ...ASKED, task: aTask({ version: 6 }) }, {}, true],
    ['of a deleted task', { ...ASKED, task: aTask({ deletedAt: day(20) }) }, {}, false],
  ])('%s is news: %s', (_of, record, more, isIt) => {
    expect(isNews(record, { ...WORD, ...more })).toBe(isIt);
  });

  test('is overtaken where the task is on in a later version', () => {
    const inVersion = (version: number, enabled = true) => ({ ...ASKED, task: aTask({ version, enabled }) });
    expect(isOnAgain(inVersion(6), WORD)).toBe(true);
    expect(isOnAgain(inVersion(5), WORD)).toBe(false);
    expect(isOnAgain(inVersion(6, false), WORD)).toBe(false);
  });

  test('turns the task off, and never takes a version back', () => {
    expect(afterConfirmation(ASKED, { ...WORD, version: 7 }).task).toMatchObject({
      enabled: false,
      version: 7,
    });
    expect(
      afterConfirmation({ ...off, task: aTask({ enabled: false, version: 9 }) }, WORD).task.version,
    ).toBe(9);
    expect(afterConfirmation(ASKED, WORD).evidence).toBe(ASKED.evidence);
  });
});
