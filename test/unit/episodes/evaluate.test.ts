import { describe, expect, test } from 'vitest';
import type { Case, Recipient } from '../../../functions/abandonment/decide.ts';
import type { Episode } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant } from '../../../functions/abandonment/time.ts';
import { evaluate } from '../../../functions/episodes/evaluate.ts';
import type { Transition } from '../../../functions/episodes/transition.ts';
import { keys } from '../../../functions/store/keys.ts';
import type { Row, Write } from '../../../functions/store/table/table.port.ts';
import { newTaskRecord, type TaskRecord } from '../../../functions/store/tasks.ts';
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
  graced,
  span,
  T0,
  warnedAt,
} from '../abandonment/decide-builders.ts';

/** A stored task that fails since T0, seen at `now`. */
const aRecord = (now: Instant, more: Partial<TaskRecord> = {}): TaskRecord => ({
  ...newTaskRecord(aTask()),
  evidence: evidenceOf(now),
  episodes: more.open ? 1 : 0,
  rev: 3,
  ...more,
});

const evaluated = (now: Instant, record: TaskRecord, more: Partial<Case> = {}): Transition => {
  const caseOf = ({ task, evidence, keep, open }: TaskRecord) =>
    aCase(now, { task, evidence, keep, episode: open, ...more });
  return evaluate(record, { caseOf, topics: [], now, confirmWithin: HOUR });
};

const puts = (beside: readonly Write[], prefix: string): Row[] =>
  beside.flatMap((write) =>
    'put' in write && `${write.put.pk} ${write.put.sk}`.includes(prefix) ? [write.put] : [],
  );
const pendingOf = ({ beside }: Transition) =>
  beside.flatMap((write) => {
    if (!('put' in write) || write.put.pending === undefined || write.put.pending === null) return [];
    const { recipient, pending } = write.put as unknown as { recipient: string; pending: { notice: string } };
    return [`${recipient} ${pending.notice}`];
  });
const alertOf = ({ beside }: Transition) =>
  beside.flatMap((write) => ('put' in write && 'firedAt' in write.put ? [write.put] : [])).at(-1);

describe('firing', () => {
  test('fires and asks for the warnings in one step', () => {
    const done = evaluated(day(14), aRecord(day(14)), { recipients: [ana, bob] });
    expect(done.record).toMatchObject({
      episodes: 1,
      open: { number: 1, firedAt: day(14), grace: 1, graceMode: 'disable', dates: [], rungs: [] },
    });
    expect(done.record.open?.told).toMatchObject({
      ana: { warning: 'pending', grace: 1 },
      bob: { warning: 'pending', grace: 1 },
    });
    expect(pendingOf(done)).toEqual(['ana warning', 'bob warning']);
    expect([...done.told]).toEqual(['ana', 'bob']);
    expect(alertOf(done)).toMatchObject({ episode: 1, stage: 'disable', resolvedAt: null, reason: null });
    expect(answerOf(done.decision)).toBe('waiting notice-pending');
  });

  test('goes on with the numbers of its episodes', () => {
    expect(evaluated(day(14), aRecord(day(14), { episodes: 6 })).record).toMatchObject({
      episodes: 7,
      open: { number: 7 },
    });
  });

  test('in detect it tells nobody', () => {
    const done = evaluated(day(14), aRecord(day(14)), { policy: aPolicy({ mode: 'detect' }) });
    expect(done.record.open).toMatchObject({ grace: 0, told: {} });
    expect(pendingOf(done)).toEqual([]);
  });

  test('a task under its threshold is left as it is', () => {
    const record = aRecord(day(3));
    const done = evaluated(day(3), record);
    expect(done.record).toBe(record);
    expect(done.beside).toEqual([]);
  });

  test('what it was told last time is not told again', () => {
    const first = evaluated(day(14), aRecord(day(14)));
    const again = evaluated(day(14, 1), first.record);
    expect(pendingOf(again)).toEqual([]);
  });

  test('of 150 recipients all are told, in more than one transaction', () => {
    const recipients: Recipient[] = Array.from({ length: 150 }, (_, index) => ({
      key: `r${index}`,
      address: `r${index}@x.test`,
      declined: false,
    }));
    const first = evaluated(day(14), aRecord(day(14)), { recipients });
    expect(first.beside.length).toBeLessThan(100);
    expect(first).toMatchObject({ isCut: true, record: { next: { at: day(14), why: 'look' } } });
    const second = evaluated(day(14), first.record, { recipients });
    expect(second.isCut).toBe(false);
    expect(second.beside.length).toBeLessThan(100);
    expect(new Set([...pendingOf(first), ...pendingOf(second)]).size).toBe(150);
    expect(Object.values(second.record.open!.told).every(({ grace }) => grace === 1)).toBe(true);
  });
});

describe('resolving', () => {
  const ended = (now: Instant, record: Partial<TaskRecord>, more: Partial<Case> = {}) =>
    evaluated(now, aRecord(now, { open: graced(), ...record }), more);

  test('ends the alert with its reason', () => {
    const done = ended(day(15), { evidence: evidenceOf(day(15), { statuses: ['PRIMARY'] }) });
    expect(done.record.open).toBeNull();
    expect(alertOf(done)).toMatchObject({ episode: 1, resolvedAt: day(15), reason: 'recovered' });
    expect(pendingOf(done)).toEqual([]);
  });

  test.each([
    ['user-published', { task: aTask({ publishedByUserAt: day(15) }) }, {}],
    ['policy', {}, { policy: aPolicy({ warnAfter: 30 * DAY }) }],
  ] as [string, Partial<TaskRecord>, Partial<Case>][])('%s withdraws the date', (_, record, more) => {
    expect(pendingOf(ended(day(15), record, more))).toEqual(['ana withdrawn']);
  });

  test('a keep withdraws it from all but the one who kept', () => {
    const parts = { ana: warnedAt(day(14)), bob: warnedAt(day(14), { address: bob.address }) };
    const keep = { kind: 'keep' as const, until: day(40), by: ana.address, at: day(15) };
    const done = ended(day(15), { open: graced({ told: parts }), keep }, { recipients: [ana, bob] });
    expect(pendingOf(done)).toEqual(['bob withdrawn']);
  });

  test('who holds no date has none withdrawn', () => {
    const parts = { ana: warnedAt(day(14), { dated: false }) };
    const open = fired({ grace: 1, graceMode: 'notify', told: parts });
    const done = ended(
      day(15),
      { open, task: aTask({ publishedByUserAt: day(15) }) },
      { policy: aPolicy({ mode: 'notify' }) },
    );
    expect(done.record.open).toBeNull();
    expect(pendingOf(done)).toEqual([]);
  });

  test('who left is told too: he still holds a date', () => {
    const parts = { ana: warnedAt(day(14)), bob: warnedAt(day(14), { address: bob.address, left: true }) };
    const done = ended(day(15), {
      open: graced({ told: parts }),
      task: aTask({ publishedByUserAt: day(15) }),
    });
    expect(pendingOf(done).sort()).toEqual(['ana withdrawn', 'bob withdrawn']);
  });

  test('a recovery is told where it is asked for, to those who were warned', () => {
    const { acceptedAt: _, ...pending } = warnedAt(day(14), { warning: 'pending', address: bob.address });
    const open = graced({ told: { ana: warnedAt(day(14)), bob: pending } });
    const evidence = evidenceOf(day(15), { statuses: ['PRIMARY'] });
    const done = ended(
      day(15),
      { open, evidence },
      { policy: aPolicy({ recoveryMail: true }), recipients: [ana, bob] },
    );
    expect(pendingOf(done)).toEqual(['ana recovered']);
  });

  test('a task still past its threshold begins the next episode in the same look', () => {
    // Kept for a while that has ended before anybody looked: the old episode is over by the newer evidence alone.
    const evidence = evidenceOf(day(40), { lastSeen: { PRIMARY: day(20) }, lostAt: day(20) });
    const done = ended(day(40), { evidence });
    expect(done.record).toMatchObject({ episodes: 2, open: { number: 2, since: day(20), grace: 1 } });
  });
});

describe('a notice that something is over', () => {
  const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:chat' as const;
  const restarts = { total: 45, atLoss: 5 };
  const twitches = { count: 2, lastAt: day(13) };
  const noticesOf = ({ beside }: Transition) =>
    puts(beside, ' N#').filter(({ pending }) => pending) as unknown as {
      recipient: string;
      address: string;
      episode: number;
      pending: Record<string, unknown>;
    }[];
  const heldOn = (kind: 'keep' | 'snooze') => ({ kind, until: day(40), by: 'eve@acme.test', at: day(15) });

  test.each<[string, string, Partial<TaskRecord>, Partial<Case>]>([
    ['withdrawn', 'policy', {}, { policy: aPolicy({ warnAfter: 30 * DAY }) }],
    ['withdrawn', 'user-published', { task: aTask({ publishedByUserAt: day(15) }) }, {}],
    ['withdrawn', 'kept', { keep: heldOn('keep') }, {}],
    ['withdrawn', 'snoozed', { keep: heldOn('snooze') }, {}],
    [
      'recovered',
      'recovered',
      { evidence: evidenceOf(day(16), { statuses: ['PRIMARY'], restarts, twitches }) },
      { policy: aPolicy({ recoveryMail: true }) },
    ],
    // The mode went down: the episode goes on.
    ['withdrawn', 'policy', {}, { policy: aPolicy({ mode: 'notify' }) }],
  ])('%s says why: %s', (notice, resolvedReason, record, more) => {
    const evidence = evidenceOf(day(16), { restarts, twitches });
    const done = evaluated(day(16), aRecord(day(16), { open: graced(), evidence, ...record }), more);
    expect(noticesOf(done)).toMatchObject([{ recipient: 'ana', address: ana.address, episode: 1 }]);
    expect(noticesOf(done)[0]?.pending).toEqual({
      notice,
      since: day(16),
      notBefore: day(16),
      facts: { since: T0, restarts: 40, twitches: 2, resolvedReason },
    });
  });

  test.each<[string, Partial<Case>]>([
    ['a user published it', { task: aTask({ publishedByUserAt: day(15) }) }],
    ['its policy changed', { policy: aPolicy({ warnAfter: 30 * DAY }) }],
  ])('goes to each topic that was told the date, where %s', (_what, more) => {
    const informed = {
      [TOPIC]: { topic: TOPIC, grace: 1, heard: 'dated' as const },
      undated: { topic: 'arn:undated' as const, grace: 1, heard: 'undated' as const },
      unheard: { topic: 'arn:unheard' as const, grace: 1 },
    };
    const done = evaluated(
      day(16),
      aRecord(day(16), { open: graced({ informed }), ...('task' in more && { task: more.task }) }),
      'task' in more ? {} : more,
    );
    expect(noticesOf(done).map(({ recipient, address }) => [recipient, address])).toEqual([
      ['ana', ana.address],
      [TOPIC, TOPIC],
    ]);
  });

  test('leaves nothing that waits for anybody else of the episode', () => {
    const parts = { ana: warnedAt(day(14)), bob: warnedAt(day(14), { address: bob.address, dated: false }) };
    const open = graced({ told: parts, informed: { t: { topic: TOPIC, grace: 1 } } });
    const done = evaluated(day(16), aRecord(day(16), { open, task: aTask({ publishedByUserAt: day(15) }) }));
    const deleted = done.beside.flatMap((write) => ('delete' in write ? [write.delete.pk] : []));
    expect(deleted).toEqual(['R#bob', 'R#t']);
    expect([...done.told]).toEqual(['ana']);
  });

  test.each(['deleted', 'disabled'] as const)('is none where the task was %s by its owning system', (how) => {
    const task = how === 'deleted' ? aTask({ deletedAt: day(15) }) : aTask({ enabled: false });
    const done = evaluated(day(16), aRecord(day(16), { open: graced(), task }), {});
    expect(done.record.open).toBeNull();
    expect(noticesOf(done)).toEqual([]);
  });
});

describe('reminding', () => {
  test('a reminder is pending with its lead and the end of its window', () => {
    const done = evaluated(day(18), aRecord(day(18), { open: graced() }));
    expect(pendingOf(done)).toEqual(['ana reminder']);
    expect(done.record.open?.rungs).toEqual([{ grace: 1, lead: 3 * DAY, deadline: day(21) }]);
    expect(done.record.open?.told.ana?.reminder).toMatchObject({
      lead: 3 * DAY,
      deadline: day(21),
      state: 'pending',
    });
  });

  test('takes the place of an earlier step of its lead, and no other', () => {
    const steps = [
      { grace: 1, lead: 5 * DAY, deadline: day(21) },
      { grace: 1, lead: 3 * DAY, deadline: day(21) },
    ];
    const dates = [{ at: day(14), disableAt: day(23), grace: 1, after: 9 * DAY }];
    const done = evaluated(day(20), aRecord(day(20), { open: graced({ rungs: steps, dates }) }));
    expect(done.record.open?.rungs).toEqual([
      { grace: 1, lead: 5 * DAY, deadline: day(21) },
      { grace: 1, lead: 3 * DAY, deadline: day(23) },
    ]);
    expect([...done.told]).toEqual(['ana']);
  });

  test('keeps the newest hundred steps', () => {
    const steps = Array.from({ length: 100 }, (_, place) => ({
      grace: 0,
      lead: place + 1,
      deadline: day(1),
    }));
    const kept = evaluated(day(18), aRecord(day(18), { open: graced({ rungs: steps }) })).record.open?.rungs;
    expect(kept).toHaveLength(100);
    expect(kept?.[0]?.lead).toBe(2);
    expect(kept?.at(-1)).toEqual({ grace: 1, lead: 3 * DAY, deadline: day(21) });
  });

  test('who declined gets none, and the rung counts as given', () => {
    const recipients = [{ ...ana, declined: true }];
    const done = evaluated(day(18), aRecord(day(18), { open: graced() }), { recipients });
    expect(pendingOf(done)).toEqual([]);
    expect(done.record.open?.rungs).toHaveLength(1);
    expect(answerOf(done.decision)).toBe('waiting grace');
  });

  test('of 150 recipients all are reminded', () => {
    const recipients: Recipient[] = Array.from({ length: 150 }, (_, index) => ({
      key: `r${index}`,
      address: `r${index}@x.test`,
      declined: false,
    }));
    const parts = Object.fromEntries(
      recipients.map(({ key, address }) => [key, warnedAt(day(14), { address })]),
    );
    let record = aRecord(day(18), { open: graced({ told: parts }) });
    const pending = new Set<string>();
    for (let look = 0; look < 3; look += 1) {
      const done = evaluated(day(18), record, { recipients });
      expect(done.beside.length).toBeLessThan(100);
      for (const notice of pendingOf(done)) pending.add(notice);
      record = done.record;
    }
    expect(pending.size).toBe(150);
  });
});

describe('a mode that goes down', () => {
  const lowered = (open: Episode) =>
    evaluated(day(16), aRecord(day(16), { open }), { policy: aPolicy({ mode: 'notify' }) });

  test('withdraws the date once, and warns nobody anew', () => {
    const first = lowered(graced());
    expect(pendingOf(first)).toEqual(['ana withdrawn']);
    expect(first.record.open).toMatchObject({ graceMode: 'notify' });
    expect(pendingOf(evaluated(day(17), first.record, { policy: aPolicy({ mode: 'notify' }) }))).toEqual([]);
  });

  test('and up again warns anew, in a new grace', () => {
    const down = lowered(graced());
    const up = evaluated(day(17), down.record);
    expect(up.record.open).toMatchObject({ grace: 2, graceMode: 'disable' });
    expect(up.record.open?.told.ana).toMatchObject({ grace: 2, warning: 'pending' });
  });
});

describe('a mode that goes down with many holders of a date', () => {
  const crowd = Array.from({ length: 150 }, (_, place) => `r${place}`);
  const reminder = { lead: 3 * DAY, deadline: day(21), state: 'done' } as const;
  const warnedParts = Object.fromEntries(
    crowd.map((key) => [key, warnedAt(day(14), { address: `${key}@x.test`, reminder })]),
  );
  const recipients = crowd.map((key) => ({ key, address: `${key}@x.test`, declined: false }));
  const more = { policy: aPolicy({ mode: 'notify' }), recipients };

  test('withdraws it from all of them, in more than one transaction, each once', () => {
    const first = evaluated(day(16), aRecord(day(16), { open: graced({ told: warnedParts }) }), more);
    expect(first).toMatchObject({ isCut: true, record: { next: { at: day(16), why: 'look' } } });
    expect(first.beside).toHaveLength(90);
    expect(first.record.open?.graceMode).toBe('disable');
    const second = evaluated(day(16), first.record, more);
    expect(second).toMatchObject({ isCut: false, record: { open: { graceMode: 'notify' } } });
    expect(second.beside).toHaveLength(60);
    expect([...pendingOf(first), ...pendingOf(second)].sort()).toEqual(
      crowd.map((key) => `${key} withdrawn`).sort(),
    );
    expect([...first.told, ...second.told].sort()).toEqual([...crowd].sort());
    const parts = Object.values(second.record.open?.told ?? {});
    expect(parts.filter(({ dated, reminder }) => dated || reminder)).toEqual([]);
  });

  test('goes to the address that was warned, and leaves who held none as they are', () => {
    const bobs = warnedAt(day(14), { address: bob.address, dated: false });
    const open = graced({ told: { ana: warnedAt(day(14)), bob: bobs } });
    const done = evaluated(day(16), aRecord(day(16), { open }), { ...more, recipients: [ana, bob] });
    expect(puts(done.beside, ' N#')).toMatchObject([{ recipient: 'ana', address: ana.address, episode: 1 }]);
    expect(done.record.open?.told).toEqual({ ana: warnedAt(day(14), { dated: false }), bob: bobs });
  });
});

describe('what a warning says', () => {
  const noticeIn = (done: Transition) => puts(done.beside, ' N#')[0];

  test('is asked for with its place in the warm-up, to the address of today', () => {
    const done = evaluated(day(14), aRecord(day(14)));
    expect(noticeIn(done)).toMatchObject({
      ...{ recipient: 'ana', address: ana.address, task: 'acmeCo/a', episode: 1 },
      pending: {
        notice: 'warning',
        since: day(14),
        notBefore: day(14),
        order: { firedAt: day(14), since: T0 },
      },
    });
    expect(done.record.open?.told.ana).toEqual({
      ...{ address: ana.address, grace: 1, warning: 'pending', dated: true },
    });
  });

  test('is no date in mode notify', () => {
    const done = evaluated(day(14), aRecord(day(14)), { policy: aPolicy({ mode: 'notify' }) });
    expect(done.record.open).toMatchObject({ graceMode: 'notify', told: { ana: { dated: false } } });
  });

  test('is of its deadline where the task outlives it, with no place in the warm-up and the length of its notice', () => {
    const task = aTask({ deadline: day(3) });
    const policy = aPolicy({ stopNotice: 2 * DAY, atDeadline: 'disable' });
    const done = evaluated(day(4), aRecord(day(4), { task }), { policy });
    expect(noticeIn(done)?.pending).toEqual({ notice: 'overdue', since: day(4), notBefore: day(4) });
    expect(done.record.open).toMatchObject({
      ...{ alert: 'task_overdue', since: day(3), firedAt: day(4) },
      ...{ grace: 1, disableAfter: policy.disableAfter },
    });
    expect(alertOf(done)).toMatchObject({ type: 'task_overdue', since: day(3) });
    expect(puts(done.beside, '').find(({ kind }) => kind === 'fired')).toMatchObject({ isOverdue: true });
  });

  test('goes on with the grace for whoever joins, and knows of the raise of the mode with a new one', () => {
    const open = graced({ disableAfter: 9 * DAY });
    const joined = evaluated(day(15), aRecord(day(15), { open }), { recipients: [ana, bob] });
    expect(joined.record.open).toMatchObject({
      grace: 1,
      disableAfter: 9 * DAY,
      told: { bob: { grace: 1 } },
    });
    expect(joined.record.open).not.toHaveProperty('modeRaisedAt');
    expect(joined.record.open?.told.ana).toEqual(open.told.ana);
    const policy = aPolicy({ modeRaisedAt: day(15) });
    const raised = evaluated(day(16), aRecord(day(16), { open }), { policy });
    expect(raised.record.open).toMatchObject({ grace: 2, disableAfter: 7 * DAY, modeRaisedAt: day(15) });
    const later = evaluated(
      day(17),
      { ...raised.record, evidence: evidenceOf(day(17)) },
      { policy, recipients: [ana, bob] },
    );
    expect(pendingOf(later)).toEqual(['bob warning']);
    expect(later.record.open).toMatchObject({ grace: 2, modeRaisedAt: day(15) });
  });
});

describe('an overdue episode', () => {
  const stopping = {
    ...{ moves: 0, seen: day(3) },
    told: {
      ana: { address: ana.address, last: { deadline: day(3), moves: 0 }, acceptedAt: day(1), digest: 'd2' },
      bob: { address: bob.address, last: { deadline: day(3), moves: 0 }, acceptedAt: day(1), digest: 'd1' },
      both: { address: 'c@x.test', last: { deadline: day(3), moves: 0 }, acceptedAt: day(1), digest: 'd1' },
      earlier: {
        address: 'e@x.test',
        last: { deadline: day(2), moves: 0 },
        acceptedAt: day(1),
        digest: 'd0',
      },
      untaken: { address: 'u@x.test', last: { deadline: day(3), moves: 0 } },
      never: { address: 'n@x.test' },
    },
  };
  const firedAt = (more: Partial<Case>) =>
    evaluated(day(4), aRecord(day(4), { task: aTask({ deadline: day(3) }) }), {
      ...{ policy: aPolicy({ stopNotice: 2 * DAY, atDeadline: 'alert', mode: 'detect' }) },
      ...more,
    });

  test('begins with the mails that told of its deadline', () => {
    expect(firedAt({ stopping }).record.open?.mails).toEqual(['d1', 'd2']);
    expect(alertOf(firedAt({ stopping }))?.mails).toEqual(['d1', 'd2']);
    expect(firedAt({}).record.open?.mails).toEqual([]);
  });

  test('promises the length of its notice; without one that of any grace', () => {
    expect(firedAt({}).record.open?.disableAfter).toBe(2 * DAY);
    const policy = aPolicy({ stopNotice: null, atDeadline: 'alert', mode: 'detect' });
    expect(firedAt({ policy }).record.open?.disableAfter).toBe(7 * DAY);
  });

  test('is of an abandoned task where no deadline is past, whatever was announced', () => {
    const done = evaluated(day(14), aRecord(day(14)), { stopping, policy: aPolicy({ mode: 'detect' }) });
    expect(done.record.open).toMatchObject({ since: T0, mails: [], disableAfter: 7 * DAY });
    expect(done.record.open).not.toHaveProperty('alert');
    expect(done.record.open?.graceMode).toBe('detect');
  });

  test('is none while its deadline is ahead, or where nothing is done of one that is past', () => {
    const abandoned = (deadline: Instant) =>
      evaluated(day(14), aRecord(day(14), { task: aTask({ deadline }) }), {
        policy: aPolicy({ stopNotice: 2 * DAY, atDeadline: deadline > day(14) ? 'alert' : 'nothing' }),
      }).record.open;
    for (const deadline of [day(30), day(3)]) {
      expect(abandoned(deadline)).toMatchObject({ since: T0, disableAfter: 7 * DAY });
      expect(abandoned(deadline)).not.toHaveProperty('alert');
    }
  });
});

describe('what operators are told', () => {
  const alertsIn = ({ beside }: Transition) => puts(beside, '').filter(({ code }) => code !== undefined);

  test('of a task that nobody can be told about, and that it ended', () => {
    const first = evaluated(day(14), aRecord(day(14)), { recipients: [] });
    expect(alertsIn(first)).toMatchObject([
      { code: 'no-reachable-owner', subject: 'acmeCo/a', since: day(14), active: true, toldAt: null },
    ]);
    expect(alertsIn(first)[0]?.detail).toMatch(/no reachable address.*not be disabled/);
    const found = evaluated(day(16), { ...first.record, evidence: evidenceOf(day(16)) });
    const deleted = found.beside.flatMap((write) => ('delete' in write ? [write.delete] : []));
    expect(deleted).toEqual([keys.operatorAlert('no-reachable-owner', 'acmeCo/a')]);
  });

  test('of users who publish it again and again says how often', () => {
    const record = aRecord(day(16), {
      ...{
        open: graced(),
        vetoes: { count: 2, lastAt: day(1) },
        task: aTask({ publishedByUserAt: day(15) }),
      },
    });
    expect(alertsIn(evaluated(day(16), record))).toMatchObject([
      { code: 'veto-loop', subject: 'acmeCo/a', since: day(16) },
    ]);
    expect(alertsIn(evaluated(day(16), record))[0]?.detail).toMatch(/^3 publications by users/);
  });
});

describe('holds', () => {
  test('begin with their reason and keep their beginning', () => {
    const unknown = [span(day(15), null)];
    const first = evaluated(day(15), aRecord(day(15), { open: graced() }), { unknown });
    expect(first.record.hold).toEqual({ reason: 'unknown', since: day(15) });
    const later = evaluated(day(16), first.record, { unknown });
    expect(later.record.hold).toEqual({ reason: 'unknown', since: day(15) });
    const over = evaluated(
      day(17),
      { ...later.record, evidence: evidenceOf(day(17)) },
      { unknown: [span(day(15), day(17))] },
    );
    expect(over.record.hold).toBeNull();
  });

  test('are not named in detect', () => {
    const more = { unknown: [span(day(15), null)], policy: aPolicy({ mode: 'detect' }) };
    expect(evaluated(day(15), aRecord(day(15), { open: fired() }), more).record.hold).toBeNull();
  });

  const alertCodes = ({ beside }: Transition) =>
    puts(beside, '').flatMap(({ code }) => (code ? [code as string] : []));

  test('with nobody to tell, operators are told once per hold, and no more when somebody is there', () => {
    const first = evaluated(day(14), aRecord(day(14)), { recipients: [] });
    expect(first.record.hold?.reason).toBe('no-reachable-owner');
    expect(alertCodes(first)).toEqual(['no-reachable-owner']);
    const again = evaluated(day(15), first.record, { recipients: [] });
    expect(alertCodes(again)).toEqual([]);
    const found = evaluated(day(16), { ...first.record, evidence: evidenceOf(day(16)) });
    expect(found.record.hold?.reason).not.toBe('no-reachable-owner');
    expect(found.beside.some((write) => 'delete' in write)).toBe(true);
    expect(pendingOf(found)).toEqual(['ana warning']);
  });

  test('the third veto in a row is told to operators, the second and the fourth are not', () => {
    const vetoedAfter = (count: number) =>
      evaluated(
        day(16),
        aRecord(day(16), {
          open: graced(),
          vetoes: count === 0 ? null : { count, lastAt: day(1) },
          task: aTask({ publishedByUserAt: day(15) }),
        }),
      );
    expect(vetoedAfter(1).record.vetoes).toEqual({ count: 2, lastAt: day(15) });
    expect(alertCodes(vetoedAfter(1))).toEqual([]);
    expect(alertCodes(vetoedAfter(2))).toEqual(['veto-loop']);
    expect(alertCodes(vetoedAfter(3))).toEqual([]);
  });

  test('one publication is one veto, however often it is looked at', () => {
    const first = evaluated(
      day(16),
      aRecord(day(16), { open: graced(), task: aTask({ publishedByUserAt: day(15) }) }),
    );
    const again = evaluated(day(17), { ...first.record, evidence: evidenceOf(day(17)) });
    expect(again.record.vetoes).toEqual({ count: 1, lastAt: day(15) });
  });
});

test('one who left is marked, one who is back is warned again', () => {
  const parts = { ana: warnedAt(day(14)), bob: warnedAt(day(14), { address: bob.address }) };
  const left = evaluated(day(16), aRecord(day(16), { open: graced({ told: parts }) }), { recipients: [ana] });
  expect(left.record.open?.told.bob?.left).toBe(true);
  const back = evaluated(
    day(17),
    { ...left.record, evidence: evidenceOf(day(17)) },
    { recipients: [ana, bob] },
  );
  expect(pendingOf(back)).toEqual(['bob warning']);
});

test('what is due is left to the run, which knows the pace', () => {
  const open = graced({ rungs: [{ grace: 1, lead: DAY, deadline: day(21) }] });
  const done = evaluated(day(21), aRecord(day(21), { open }));
  expect(done.decision.answer).toBe('disable');
  expect(done.record.open?.disabling).toBeUndefined();
  expect(done.record.next).toEqual({ at: day(21), why: 'disable' });
});

describe('a table that was restored', () => {
  const restoredAt = day(20);
  const asker = { by: 'run', run: 'r', disableAt: day(21) } as const;
  const spiked = {
    ...graced(),
    brake: { heldAt: day(18), approvedAt: day(19) },
    disabling: {
      ...{ state: 'requested' as const, asker, attempts: 1 },
      ...{ queuedAt: day(19), requestedAt: day(19) },
    },
  };

  test('lets all be warned anew, once; approvals and what was under way are void', () => {
    const done = evaluated(day(21), aRecord(day(21), { open: spiked }), { restoredAt });
    expect(pendingOf(done)).toEqual(['ana warning']);
    expect(done.record.open).toMatchObject({ number: 1, grace: 2, restoredAt });
    expect(done.record.open).not.toHaveProperty('brake');
    expect(done.record.open).not.toHaveProperty('disabling');
    const again = evaluated(day(22), aRecord(day(22), { open: done.record.open }), { restoredAt });
    expect(pendingOf(again)).toEqual([]);
    expect(again.record.open?.grace).toBe(2);
  });

  test('before an episode fired says nothing of it: what was decided of it stands', () => {
    const done = evaluated(day(14), aRecord(day(14)), { restoredAt: day(10) });
    expect(done.record.open).toMatchObject({ grace: 1 });
    expect(done.record.open).not.toHaveProperty('restoredAt');
    expect(evaluated(day(14), aRecord(day(14))).record.open).not.toHaveProperty('restoredAt');
    expect(evaluated(day(14), aRecord(day(14))).record.open).not.toHaveProperty('modeRaisedAt');
  });

  test('is no other reason to warn: an approval stands for whoever joins, and for a mode that was raised', () => {
    const { brake } = spiked;
    const open = graced({ brake });
    const joined = evaluated(day(20), aRecord(day(20), { open }), { recipients: [ana, bob] });
    expect(pendingOf(joined)).toContain('bob warning');
    expect(joined.record.open?.brake).toEqual(brake);
    const raised = evaluated(day(20), aRecord(day(20), { open }), {
      policy: aPolicy({ modeRaisedAt: day(19) }),
    });
    expect(raised.record.open).toMatchObject({ grace: 2, brake });
  });

  test('lets an episode of which nobody was warned yet begin its first grace, once', () => {
    const done = evaluated(day(21), aRecord(day(21), { open: fired() }), { restoredAt });
    expect(done.record.open).toMatchObject({ grace: 1, restoredAt });
    const again = evaluated(day(22), aRecord(day(22), { open: done.record.open }), { restoredAt });
    expect(again.record.open?.grace).toBe(1);
  });
});
