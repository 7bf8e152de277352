import { describe, expect, test } from 'vitest';
import type { Case, Recipient } from '../../../functions/abandonment/decide.ts';
import type { RecipientPart } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant } from '../../../functions/abandonment/time.ts';
import { evaluate } from '../../../functions/episodes/evaluate.ts';
import { endByPerson } from '../../../functions/episodes/resolve.ts';
import type { Transition } from '../../../functions/episodes/transition.ts';
import { alertFromRow } from '../../../functions/store/alerts.ts';
import { milestoneFromRow } from '../../../functions/store/milestones.ts';
import type { Row, Write } from '../../../functions/store/table/table.port.ts';
import { newTaskRecord, type TaskRecord } from '../../../functions/store/tasks.ts';
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
  T0,
  warnedAt,
} from '../abandonment/decide-builders.ts';

const aRecord = (now: Instant, more: Partial<TaskRecord> = {}): TaskRecord => ({
  ...newTaskRecord(aTask()),
  evidence: evidenceOf(now),
  episodes: more.open === null ? 0 : 1,
  open: graced(),
  rev: 3,
  ...more,
});

const looked = (now: Instant, record: TaskRecord, more: Partial<Case> = {}): Transition => {
  const caseOf = ({ task, evidence, keep, open, stopping }: TaskRecord) =>
    aCase(now, { task, evidence, keep, episode: open, stopping, ...more });
  return evaluate(record, { caseOf, topics: [], now, confirmWithin: HOUR });
};

const putsOf = (beside: readonly Write[] = []): Row[] =>
  beside.flatMap((write) => ('put' in write ? [write.put] : []));
const alertIn = (beside?: readonly Write[]) =>
  putsOf(beside)
    .filter(({ sk }) => sk.startsWith('A#'))
    .map(alertFromRow)
    .at(-1);
const milestonesIn = (beside?: readonly Write[]) =>
  putsOf(beside)
    .filter(({ kind }) => kind === 'fired' || kind === 'ended')
    .map(milestoneFromRow);
const noticesIn = (beside?: readonly Write[]) => putsOf(beside).filter(({ sk }) => sk.startsWith('N#'));
const published = (now: Instant) => aRecord(now, { task: aTask({ publishedByUserAt: now }) });

describe('what is known of an episode', () => {
  const restarts = { total: 45, atLoss: 5 };
  const twitches = { count: 2, lastAt: day(13) };
  const source = { warnAfter: 'acmeCo/' };

  test('stands in its alert when it fires, with the row that facts count', () => {
    const evidence = evidenceOf(day(14), { restarts, twitches, cause: 'credentials' });
    const before = aRecord(day(14), {
      open: null,
      episodes: 2,
      evidence,
      hold: { reason: 'unknown', since: day(13) },
    });
    const done = looked(day(14), before, { policy: aPolicy({ mode: 'notify', source }) });
    const [alert] = putsOf(done.beside).filter(({ sk }) => sk.startsWith('A#'));
    expect(alertFromRow(alert as Row)).toEqual({
      ...{ task: 'acmeCo/a', episode: 3, type: 'task_abandoned', stage: 'notify', since: T0 },
      ...{ firedAt: day(14), resolvedAt: null, reason: null, run: null },
      ...{ mails: [], untold: [], holders: [] },
      evidence: {
        ...{ statuses: ['FAILED'], observedAt: day(14), cause: 'credentials', restarts: 40, twitches: 2 },
        ...{ countedMs: 14 * DAY, warnAfterMs: 14 * DAY, warnAfterFrom: 'acmeCo/', version: 1 },
      },
    });
    expect(milestonesIn(done.beside)).toEqual([
      {
        ...{ kind: 'fired', at: day(14), task: 'acmeCo/a', episode: 3, isOverdue: false },
        cell: { plane: 'eu-1', mode: 'notify', cause: 'failed-credentials' },
      },
    ]);
    expect(done.record).toMatchObject({ hold: null, open: { cell: 'notify failed-credentials' } });
  });

  test('is what was known at its end, in the alert and in the row that facts count', () => {
    const evidence = evidenceOf(day(16), { restarts, twitches });
    const open = graced({ mails: ['d1'], cell: 'notify pending', warned: true });
    const task = aTask({ publishedByUserAt: day(15), version: 9 });
    const done = looked(day(16), aRecord(day(16), { open, evidence, task }));
    expect(alertIn(done.beside)).toEqual({
      ...{ task: 'acmeCo/a', episode: 1, type: 'task_abandoned', stage: 'disable', since: T0 },
      ...{ firedAt: day(14), resolvedAt: day(16), reason: 'user-published', run: null },
      ...{ mails: ['d1'], untold: [], holders: [] },
      evidence: {
        ...{ statuses: ['FAILED'], observedAt: day(16), restarts: 40, twitches: 2 },
        ...{ countedMs: 16 * DAY, warnAfterMs: 14 * DAY, warnAfterFrom: 'default', version: 9 },
      },
    });
    expect(milestonesIn(done.beside)).toEqual([
      {
        ...{ kind: 'ended', at: day(16), task: 'acmeCo/a', episode: 1, reason: 'user-published' },
        ...{ wasWarned: true, restarts: 40, cell: { plane: 'eu-1', mode: 'notify', cause: 'pending' } },
      },
    ]);
  });

  test('has its threshold at its default where nobody set it', () => {
    const done = looked(day(16), published(day(16)), { policy: aPolicy({ source: {} }) });
    expect(alertIn(done.beside)?.evidence).toMatchObject({ warnAfterFrom: 'default' });
  });

  test('of a task that was never observed says so', () => {
    const { observedAt: _, ...unseen } = evidenceOf(day(16), { statuses: [] });
    const done = looked(day(16), aRecord(day(16), { evidence: unseen, task: aTask({ deletedAt: day(15) }) }));
    expect(alertIn(done.beside)?.evidence).toMatchObject({ observedAt: null, statuses: [] });
    expect(alertIn(done.beside)?.evidence).not.toHaveProperty('cause');
  });

  test('of an older version has no row that says how facts count it: it is counted as it is now', () => {
    const parts = { ana: warnedAt(day(14), { warning: 'failed' }) };
    const record = { ...published(day(16)), open: graced({ told: parts }) };
    expect(milestonesIn(looked(day(16), record).beside)).toMatchObject([
      { wasWarned: false, restarts: 0, cell: { plane: 'eu-1', mode: 'disable', cause: 'failed' } },
    ]);
  });
});

describe('who holds the warning of a task that was under way to be disabled', () => {
  const asker = { by: 'run', run: 'r', disableAt: day(21) } as const;
  const disabling = {
    state: 'requested',
    asker,
    queuedAt: day(15),
    requestedAt: day(15),
    attempts: 1,
  } as const;
  const parts: Record<string, RecipientPart> = {
    ana: warnedAt(day(14), { grace: 2 }),
    left: warnedAt(day(14), { grace: 2, left: true }),
    earlier: warnedAt(day(14), { grace: 1 }),
    failed: warnedAt(day(14), { grace: 2, warning: 'failed' }),
  };
  const informed = {
    chat: { topic: 'arn:chat', grace: 2, heard: 'dated' },
    deaf: { topic: 'arn:deaf', grace: 2 },
  } as const;
  const holdersOf = (record: Partial<TaskRecord>) =>
    alertIn(looked(day(16), { ...published(day(16)), ...record }).beside)?.holders;

  test('stands in its alert: for who hears that it is enabled again', () => {
    expect(holdersOf({ open: graced({ grace: 2, told: parts, informed, disabling }) })).toEqual([
      'ana',
      'left',
      'chat',
    ]);
  });

  test('is nobody where nobody had asked for it', () => {
    expect(holdersOf({ open: graced({ grace: 2, told: parts, informed }) })).toEqual([]);
  });

  test('is who was told of the deadline that was its date, as long as nobody was warned', () => {
    const last = { deadline: day(14), moves: 0 };
    const stopping = {
      ...{ moves: 0, seen: day(14) },
      told: {
        ana: { address: ana.address, last, acceptedAt: day(11) },
        bob: { address: bob.address, last: { ...last, deadline: day(13) }, acceptedAt: day(11) },
        untaken: { address: 'x@x.test', last },
      },
    };
    const task = aTask({ deadline: day(14), deletedAt: day(15) });
    const overdue = fired({ alert: 'task_overdue', since: day(14), disabling });
    expect(holdersOf({ task, stopping, open: overdue })).toEqual(['ana']);
    expect(holdersOf({ task, stopping, open: { ...overdue, grace: 1 } })).toEqual([]);
    expect(holdersOf({ task, stopping, open: fired({ since: day(14), disabling }) })).toEqual([]);
  });
});

describe('the end of an episode', () => {
  const crowd = (count: number): Recipient[] =>
    Array.from({ length: count }, (_, place) => ({
      ...{ key: `r${place}`, address: `r${place}@x.test`, declined: false },
    }));
  const partsOf = (count: number) =>
    Object.fromEntries(crowd(count).map(({ key, address }) => [key, warnedAt(day(14), { address })]));

  test('with as many notices as fit beside its alert is one transaction', () => {
    const parts = { ...partsOf(88), bob: warnedAt(day(14), { dated: false }) };
    const done = looked(day(16), { ...published(day(16)), open: graced({ told: parts }) });
    expect(done.untold).toBeNull();
    expect(noticesIn(done.beside)).toHaveLength(88);
    expect(done.beside.filter((write) => 'delete' in write)).toHaveLength(1);
    expect(done.told.size).toBe(88);
    expect(done.beside.length).toBeLessThan(99);
  });

  test('with more lists them on the alert, to be written from there: nobody is left out', () => {
    const parts = { ...partsOf(89), bob: warnedAt(day(14), { dated: false }) };
    const done = looked(day(16), { ...published(day(16)), open: graced({ told: parts }) });
    expect(done.record.open).toBeNull();
    expect(noticesIn(done.beside)).toEqual([]);
    expect(done.beside.filter((write) => 'delete' in write)).toEqual([]);
    expect([...done.told]).toEqual([]);
    const alert = alertIn(done.beside);
    expect(alert?.untold).toHaveLength(90);
    expect(alert?.untold.at(-1)).toEqual({ key: 'bob', pending: null });
    expect(alert?.untold[0]).toMatchObject({
      key: 'r0',
      address: 'r0@x.test',
      pending: { notice: 'withdrawn' },
    });
    expect(done.untold).toEqual(alert);
  });

  test('leaves nothing open, held or due', () => {
    const hold = { reason: 'unknown' as const, since: day(15) };
    const task = aTask({ deletedAt: day(15) });
    const record = aRecord(day(16), { task, hold, next: { at: day(17), why: 'look' } });
    expect(looked(day(16), record).record).toMatchObject({ open: null, hold: null, next: null });
    const ended = endByPerson(record, aCase(day(16), { task, episode: graced() }), day(16));
    expect(ended?.record).toMatchObject({ open: null, hold: null });
  });

  test('has the deadline of the task looked at again; of an overdue one it is used up', () => {
    const last = { deadline: day(14), moves: 0 };
    const stopping = { moves: 0, seen: day(14), told: { ana: { address: ana.address, last } } };
    const overdue = fired({ alert: 'task_overdue', since: day(14), firedAt: day(14) });
    const task = aTask({ deletedAt: day(15), deadline: day(14) });
    const ends = (open: TaskRecord['open']) =>
      endByPerson(
        { ...aRecord(day(16)), task, stopping, open },
        aCase(day(16), { task, episode: open }),
        day(16),
      );
    expect(ends(overdue)?.record.stopping).toEqual({
      ...stopping,
      lookAt: day(16),
      told: { ana: { address: ana.address, last, spent: true } },
    });
    expect(ends(graced())?.record.stopping).toEqual({ ...stopping, lookAt: day(16) });
    expect(
      endByPerson({ ...aRecord(day(16)), task }, aCase(day(16), { task, episode: graced() }), day(16))?.record
        .stopping,
    ).toBeNull();
  });

  test('by a person is only that: what follows is for the next scan', () => {
    const keep = { kind: 'keep' as const, until: day(40), by: ana.address, at: day(16) };
    const parts = { ana: warnedAt(day(14)), bob: warnedAt(day(14), { address: bob.address }) };
    const informed = { chat: { topic: 'arn:chat', grace: 1, heard: 'dated' } } as const;
    const open = graced({ told: parts, informed });
    const record = aRecord(day(16), { open, keep });
    const ended = endByPerson(
      record,
      aCase(day(16), { keep, episode: open, recipients: [ana, bob] }),
      day(16),
    );
    expect(ended?.record).toMatchObject({ open: null, next: { at: day(16), why: 'look' } });
    expect(noticesIn(ended?.beside).map(({ recipient, address }) => [recipient, address])).toEqual([
      ['bob', bob.address],
      ['chat', 'arn:chat'],
    ]);
    expect(ended?.told).toEqual(['bob', 'chat']);
  });

  test('is none where nothing is open, or where what is open goes on', () => {
    expect(endByPerson(aRecord(day(16), { open: null }), aCase(day(16)), day(16))).toBeUndefined();
    expect(endByPerson(aRecord(day(16)), aCase(day(16), { episode: graced() }), day(16))).toBeUndefined();
    expect(
      endByPerson(
        aRecord(day(16), { open: null }),
        aCase(day(16), { episode: graced(), task: aTask({ deletedAt: day(15) }) }),
        day(16),
      ),
    ).toBeUndefined();
  });
});

describe('a date that is taken back', () => {
  const withdrawnIn = (done: Transition) =>
    noticesIn(done.beside).map(({ recipient, pending }) => [recipient, pending]);

  test('of a task that outlived its deadline says so', () => {
    const task = aTask({ deadline: day(14) });
    const open = graced({ alert: 'task_overdue', since: day(14) });
    const keep = { kind: 'keep' as const, until: day(40), by: bob.address, at: day(15) };
    const policy = aPolicy({ stopNotice: 2 * DAY, atDeadline: 'disable' });
    const done = looked(day(16), aRecord(day(16), { task, open, keep }), { policy });
    expect(withdrawnIn(done)).toMatchObject([
      [
        'ana',
        { notice: 'withdrawn', facts: { alert: 'task_overdue', since: day(14), resolvedReason: 'kept' } },
      ],
    ]);
    const usual = withdrawnIn(looked(day(16), published(day(16))));
    expect(usual).toMatchObject([['ana', { notice: 'withdrawn', facts: { since: T0 } }]]);
    expect(usual[0]?.[1]).not.toHaveProperty('facts.alert');
  });

  test('by a publication is taken back from whoever once kept the task, too', () => {
    const keep = { kind: 'keep' as const, until: day(3), by: ana.address, at: day(2) };
    const done = looked(day(16), { ...published(day(16)), keep });
    expect(withdrawnIn(done)).toMatchObject([['ana', { notice: 'withdrawn' }]]);
  });
});

describe('a user’s publication', () => {
  test('that holds a task back from firing is a veto, once', () => {
    const task = aTask({ publishedByUserAt: day(10) });
    const held = looked(day(15), aRecord(day(15), { open: null, task })).record;
    expect(held).toMatchObject({ hold: { reason: 'user-published' }, vetoes: { count: 1, lastAt: day(10) } });
    const again = looked(day(16), { ...held, evidence: evidenceOf(day(16)) }).record;
    expect(again.vetoes).toEqual({ count: 1, lastAt: day(10) });
  });

  test('of long ago is none, whatever holds the task or ends its episode', () => {
    const task = aTask({ publishedByUserAt: day(-50) });
    const ended = looked(day(16), aRecord(day(16), { task }), { policy: aPolicy({ warnAfter: 30 * DAY }) });
    expect(ended.record).toMatchObject({ open: null, vetoes: null });
    const held = looked(day(16), aRecord(day(16), { task }), { unknown: [span(day(15), null)] });
    expect(held.record).toMatchObject({ hold: { reason: 'unknown' }, vetoes: null });
  });
});

describe('a recovery', () => {
  const recovered = (parts: Record<string, RecipientPart>, recipients: Recipient[], recoveryMail = true) =>
    looked(
      day(16),
      aRecord(day(16), {
        open: graced({ told: parts }),
        evidence: evidenceOf(day(16), { statuses: ['PRIMARY'] }),
      }),
      { recipients, policy: aPolicy({ recoveryMail }) },
    );
  const both = { ana: warnedAt(day(14)), bob: warnedAt(day(14), { address: bob.address }) };
  const notifiedBy = (done: Transition) => noticesIn(done.beside).map(({ recipient }) => recipient);

  test('is told to recipients of today who were warned, and not to those who declined', () => {
    expect(notifiedBy(recovered(both, [ana, bob]))).toEqual(['ana', 'bob']);
    expect(notifiedBy(recovered(both, [ana]))).toEqual(['ana']);
    expect(notifiedBy(recovered(both, [ana, { ...bob, declined: true }]))).toEqual(['ana']);
    expect(notifiedBy(recovered(both, [ana, { ...bob, key: 'new' }]))).toEqual(['ana']);
    expect(notifiedBy(recovered(both, [ana, bob], false))).toEqual([]);
  });
});

describe('what held an episode', () => {
  const unknown = [span(day(15), null)];
  const at = (now: Instant, record: TaskRecord, more: Partial<Case> = {}) =>
    looked(now, { ...record, evidence: evidenceOf(now) }, more).record;
  const PAUSED = { pauses: { evaluate: true, notify: false, disable: false } };

  test('is known with its spans, one after another', () => {
    const held = at(day(15), aRecord(day(15)), { unknown });
    expect(held.open?.holds).toEqual([{ reason: 'unknown', from: day(15), to: null }]);
    const still = at(day(15, 6), held, { unknown });
    expect(still.open?.holds).toEqual([{ reason: 'unknown', from: day(15), to: null }]);
    const other = at(day(16), still, PAUSED);
    expect(other.open?.holds).toEqual([
      { reason: 'unknown', from: day(15), to: day(16) },
      { reason: 'paused', from: day(16), to: null },
    ]);
    const free = at(day(17), other);
    expect(free.open?.holds).toEqual([
      { reason: 'unknown', from: day(15), to: day(16) },
      { reason: 'paused', from: day(16), to: day(17) },
    ]);
    const kept = { ...free, evidence: evidenceOf(day(18)), task: aTask({ publishedByUserAt: day(18) }) };
    expect(alertIn(looked(day(18), kept).beside)?.holds).toEqual(free.open?.holds);
  });

  test('ends with the episode', () => {
    const held = at(day(15), aRecord(day(15)), { unknown });
    const ended = looked(day(16), { ...held, task: aTask({ publishedByUserAt: day(16) }) }, { unknown });
    expect(alertIn(ended.beside)?.holds).toEqual([{ reason: 'unknown', from: day(15), to: day(16) }]);
  });

  test('is nothing where nothing did, and in its alert neither', () => {
    expect(at(day(15), aRecord(day(15))).open).not.toHaveProperty('holds');
    expect(alertIn(looked(day(16), published(day(16))).beside)).not.toHaveProperty('holds');
  });

  test('goes on though something else of the episode changes', () => {
    const parts = { ana: warnedAt(day(14)), bob: warnedAt(day(14), { address: bob.address }) };
    const both = { unknown, recipients: [ana, bob] };
    const held = at(day(15), aRecord(day(15), { open: graced({ told: parts }) }), both);
    const left = at(day(15, 6), held, { unknown });
    expect(left.open?.told.bob?.left).toBe(true);
    expect(left.open?.holds).toEqual([{ reason: 'unknown', from: day(15), to: null }]);
  });

  test('by an older version has no spans, also once it is over', () => {
    const held = aRecord(day(15), { hold: { reason: 'unknown', since: day(14, 12) } });
    expect(at(day(15), held)).toMatchObject({ hold: null });
    expect(at(day(15), held).open).not.toHaveProperty('holds');
  });

  test('is kept of the last ten spans', () => {
    let record = aRecord(day(15));
    for (let hour = 0; hour < 12; hour += 1)
      record = at(day(15, hour), record, hour % 2 === 0 ? { unknown } : PAUSED);
    const spans = record.open?.holds ?? [];
    expect(spans).toHaveLength(10);
    expect(spans[0]).toEqual({ reason: 'unknown', from: day(15, 2), to: day(15, 3) });
    expect(spans.at(-1)).toEqual({ reason: 'paused', from: day(15, 11), to: null });
  });

  test('a hold that ended and begins again counts from then', () => {
    const held = at(day(15), aRecord(day(15)), { unknown });
    const again = at(day(17), at(day(16), held), { unknown });
    expect(again.hold).toEqual({ reason: 'unknown', since: day(17) });
    expect(at(day(16), held, PAUSED).hold).toEqual({ reason: 'paused', since: day(16) });
  });
});

describe('a task that waits', () => {
  test('and that nothing changes of is not written', () => {
    const first = looked(day(15), aRecord(day(15))).record;
    const evidence = first.evidence;
    const again = looked(day(15, 1), first, { evidence: evidenceOf(day(15, 1)) });
    expect(again.record).toBe(first);
    expect(again.record.evidence).toBe(evidence);
    expect(first.next).toEqual({ at: day(18), why: 'look' });
  });

  test('and whose look is due stays due since then', () => {
    const unknown = [span(day(15), null)];
    const held = looked(day(15), aRecord(day(15)), { unknown }).record;
    expect(held.next).toEqual({ at: day(15), why: 'look' });
    expect(looked(day(16), held, { unknown, evidence: evidenceOf(day(16)) }).record).toBe(held);
  });

  test('and whose look comes earlier or later than it was noted is noted anew', () => {
    const noted = (at: Instant, why: 'look' | 'disable' = 'look') =>
      looked(day(15), aRecord(day(15), { next: { at, why } })).record.next;
    expect(noted(day(17))).toEqual({ at: day(18), why: 'look' });
    expect(noted(day(14))).toEqual({ at: day(18), why: 'look' });
    expect(noted(day(18), 'disable')).toEqual({ at: day(18), why: 'look' });
    const unknown = [span(day(15), null)];
    const ahead = aRecord(day(15), { next: { at: day(17), why: 'look' } });
    expect(looked(day(15), ahead, { unknown }).record.next).toEqual({ at: day(15), why: 'look' });
  });

  test('is written where somebody left, though it waits for the same', () => {
    const parts = { ana: warnedAt(day(14)), bob: warnedAt(day(14), { address: bob.address }) };
    const first = looked(day(15), aRecord(day(15), { open: graced({ told: parts }) }), {
      recipients: [ana, bob],
    });
    const second = looked(day(15, 1), { ...first.record, evidence: evidenceOf(day(15, 1)) });
    expect(second.record.open?.told.bob?.left).toBe(true);
    expect(second.record.next).toEqual(first.record.next);
  });

  test('keeps the longest grace that was given, and none in detect', () => {
    const disableAfterOf = (disableAfter: number, more = {}) =>
      looked(day(15), aRecord(day(15)), { policy: aPolicy({ disableAfter, ...more }) }).record.open
        ?.disableAfter;
    expect(disableAfterOf(9 * DAY)).toBe(9 * DAY);
    expect(disableAfterOf(5 * DAY)).toBe(7 * DAY);
    expect(disableAfterOf(9 * DAY, { mode: 'detect' })).toBe(7 * DAY);
  });

  test('has nobody marked as left who is to join later, or in detect', () => {
    const parts = { ana: warnedAt(day(14)), bob: warnedAt(day(14), { address: bob.address }) };
    const leftOf = (more: Partial<Case>) =>
      looked(day(15), aRecord(day(15), { open: graced({ told: parts }) }), more).record.open?.told.bob?.left;
    expect(leftOf({})).toBe(true);
    expect(leftOf({ admins: [bob] })).toBeUndefined();
    expect(leftOf({ recipients: [ana, bob] })).toBeUndefined();
    expect(leftOf({ policy: aPolicy({ mode: 'detect' }) })).toBeUndefined();
  });

  test('has a recovery that lasted judged, though nothing is open; with an open episode that ends it', () => {
    const evidence = evidenceOf(day(3), {
      ...{ statuses: ['PRIMARY'], spells: { PRIMARY: day(3) }, lostAt: T0 },
      twitches: { count: 1, lastAt: day(2) },
    });
    const policy = aPolicy({ minHealthy: HOUR });
    const judged = (now: Instant) =>
      looked(now, aRecord(now, { open: null, evidence }), { policy }).record.evidence;
    expect(judged(day(3, 1) - 1)).toBe(evidence);
    expect(judged(day(3, 1))).not.toHaveProperty('twitches');
    expect(judged(day(3, 1))).not.toHaveProperty('spells');
  });

  test('without an episode is held from its threshold on, and late where its own deadline is past', () => {
    const heldAt = (more: Partial<TaskRecord>, changes: Partial<Case>) =>
      looked(day(15), aRecord(day(15), { open: null, ...more }), {
        unknown: [span(day(14, 12), null)],
        ...changes,
      }).record.hold;
    expect(heldAt({}, {})).toEqual({ reason: 'unknown', since: day(15) });
    const late = { task: aTask({ deadline: day(14) }) };
    const policy = aPolicy({ atDeadline: 'alert' });
    expect(heldAt(late, { policy })).toEqual({ reason: 'unknown', since: day(15), late: true });
    const since = { reason: 'unknown' as const, since: day(14, 18) };
    expect(heldAt({ ...late, hold: since }, { policy })).toEqual({ ...since, late: true });
    expect(heldAt({ hold: { ...since, late: true } }, {})).toEqual(since);
    expect(heldAt({ hold: since }, { policy: aPolicy({ mode: 'detect' }) })).toBeNull();
  });
});
