import { describe, expect, test } from 'vitest';
import { BOUNDS } from '../../../functions/abandonment/bounds.ts';
import type { Case, Recipient } from '../../../functions/abandonment/decide.ts';
import type { EffectivePolicy } from '../../../functions/abandonment/policy.ts';
import type { Announced, Stopping } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant } from '../../../functions/abandonment/time.ts';
import { withAnnouncementOutcome } from '../../../functions/episodes/announce.ts';
import { evaluate } from '../../../functions/episodes/evaluate.ts';
import type { MailOutcome } from '../../../functions/episodes/mail.ts';
import { withoutNoticeOf } from '../../../functions/episodes/notice-taken-back.ts';
import type { Transition } from '../../../functions/episodes/transition.ts';
import type { DigestItem } from '../../../functions/store/digests.ts';
import type { NoticeRecord } from '../../../functions/store/notices.ts';
import { newTaskRecord, type TaskRecord } from '../../../functions/store/tasks.ts';
import {
  aCase,
  ana,
  aPolicy,
  aTask,
  bob,
  day,
  evidenceOf,
  graced,
  T0,
} from '../abandonment/decide-builders.ts';

/** The task ends at T0 + 20 d by itself; its owners are told three days before. */
const END = day(20);
const ANNOUNCED: Partial<EffectivePolicy> = { mode: 'notify', stopNotice: 3 * DAY, atDeadline: 'alert' };

const running = (now: Instant, more: Partial<TaskRecord> = {}): TaskRecord => ({
  ...newTaskRecord(aTask({ deadline: END })),
  evidence: evidenceOf(now, { statuses: ['PRIMARY'] }),
  rev: 3,
  ...more,
});

const looked = (now: Instant, record: TaskRecord, more: Partial<Case> = {}): Transition => {
  const caseOf = ({ task, evidence, keep, open, stopping }: TaskRecord) =>
    aCase(now, {
      ...{ task, evidence, keep, episode: open, stopping },
      ...{ policy: aPolicy(ANNOUNCED), hearers: [ana, bob], ...more },
    });
  return evaluate(record, { caseOf, topics: [], now, confirmWithin: HOUR });
};

const noticesIn = ({ beside }: Transition): NoticeRecord[] =>
  beside.flatMap((write) =>
    'put' in write && `${write.put.sk}`.startsWith('N#') ? [write.put as unknown as NoticeRecord] : [],
  );
const notifiedIn = (done: Transition) =>
  noticesIn(done)
    .filter(({ pending }) => pending?.notice === 'stopping')
    .map(({ recipient }) => recipient);

const crowd = (count: number): Recipient[] =>
  Array.from({ length: count }, (_, place) => ({
    key: `r${place}`,
    address: `r${place}@x.test`,
    declined: false,
  }));

describe('a deadline of a task’s own', () => {
  test('is told to each of its recipients as soon as the notice begins', () => {
    const done = looked(day(17), running(day(17)));
    expect(noticesIn(done)).toMatchObject(
      [ana, bob].map(({ key, address }) => ({
        ...{ recipient: key, address, task: 'acmeCo/a', episode: 0, until: END },
        pending: { notice: 'stopping', since: day(17), notBefore: day(17), by: END },
      })),
    );
    expect([...done.told]).toEqual(['ana', 'bob']);
    expect(done.record.stopping).toEqual({
      ...{ moves: 0, seen: END, lookAt: END },
      told: {
        ana: { address: ana.address, pending: { deadline: END, moves: 0 } },
        bob: { address: bob.address, pending: { deadline: END, moves: 0 } },
      },
    });
    expect(done.record.open).toBeNull();
    expect(done.isCut).toBe(false);
  });

  test('is told to nobody a moment before, and nothing is written', () => {
    const before = running(day(17) - 1);
    const done = looked(day(17) - 1, before);
    expect(done.record).toBe(before);
    expect(done.beside).toEqual([]);
    expect([...done.told]).toEqual([]);
  });

  test('is told once, and nothing is written until it is there', () => {
    const first = looked(day(17), running(day(17)));
    const again = looked(day(19), first.record);
    expect(again.beside).toEqual([]);
    expect(again.record).toBe(first.record);
  });

  test('is told to whoever joins, beside those who know', () => {
    const first = looked(day(17), running(day(17)), { hearers: [ana] });
    const joined = looked(day(18), first.record);
    expect(notifiedIn(joined)).toEqual(['bob']);
    expect(joined.record.stopping?.told).toEqual({
      ana: { address: ana.address, pending: { deadline: END, moves: 0 } },
      bob: { address: bob.address, pending: { deadline: END, moves: 0 } },
    });
  });

  test.each<[string, Partial<Case>, Partial<TaskRecord>]>([
    ['to whoever declined', { hearers: [{ ...ana, declined: true }] }, {}],
    ['where nobody is to hear of it', { hearers: [] }, {}],
    [
      'while its owner keeps it from being disabled at it',
      { policy: aPolicy({ ...ANNOUNCED, mode: 'disable', atDeadline: 'disable' }) },
      { keep: { kind: 'keep', until: day(40), by: ana.address, at: day(15) } },
    ],
  ])('is not told %s', (_where, taskCase, record) => {
    const done = looked(day(17), running(day(17), record), taskCase);
    expect(notifiedIn(done)).toEqual([]);
    expect(done.record.stopping?.told ?? {}).toEqual({});
  });

  test('is looked at again where something is done of a task that outlives it, and else never', () => {
    const lookAt = (atDeadline: EffectivePolicy['atDeadline']) =>
      looked(day(17), running(day(17)), { policy: aPolicy({ ...ANNOUNCED, atDeadline }) }).record.stopping
        ?.lookAt;
    expect(lookAt('alert')).toBe(END);
    expect(lookAt('nothing')).toBeNull();
  });

  test('that moves earlier is told again, once; that moves later within the notice is not', () => {
    const first = looked(day(17), running(day(17)));
    const movedTo = (deadline: Instant) => looked(day(18), { ...first.record, task: aTask({ deadline }) });
    expect(notifiedIn(movedTo(day(19)))).toEqual(['ana', 'bob']);
    expect(movedTo(day(19)).record.stopping).toMatchObject({ moves: 1, seen: day(19) });
    expect(notifiedIn(looked(day(18, 1), movedTo(day(19)).record))).toEqual([]);
    expect(notifiedIn(movedTo(day(20, 12)))).toEqual([]);
    expect(movedTo(day(20, 12)).record.stopping).toMatchObject({ moves: 0, seen: day(20, 12) });
  });

  test('that is taken away leaves no look at it behind, and what was told stays known', () => {
    const first = looked(day(17), running(day(17)));
    const taken = looked(day(18), { ...first.record, task: aTask() });
    expect(taken.record.stopping).not.toHaveProperty('lookAt');
    expect(Object.keys(taken.record.stopping?.told ?? {})).toEqual(['ana', 'bob']);
  });

  test('of which nobody was told leaves nothing behind once it is taken away', () => {
    const first = looked(day(17), running(day(17)), { hearers: [] });
    expect(first.record.stopping).toEqual({ moves: 0, seen: END, told: {}, lookAt: END });
    expect(looked(day(18), { ...first.record, task: aTask() }, { hearers: [] }).record.stopping).toBeNull();
  });

  test('of 150 recipients is told to all, in more than one transaction', () => {
    const hearers = crowd(150);
    const first = looked(day(17), running(day(17)), { hearers });
    expect(first.isCut).toBe(true);
    expect(first.beside).toHaveLength(90);
    expect(first.record).toMatchObject({ next: { at: day(17), why: 'look' }, stopping: { lookAt: day(17) } });
    const second = looked(day(17), first.record, { hearers });
    expect(second.isCut).toBe(false);
    expect(new Set([...notifiedIn(first), ...notifiedIn(second)]).size).toBe(150);
    expect(second.beside).toHaveLength(60);
    expect(second.record.stopping).toMatchObject({ lookAt: END });
    expect(second.record.next).toBeNull();
  });

  test('of as many as one transaction takes is told to all at once', () => {
    const done = looked(day(17), running(day(17)), { hearers: crowd(90) });
    expect(done.isCut).toBe(false);
    expect(done.beside).toHaveLength(90);
  });

  test('is told whatever episode is open', () => {
    const open = graced({ firedAt: day(14) });
    const evidence = evidenceOf(day(17));
    const done = looked(day(17), running(day(17), { open, episodes: 1, evidence }), {
      pauses: { evaluate: true, notify: false, disable: false },
    });
    expect(notifiedIn(done)).toEqual(['ana', 'bob']);
    expect(done.record.open?.number).toBe(1);
  });
});

describe('a deadline that is past', () => {
  const PAUSED = { pauses: { evaluate: true, notify: false, disable: false } };
  const passed = (lookAt: Instant): Stopping => ({ moves: 0, seen: END, told: {}, lookAt });
  const hold = { reason: 'paused', since: day(20), late: true } as const;
  const keep = { kind: 'keep' as const, until: day(30), by: ana.address, at: day(19) };

  test.each<[string, Instant]>([
    ['some time', END],
    ['just now', day(21)],
  ])('and due since %s stays as it is while evaluation is paused: nothing is written', (_since, lookAt) => {
    const held = running(day(21), { stopping: passed(lookAt), hold });
    const done = looked(day(21), held, PAUSED);
    expect(done.record).toBe(held);
    expect(done.beside).toEqual([]);
  });

  test('is looked at when the keep that holds it ends, and at once where somebody takes that back', () => {
    const kept = looked(day(21), running(day(21), { stopping: passed(END), keep }));
    expect(kept.record).toMatchObject({ stopping: { lookAt: day(30) }, hold: { reason: 'kept' } });
    const freed = looked(day(22), { ...kept.record, keep: null }, PAUSED);
    expect(freed.record.stopping?.lookAt).toBe(day(22));
  });
});

describe('a deadline that is looked at anew', () => {
  const PAUSED = { pauses: { evaluate: true, notify: false, disable: false } };
  const lookAfter = (lookAt: Instant | null, atDeadline: EffectivePolicy['atDeadline'], open = false) => {
    const stopping = { moves: 0, seen: END, told: {}, lookAt };
    const episode = graced({ alert: 'task_overdue', since: END, firedAt: END });
    const record = running(day(21), { stopping, ...(open && { open: episode, episodes: 1 }) });
    const policy = aPolicy({ ...ANNOUNCED, atDeadline });
    return looked(day(21), record, { ...PAUSED, policy }).record.stopping?.lookAt;
  };

  test('is due at once where a policy says since then what is done once it is past', () => {
    expect(lookAfter(null, 'alert')).toBe(day(21));
  });

  test('is never due again where nothing is done then any more, or while its episode is open', () => {
    expect(lookAfter(END, 'nothing')).toBeNull();
    expect(lookAfter(END, 'alert', true)).toBeNull();
  });
});

describe('those who were told of deadlines and hear of them no more', () => {
  const most = BOUNDS.toldLeft.most;
  const announcedAt = (place: number): Announced => ({
    address: `gone${place}@x.test`,
    last: { deadline: day(-50), moves: 0 },
    acceptedAt: day(-53) + place,
  });
  /** In no order of time: the newest first. */
  const gone = (count: number): Stopping['told'] =>
    Object.fromEntries(
      Array.from({ length: count }, (_, place) => [`g${place}`, announcedAt(place)]).reverse(),
    );
  const keptOf = (announcements: Stopping['told'], hearers: Recipient[] = [ana]) =>
    Object.keys(
      looked(day(17), running(day(17), { stopping: { moves: 1, seen: END, told: announcements } }), {
        hearers,
      }).record.stopping?.told ?? {},
    );

  test('are known as long as the row has room for them', () => {
    expect(keptOf(gone(most)).sort()).toEqual(['ana', ...Object.keys(gone(most))].sort());
  });

  test('are forgotten from the oldest on, and first those of whom no mail was taken', () => {
    const { acceptedAt: _, ...unheard } = announcedAt(0);
    const kept = keptOf({ ...gone(most), unheard });
    expect(kept).toHaveLength(most + 1);
    expect(kept).not.toContain('unheard');
    const fewer = keptOf(gone(most + 2));
    expect(fewer).toHaveLength(most + 1);
    expect(fewer).not.toContain('g0');
    expect(fewer).not.toContain('g1');
    expect(fewer).toContain('g2');
  });

  test('are none of those who hear of it still, however long ago they did', () => {
    const announcements = {
      ...gone(most + 2),
      bob: { ...announcedAt(-1), last: { deadline: END, moves: 1 } },
    };
    const kept = keptOf(announcements, [ana, bob]);
    expect(kept).toContain('bob');
    expect(kept).not.toContain('g1');
    expect(kept).toHaveLength(most + 2);
  });
});

describe('a mail with the notice of a deadline', () => {
  const MAIL: MailOutcome = {
    ...{ digest: 'd2', recipient: 'ana', claimedAt: day(17), acceptedAt: day(17) + 1_000 },
    ...{ standing: 'accepted', isPrinted: true, mayBeOut: true, isUnsent: false },
  };
  const ITEM: DigestItem = {
    ...{ task: 'acmeCo/a', episode: 0, notice: 'stopping', grace: 2, disableAt: END },
    ...{ since: T0, restarts: 0, asked: day(17) },
  };
  const PENDING: Announced = { address: ana.address, pending: { deadline: END, moves: 2 } };
  const TAKEN: Announced = {
    ...{ address: ana.address, last: { deadline: END, moves: 2 } },
    ...{ acceptedAt: day(17) + 1_000, digest: 'd2' },
  };
  const BOB: Announced = { address: bob.address, pending: { deadline: END, moves: 2 } };
  const asked = (announced: Announced = PENDING): TaskRecord =>
    running(day(17), {
      stopping: { moves: 2, seen: END, told: { ana: announced, bob: BOB }, lookAt: END },
    });
  const afterMail = (record: TaskRecord, mail: Partial<MailOutcome> = {}, item: Partial<DigestItem> = {}) =>
    withAnnouncementOutcome(record, { ...MAIL, ...mail }, { ...ITEM, ...item }, day(17, 1));

  test('that SES took tells them, of that deadline and its moves, and nobody else', () => {
    expect(afterMail(asked()).stopping).toEqual({
      ...{ moves: 2, seen: END, lookAt: END },
      told: { ana: TAKEN, bob: BOB },
    });
  });

  test('is what a disabling rests on where the task is to be disabled at its deadline', () => {
    expect(afterMail(asked(), {}, { binds: true }).stopping?.told.ana).toEqual({ ...TAKEN, binds: true });
  });

  test('changes nothing where it is heard of again, or where a later one is known', () => {
    const record = asked(TAKEN);
    expect(afterMail(record)).toBe(record);
    const later = asked({ ...TAKEN, digest: 'd3', acceptedAt: day(18) });
    expect(afterMail(later)).toBe(later);
  });

  test('takes the place of an earlier one', () => {
    const earlier = asked({
      ...TAKEN,
      digest: 'd1',
      acceptedAt: day(16),
      last: { deadline: day(25), moves: 1 },
    });
    expect(afterMail(earlier).stopping?.told.ana).toEqual(TAKEN);
  });

  test('that bounced told nobody: the deadline is looked at at once', () => {
    expect(afterMail(asked(TAKEN), { standing: 'failed' }).stopping).toEqual({
      ...{ moves: 2, seen: END, lookAt: day(17, 1) },
      told: { ana: { address: ana.address }, bob: BOB },
    });
  });

  test('that failed is no more asked for, and what an earlier one told stays', () => {
    const pending = { deadline: day(19), moves: 3 };
    const again = afterMail(asked({ ...TAKEN, digest: 'd1', pending }), { standing: 'failed' });
    expect(again.stopping?.told.ana).toEqual({ ...TAKEN, digest: 'd1' });
    expect(again.stopping?.lookAt).toBe(day(17, 1));
    expect(afterMail(asked(), { standing: 'failed' }).stopping?.told.ana).toEqual({ address: ana.address });
  });

  test.each<[string, TaskRecord, Partial<MailOutcome>]>([
    ['that failed after another one was taken', asked({ ...TAKEN, digest: 'd3' }), { standing: 'failed' }],
    ['that nobody knows the end of', asked(), { standing: 'open' }],
    ['that came to nothing', asked(), { standing: 'void' }],
    ['to somebody who is not told of it any more', asked(), { recipient: 'eve' }],
    ['of a task of which nothing is announced', running(day(17)), {}],
  ])('%s changes nothing', (_what, record, mail) => {
    expect(afterMail(record, mail)).toBe(record);
  });

  test('that was taken back unsent is asked for no more; what was told before stays', () => {
    const both = asked({ ...TAKEN, pending: { deadline: day(19), moves: 3 } });
    const back = withoutNoticeOf(both, 'ana', 'stopping', day(18));
    expect(back).toEqual({
      ...both,
      stopping: { moves: 2, seen: END, lookAt: END, told: { ana: TAKEN, bob: BOB } },
    });
    expect(withoutNoticeOf(asked(TAKEN), 'ana', 'stopping', day(18))).toBeUndefined();
    expect(withoutNoticeOf(asked(), 'eve', 'stopping', day(18))).toBeUndefined();
    expect(withoutNoticeOf(running(day(17)), 'ana', 'stopping', day(18))).toBeUndefined();
    expect(withoutNoticeOf(undefined, 'ana', 'stopping', day(18))).toBeUndefined();
  });
});
