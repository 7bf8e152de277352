import { describe, expect, test } from 'vitest';
import type { Case } from '../../../functions/abandonment/decide.ts';
import { judgeNotice } from '../../../functions/abandonment/judge-notice.ts';
import type { Episode, Informed } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../../functions/abandonment/time.ts';
import type { Topic } from '../../../functions/abandonment/topics.ts';
import { evaluate } from '../../../functions/episodes/evaluate.ts';
import type { Transition } from '../../../functions/episodes/transition.ts';
import type { NoticeRecord } from '../../../functions/store/notices.ts';
import { newTaskRecord, type TaskRecord } from '../../../functions/store/tasks.ts';
import {
  aCase,
  aPolicy,
  aTask,
  day,
  evidenceOf,
  graced,
  reminderSteps,
  warnedAt,
} from '../abandonment/decide-builders.ts';

const ARN = 'arn:aws:sns:eu-west-1:123456789012:chat' as const;
const chat: Topic = { key: 'chat', topic: ARN };
const heard = (more: Partial<Informed> = {}): Record<string, Informed> => ({
  chat: { topic: ARN, grace: 1, heard: 'dated', ...more },
});
const unheard = { chat: { topic: ARN, grace: 1 } } as const;

const looked = (
  now: Instant,
  open: Episode,
  topics: Topic[],
  more: Partial<Case> = {},
  record: Partial<TaskRecord> = {},
): Transition => {
  const stored = {
    ...newTaskRecord(aTask()),
    evidence: evidenceOf(now),
    episodes: 1,
    rev: 3,
    open,
    ...record,
  };
  const caseOf = ({ task, evidence, keep, open }: TaskRecord) =>
    aCase(now, { task, evidence, keep, episode: open, ...more });
  return evaluate(stored, { caseOf, topics, now, confirmWithin: HOUR });
};

/** `chat warning`, or `chat -` where a notice is taken away. */
const askedOf = ({ beside }: Transition, key = 'chat') =>
  beside.flatMap((write) => {
    if ('put' in write && write.put.recipient === key) {
      return [(write.put as unknown as NoticeRecord).pending?.notice];
    }
    return 'delete' in write && write.delete.pk === `R#${key}` ? ['-'] : [];
  });

describe('a topic is asked to hear', () => {
  test('the warning of a grace once, a minute after people were asked to be warned', () => {
    const transition = looked(day(14), graced({ grace: 0, graceMode: 'detect', told: {}, dates: [] }), [
      chat,
    ]);
    expect(askedOf(transition, 'ana')).toEqual(['warning']);
    expect(askedOf(transition)).toEqual(['warning']);
    const notices = transition.beside.flatMap((write) => ('put' in write ? [write.put] : []));
    expect(notices.find(({ recipient }) => recipient === 'chat')).toMatchObject({
      address: ARN,
      pending: { notBefore: day(14) + MINUTE },
    });
    expect(askedOf(looked(day(15), transition.record.open as Episode, [chat]))).toEqual([]);
  });

  test('the warning of a new grace again', () => {
    expect(askedOf(looked(day(15), graced({ informed: heard({ grace: 0 }) }), [chat]))).toEqual(['warning']);
  });

  test('each rung once, with what people are asked to be reminded', () => {
    const transition = looked(day(18), graced({ informed: heard() }), [chat]);
    expect(askedOf(transition)).toEqual(['reminder']);
    const open = transition.record.open as Episode;
    expect(open.informed?.chat?.rung).toEqual({ grace: 1, lead: 3 * DAY, deadline: day(21) });
    expect(askedOf(looked(day(18, 1), open, [chat]))).toEqual([]);
  });

  test('no rung that had passed when it joined', () => {
    const parts = { ana: warnedAt(day(14), { reminder: reminded }) };
    const open = graced({ told: parts, rungs: reminderSteps(day(21), 3 * DAY) });
    const joined = looked(day(19), open, [chat]);
    expect(askedOf(joined)).toEqual(['warning']);
    expect(askedOf(looked(day(19, 1), joined.record.open as Episode, [chat]))).toEqual([]);
  });

  test('nothing below mode notify, and nothing before anybody is asked to be warned', () => {
    const policy = aPolicy({ mode: 'detect' });
    const open = graced({ grace: 0, graceMode: 'detect', told: {}, dates: [] });
    expect(askedOf(looked(day(15), open, [chat], { policy }))).toEqual([]);
    expect(askedOf(looked(day(15), open, [chat], { recipients: [] }))).toEqual([]);
    expect(askedOf(looked(day(15), graced(), [chat], { policy }))).toEqual([]);
  });
});

describe('many topics', () => {
  const many = (count: number): Topic[] =>
    Array.from({ length: count }, (_, place) => ({ key: `t${place}`, topic: `arn:t${place}` }));
  const heardBy = ({ beside }: Transition) =>
    beside.flatMap((write) =>
      'put' in write && `${write.put.recipient}`.startsWith('t') ? [write.put.recipient] : [],
    );

  test('hear it in more than one transaction, each once', () => {
    const first = looked(day(15), graced(), many(100));
    expect(first).toMatchObject({ isCut: true, record: { next: { at: day(15), why: 'look' } } });
    expect(first.beside).toHaveLength(90);
    const second = looked(day(15), first.record.open as Episode, many(100));
    expect(second.isCut).toBe(false);
    expect(new Set([...heardBy(first), ...heardBy(second)]).size).toBe(100);
    expect(second.beside).toHaveLength(10);
    expect([...second.told]).toHaveLength(10);
  });

  test('hear it in the room that people leave', () => {
    const open = graced({ grace: 0, graceMode: 'detect', told: {}, dates: [] });
    const done = looked(day(15), open, many(89));
    expect(done.isCut).toBe(false);
    expect(done.beside).toHaveLength(90);
    expect([...done.told]).toHaveLength(90);
    expect(looked(day(15), open, many(90)).isCut).toBe(true);
  });
});

describe('what a topic hears', () => {
  const pendingFor = ({ beside }: Transition) =>
    beside.flatMap((write) =>
      'put' in write && write.put.recipient === 'chat'
        ? [(write.put as unknown as NoticeRecord).pending]
        : [],
    );

  test('of a step is its lead and its date, a minute after people', () => {
    expect(pendingFor(looked(day(18), graced({ informed: heard() }), [chat]))).toEqual([
      {
        ...{ notice: 'reminder', since: day(18), notBefore: day(18) + MINUTE },
        ...{ lead: 3 * DAY, by: day(21) },
      },
    ]);
  });

  test('is a step again where its date moved, and not once more where it did not', () => {
    const steps = reminderSteps(day(23), 3 * DAY);
    const dates = [{ at: day(14), disableAt: day(23), grace: 1, after: 9 * DAY }];
    const stepAt = (lead: number, deadline: Instant) => ({ grace: 1, lead, deadline });
    const asked = (step: ReturnType<typeof stepAt>) =>
      askedOf(looked(day(20), graced({ rungs: steps, dates, informed: heard({ rung: step }) }), [chat]));
    expect(asked(stepAt(3 * DAY, day(21)))).toEqual(['reminder']);
    expect(asked(stepAt(5 * DAY, day(23)))).toEqual(['reminder']);
    expect(asked(stepAt(3 * DAY, day(23)))).toEqual([]);
  });

  test('of a task that outlives its deadline is that', () => {
    const task = aTask({ deadline: day(14) });
    const policy = aPolicy({ atDeadline: 'alert', mode: 'notify' });
    const parts = { ana: warnedAt(day(14), { dated: false }) };
    const open = graced({
      alert: 'task_overdue',
      since: day(14),
      graceMode: 'notify',
      told: parts,
      dates: [],
    });
    expect(askedOf(looked(day(15), open, [chat], { policy }, { task }))).toEqual(['overdue']);
  });

  test('is that its date no longer holds where the mode goes down, once; and the warning of the next grace', () => {
    const policy = aPolicy({ mode: 'notify' });
    const lowered = looked(day(15), graced({ informed: heard() }), [chat], { policy });
    expect(pendingFor(lowered)).toMatchObject([
      {
        ...{ notice: 'withdrawn', since: day(15), notBefore: day(15) },
        facts: { since: graced().since, resolvedReason: 'policy' },
      },
    ]);
    expect(lowered.record.open?.informed?.chat).toEqual({ topic: ARN, grace: 1, heard: 'undated' });
    const open = lowered.record.open as Episode;
    expect(askedOf(looked(day(15, 1), open, [chat], { policy }))).toEqual([]);
    expect(askedOf(looked(day(16), open, [chat]))).toEqual(['warning']);
  });

  test('is nothing once it is subscribed no more; one that comes back hears the warning again', () => {
    const open = graced({ informed: heard() });
    const gone = looked(day(15), open, []);
    expect(askedOf(gone)).toEqual([]);
    expect(gone.record.open?.informed).toEqual({});
    expect(askedOf(looked(day(15, 1), gone.record.open as Episode, [chat]))).toEqual(['warning']);
    const informed = {
      ...heard(),
      other: { topic: 'arn:other', grace: 1, heard: 'dated' as const },
    } as const;
    expect(looked(day(15), graced({ informed }), [chat]).record.open?.informed).toEqual(heard());
  });

  test('is known in detect, where nobody looks up who is subscribed', () => {
    const policy = aPolicy({ mode: 'detect' });
    const open = graced({ informed: heard({ heard: 'undated' }), graceMode: 'detect' });
    expect(looked(day(15), open, [], { policy }).record.open?.informed).toEqual(open.informed);
  });
});

const reminded = { lead: 3 * DAY, deadline: day(21), state: 'done' as const };

describe('the end of an episode', () => {
  const keep = (by: string) => ({ kind: 'keep' as const, until: day(60), by, at: day(15) });

  test.each([
    ['a policy', { policy: aPolicy({ warnAfter: 30 * DAY }) }, {}],
    ['a publication', {}, { task: aTask({ publishedByUserAt: day(15) }) }],
    ['a keep', {}, { keep: keep('ana@acme.test') }],
  ] as [string, Partial<Case>, Partial<TaskRecord>][])(
    'by %s takes a date back from a topic that was told it',
    (_, more, record) => {
      const ended = (informed: Record<string, Informed>) =>
        looked(day(15), graced({ informed }), [chat], more, record);
      expect(askedOf(ended(heard()))).toEqual(['withdrawn']);
      expect(askedOf(ended(heard({ heard: 'undated' })))).toEqual(['-']);
      expect(askedOf(ended(unheard))).toEqual(['-']);
    },
  );

  test('by recovery is told where that is asked for, to topics that heard', () => {
    const evidence = evidenceOf(day(15), { statuses: ['PRIMARY'] });
    const policy = aPolicy({ recoveryMail: true });
    const ended = (informed: Record<string, Informed>, more: Partial<Case> = { policy }) =>
      looked(day(15), graced({ informed }), [chat], more, { evidence });
    expect(askedOf(ended(heard()))).toEqual(['recovered']);
    expect(askedOf(ended(unheard))).toEqual(['-']);
    expect(askedOf(ended(heard(), {}))).toEqual(['-']);
  });
});

describe('just before it is published', () => {
  const judge = (now: Instant, open: Episode, notice: 'warning' | 'reminder', more: Partial<Case> = {}) =>
    judgeNotice(aCase(now, { episode: open, ...more }), 'chat', notice, now);

  test('a warning repeats the date that stands', () => {
    expect(judge(day(14, 1), graced({ informed: unheard }), 'warning')).toEqual({
      verdict: 'send',
      disableAt: day(21),
      after: 7 * DAY,
    });
  });

  test('a warning waits while nobody’s warning was accepted', () => {
    const { acceptedAt: _, ...tried } = warnedAt(day(14), { warning: 'tried' });
    const open = graced({ told: { ana: tried }, informed: unheard });
    expect(judge(day(14, 1), open, 'warning')).toEqual({ verdict: 'wait', reason: 'nobody-warned' });
    const policy = aPolicy({ mode: 'notify' });
    expect(judge(day(14, 1), { ...open, graceMode: 'notify' }, 'warning', { policy })).toEqual({
      verdict: 'wait',
      reason: 'nobody-warned',
    });
  });

  test('a reminder waits where the only warned owner is dead', () => {
    const open = graced({ informed: heard() });
    expect(judge(day(18), open, 'reminder', { recipients: [] })).toMatchObject({ verdict: 'wait' });
  });

  test('no date that has passed is told', () => {
    const open = graced({ informed: unheard });
    expect(judge(day(21) - 1, open, 'warning')).toMatchObject({ verdict: 'send' });
    expect(judge(day(21), open, 'warning')).toEqual({ verdict: 'wait', reason: 'no-date-ahead' });
  });

  test('a warning without a date goes out in mode notify, and no reminder', () => {
    const policy = aPolicy({ mode: 'notify' });
    const parts = { ana: warnedAt(day(14), { dated: false }) };
    const open = graced({ told: parts, dates: [], graceMode: 'notify', informed: unheard });
    expect(judge(day(15), open, 'warning', { policy })).toEqual({ verdict: 'send', disableAt: null });
    expect(judge(day(15), open, 'reminder', { policy })).toEqual({ verdict: 'void', reason: 'stage' });
  });

  test('a warning that was heard is void', () => {
    const open = graced({ informed: heard() });
    expect(judge(day(15), open, 'warning')).toEqual({ verdict: 'void', reason: 'told' });
  });
});
