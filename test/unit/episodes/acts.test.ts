import { describe, expect, test } from 'vitest';
import type { Episode, Notice } from '../../../functions/abandonment/task.ts';
import { DAY } from '../../../functions/abandonment/time.ts';
import { withoutNoticeOf } from '../../../functions/episodes/notice-taken-back.ts';
import { isOpen, type OpenTask } from '../../../functions/episodes/open-task.ts';
import { withErased, withTried, withWarningTakenBack } from '../../../functions/episodes/recipient-part.ts';
import { heldSince, withApproval, withoutSpike, withSpikeHold } from '../../../functions/episodes/spike.ts';
import {
  type DisabledByUs,
  enabledAgain,
  enabledByPublication,
  enabledLater,
  enablingAsked,
  isDisabledByUs,
  isEnabling,
  withEnabling,
  withNoticesToWrite,
  withoutEnabling,
  withUndoAsked,
  withUndoNotified,
  withUndoRefused,
  withUndoRequested,
} from '../../../functions/episodes/undo.ts';
import type { AlertRecord } from '../../../functions/store/alerts.ts';
import { newTaskRecord, type TaskRecord } from '../../../functions/store/tasks.ts';
import { aTask, day, evidenceOf, graced, warnedAt } from '../abandonment/decide-builders.ts';

const CLOSED = newTaskRecord(aTask());
const WARNED: OpenTask = { ...CLOSED, episodes: 1, open: graced() };

test('a task is open while its episode is', () => {
  expect([CLOSED, WARNED].map(isOpen)).toEqual([false, true]);
});

describe('a spike', () => {
  test('holds a task until it is approved, and its hold is known from when it began', () => {
    const held = withSpikeHold(WARNED, day(21));
    expect(heldSince(held)).toBe(day(21));
    expect(withApproval(held, day(22)).open.brake).toStrictEqual({ heldAt: day(21), approvedAt: day(22) });
    expect(held.open).toEqual({ ...WARNED.open, brake: { heldAt: day(21) } });
  });

  test('may be approved for a time', () => {
    const spikeHold = { heldAt: day(21), approvedAt: day(22), approvedUntil: day(29) };
    expect(withApproval(withSpikeHold(WARNED, day(21)), day(22), day(29)).open.brake).toEqual(spikeHold);
  });

  test('never was, where what was decided before the table was restored is void', () => {
    expect(withoutSpike(withSpikeHold(WARNED, day(21)))).toEqual(WARNED);
  });

  test('an approval before the hold was marked counts from then', () => {
    expect(heldSince(WARNED)).toBeUndefined();
    expect(withApproval(WARNED, day(22)).open.brake).toEqual({ heldAt: day(22), approvedAt: day(22) });
  });
});

describe('a notice that could not be written', () => {
  const tried = (notice: 'warning' | 'reminder', record: OpenTask | undefined = WARNED, episode = 1) =>
    withTried(record, { recipient: 'ana', episode, notice }, day(18));

  test('warns nobody: its task is decided again at once', () => {
    const pending = { ...WARNED, open: graced({ told: { ana: warnedAt(day(14), { warning: 'pending' }) } }) };
    expect(tried('warning', pending)).toMatchObject({
      open: { told: { ana: { warning: 'tried' } } },
      next: { at: day(18), why: 'look' },
    });
  });

  test('leaves an accepted warning as it is', () => {
    expect(tried('warning')?.open.told).toEqual(WARNED.open.told);
  });

  test('of one without a reminder, or of another kind, is the warning', () => {
    const pending = { ...WARNED, open: graced({ told: { ana: warnedAt(day(14), { warning: 'pending' }) } }) };
    expect(tried('reminder', pending)?.open.told.ana?.warning).toBe('tried');
    const reminder = { lead: 1, deadline: day(21), state: 'pending' } as const;
    const both = {
      ...WARNED,
      open: graced({ told: { ana: warnedAt(day(14), { warning: 'pending', reminder }) } }),
    };
    expect(tried('warning', both)?.open.told.ana).toEqual(warnedAt(day(14), { warning: 'tried', reminder }));
    expect(tried('reminder', both)?.open.told.ana?.warning).toBe('pending');
    expect(withTried(CLOSED, { recipient: 'ana', episode: 1, notice: 'warning' }, 0)).toBeUndefined();
  });

  test('is a reminder that was tried', () => {
    const reminder = { lead: 1, deadline: day(21), state: 'pending' } as const;
    const reminded = { ...WARNED, open: graced({ told: { ana: warnedAt(day(14), { reminder }) } }) };
    expect(tried('reminder', reminded)?.open.told.ana?.reminder).toEqual({ ...reminder, state: 'tried' });
  });

  test('is nobody else of another episode, or where nobody was to be told', () => {
    expect(tried('warning', WARNED, 2)).toBeUndefined();
    expect(tried('warning', { ...WARNED, open: graced({ told: {} }) })).toBeUndefined();
    expect(withTried(undefined, { recipient: 'ana', episode: 1, notice: 'warning' }, 0)).toBeUndefined();
  });
});

test('a warning that is taken back failed; once, where SES took it, and of one recipient alone', () => {
  const takenBack = withWarningTakenBack(WARNED, 'ana');
  expect(takenBack.open?.told.ana).toEqual(warnedAt(day(14), { warning: 'failed' }));
  expect(withWarningTakenBack(takenBack, 'ana')).toBe(takenBack);
  expect(withWarningTakenBack(WARNED, 'bob')).toBe(WARNED);
  expect(withWarningTakenBack(CLOSED, 'ana')).toBe(CLOSED);
  const waiting = { ...WARNED, open: graced({ told: { ana: warnedAt(day(14), { warning: 'pending' }) } }) };
  expect(withWarningTakenBack(waiting, 'ana')).toBe(waiting);
});

test('whoever is forgotten has left, and stands under no address', () => {
  expect(withErased(WARNED, 'ana', 'forgotten').open?.told.ana).toEqual(
    warnedAt(day(14), { address: 'forgotten', left: true }),
  );
  expect(withErased(WARNED, 'bob', 'forgotten')).toBe(WARNED);
  expect(withErased(CLOSED, 'ana', 'forgotten')).toBe(CLOSED);
});

test('whoever is forgotten is told of deadlines under no address, and what they heard proves nothing', () => {
  const heard = (address: string) => ({
    address,
    last: { deadline: day(20), moves: 1 },
    acceptedAt: day(17),
  });
  const stopping = {
    moves: 1,
    seen: day(20),
    told: { ana: heard('ana@acme.test'), bob: heard('bob@acme.test') },
  };
  const record = { ...CLOSED, stopping };
  const forgotten = { ...stopping, told: { ana: { address: 'forgotten' }, bob: heard('bob@acme.test') } };
  expect(withErased(record, 'ana', 'forgotten')).toEqual({ ...record, stopping: forgotten });
  expect(withErased(record, 'eve', 'forgotten')).toBe(record);
  const both = withErased({ ...WARNED, stopping }, 'ana', 'forgotten');
  expect(both.stopping).toEqual(forgotten);
  expect(both.open?.told.ana).toMatchObject({ address: 'forgotten', left: true });
  expect(withErased({ ...WARNED, stopping }, 'bob', 'forgotten').open).toBe(WARNED.open);
  expect(
    withErased({ ...WARNED, stopping: { ...stopping, told: {} } }, 'ana', 'forgotten').stopping?.told,
  ).toEqual({});
});

describe('a notice that was taken back unsent', () => {
  const back = (record: TaskRecord | undefined, key: string, notice: Notice) =>
    withoutNoticeOf(record, key, notice, day(18));
  const look = { next: { at: day(18), why: 'look' } };
  const pending = warnedAt(day(14), { warning: 'pending' });
  const reminder = { lead: DAY, deadline: day(21), state: 'pending' } as const;
  const bob = warnedAt(day(14), { address: 'bob@acme.test' });
  const openWith = (more: Partial<Episode>): OpenTask => ({ ...WARNED, open: graced(more) });

  test('is asked for anew where it was the first that somebody was to hear', () => {
    expect(back(openWith({ told: { ana: pending, bob } }), 'ana', 'warning')).toEqual({
      ...openWith({ told: { bob } }),
      ...look,
    });
  });

  test('leaves a warning that SES took, and a reminder is done', () => {
    const parts = { ana: warnedAt(day(14), { reminder }), bob };
    expect(back(openWith({ told: parts }), 'ana', 'reminder')?.open?.told).toEqual({
      ...{ ana: warnedAt(day(14), { reminder: { ...reminder, state: 'done' } }), bob },
    });
    expect(back(openWith({ told: { ana: bob } }), 'ana', 'warning')?.open?.told).toEqual({ ana: bob });
    const untaken = { ana: { ...pending, reminder } };
    expect(back(openWith({ told: untaken }), 'ana', 'reminder')?.open?.told).toEqual({
      ana: { ...pending, reminder: { ...reminder, state: 'done' } },
    });
  });

  test('of a topic is asked for anew where it heard nothing yet', () => {
    const topic = { topic: 'arn:chat', grace: 1 } as const;
    const other = { topic: 'arn:other', grace: 1 } as const;
    const informed = { chat: topic, other };
    expect(back(openWith({ informed }), 'chat', 'warning')).toEqual({
      ...openWith({ informed: { other } }),
      ...look,
    });
    expect(back(openWith({ informed }), 'chat', 'overdue')?.open?.informed).toEqual({ other });
    expect(back(openWith({ informed }), 'chat', 'reminder')).toBeUndefined();
    expect(
      back(openWith({ informed: { chat: { ...topic, heard: 'dated' } } }), 'chat', 'warning'),
    ).toBeUndefined();
  });

  test('changes nothing for whoever was not to hear it, or where nothing is open', () => {
    expect(back(WARNED, 'eve', 'warning')).toBeUndefined();
    expect(back(CLOSED, 'ana', 'warning')).toBeUndefined();
    expect(back(undefined, 'ana', 'warning')).toBeUndefined();
  });
});

describe('what we disabled is enabled again', () => {
  const off: DisabledByUs = {
    ...CLOSED,
    evidence: evidenceOf(day(21), {
      restarts: { total: 9, atLoss: 2 },
      twitches: { count: 1, lastAt: day(3) },
    }),
    disabledByUs: { at: day(21), episode: 1, run: 'r' },
  };
  const byOlga = { by: 'olga', isOperator: true };
  const publishedBy = (by: 'user' | 'system', record: DisabledByUs) =>
    enabledByPublication(record, { by, at: day(22, 1) }, day(22, 2));

  test('by its owning system, as an operator asked: those who hold our mails are told', () => {
    const asked = withUndoAsked(off, byOlga, day(22));
    expect(asked.disabledByUs.undoneAt).toBe(day(22));
    expect(publishedBy('system', asked)).toMatchObject({
      disabledByUs: null,
      undo: { episode: 1, by: 'olga', at: day(22, 1), state: 'enabled' },
      next: { at: day(22, 2), why: 'look' },
      evidence: { restarts: { total: 9, atLoss: 9 } },
    });
    expect(publishedBy('system', asked).evidence.twitches).toBeUndefined();
  });

  test('by a user: that is no undoing', () => {
    expect(publishedBy('user', withUndoAsked(off, byOlga, day(22)))).toMatchObject({
      undo: null,
      next: null,
    });
  });

  test('by its owning system, of its own: nobody is told', () => {
    const { undo, next, disabledByUs } = publishedBy('system', off);
    expect({ undo, next, disabledByUs }).toEqual({ undo: null, next: null, disabledByUs: null });
  });

  test('by its owning system, after an undoing that was told of: it is none of that any more', () => {
    const undone = { ...off, undo: { episode: 1, by: 'olga', at: day(22), state: 'told' as const } };
    expect(publishedBy('system', undone)).toMatchObject({ undo: null, next: null });
  });

  test('and begins anew: causes and what was kept of it were of the last time', () => {
    const listed = { revision: 'r1', kept: 'RUNNING' };
    const record = { ...off, listed, evidence: { ...off.evidence, cause: 'schema' as const } };
    const on = publishedBy('system', record);
    expect(on.evidence).not.toHaveProperty('cause');
    expect(on.listed).toEqual({ revision: 'r1' });
    expect(publishedBy('system', off).listed).toBeNull();
  });

  test('by our disabler: on from that instant, and the next scan tells who holds our mails', () => {
    const asked = withUndoAsked(off, byOlga, day(22));
    const on = enabledAgain(asked, day(22, 1), day(22, 2));
    expect(on).toMatchObject({
      ...{ task: { enabled: true, enabledAt: day(22, 1) }, disabledByUs: null },
      ...{ undo: { episode: 1, by: 'olga', at: day(22, 1), state: 'enabled' } },
      ...{ next: { at: day(22, 2), why: 'look' }, evidence: { restarts: { total: 9, atLoss: 9 } } },
    });
    expect(enabledAgain(off, day(22, 1), day(22, 2))).toMatchObject({ undo: null, next: null });
    expect(withUndoNotified(on).undo).toEqual({ episode: 1, by: 'olga', at: day(22, 1), state: 'told' });
    expect(withUndoNotified(off)).toBe(off);
  });

  test('as it was asked for: that is noted before, and taken back where it is refused', () => {
    expect([off, CLOSED].map(isDisabledByUs)).toEqual([true, false]);
    const asked = withUndoAsked(off, byOlga, day(22));
    expect(asked.undo).toEqual({ episode: 1, by: 'olga', at: day(22), state: 'asked' });
    expect(withUndoRequested(asked, day(22, 1)).disabledByUs).toEqual({
      ...off.disabledByUs,
      undoneAt: day(22),
      requestedAt: day(22, 1),
    });
    expect(withUndoRefused(asked, off)).toEqual(off);
    const before = { episode: 0, by: 'olga', at: day(2), state: 'told' as const };
    const byOwner = { by: 'ana@acme.test', isOperator: false };
    expect(withUndoAsked({ ...off, undo: before }, byOwner, day(22)).undo).toBe(before);
  });

  test('by its control plane, which is asked, put off, and says no', () => {
    const asked = withUndoAsked(off, byOlga, day(22));
    const enabling = withEnabling(asked, { by: 'olga', reason: 'mine' }, day(22, 1));
    expect(enabling.disabledByUs).toEqual({
      ...asked.disabledByUs,
      requestedAt: day(22, 1),
      enabling: { by: 'olga', reason: 'mine', at: day(22, 1), nextAt: day(22, 1) },
    });
    expect([enabling, asked, CLOSED].map(isEnabling)).toEqual([true, false, false]);
    expect(enabledLater(enabling, day(22, 2)).disabledByUs.enabling).toEqual({
      ...{ by: 'olga', reason: 'mine', at: day(22, 1), nextAt: day(22, 2) + 30 * 60_000 },
    });
    expect(enablingAsked(enabling)).toEqual({
      ...asked,
      disabledByUs: { ...asked.disabledByUs, requestedAt: day(22, 1) },
    });
    expect(withoutEnabling(enabling)).toEqual(off);
    const undone = { ...enabling, undo: { episode: 1, by: 'olga', at: day(2), state: 'told' as const } };
    expect(withoutEnabling(undone).undo).toBe(undone.undo);
    expect(withoutEnabling({ ...enabling, undo: null }).undo).toBeNull();
  });

  test('and its alert lists who is still to be told, each once and with the newest word', () => {
    const facts = { since: day(0), restarts: 0 };
    const pending = (notice: 'enabled' | 'disabled') => ({
      notice,
      since: day(22),
      notBefore: day(22),
      facts,
    });
    const listed = (key: string, notice: 'enabled' | 'disabled') => ({
      ...{ key, address: `${key}@acme.test`, pending: pending(notice) },
    });
    const alert = {
      untold: [listed('ana', 'disabled'), listed('bob', 'disabled')],
    } as unknown as AlertRecord;
    const recipients = ['bob', 'eve'].map((key) => ({ key, address: `${key}@acme.test` }));
    expect(withNoticesToWrite(alert, recipients, pending('enabled')).untold).toEqual([
      ...[listed('ana', 'disabled'), listed('bob', 'enabled'), listed('eve', 'enabled')],
    ]);
  });

  test('where its owner asked: nobody is told', () => {
    const asked = withUndoAsked(off, { by: 'ana@acme.test', isOperator: false }, day(22));
    expect(asked.undo).toBeNull();
    expect(publishedBy('system', asked).undo).toBeNull();
  });
});
