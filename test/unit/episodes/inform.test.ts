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
  rungsFor,
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
    const settled = looked(day(14), graced({ grace: 0, graceMode: 'detect', told: {}, dates: [] }), [chat]);
    expect(askedOf(settled, 'ana')).toEqual(['warning']);
    expect(askedOf(settled)).toEqual(['warning']);
    const notices = settled.beside.flatMap((write) => ('put' in write ? [write.put] : []));
    expect(notices.find(({ recipient }) => recipient === 'chat')).toMatchObject({
      address: ARN,
      pending: { notBefore: day(14) + MINUTE },
    });
    expect(askedOf(looked(day(15), settled.record.open as Episode, [chat]))).toEqual([]);
  });

  test('the warning of a new grace again', () => {
    expect(askedOf(looked(day(15), graced({ informed: heard({ grace: 0 }) }), [chat]))).toEqual(['warning']);
  });

  test('each rung once, with what people are asked to be reminded', () => {
    const settled = looked(day(18), graced({ informed: heard() }), [chat]);
    expect(askedOf(settled)).toEqual(['reminder']);
    const open = settled.record.open as Episode;
    expect(open.informed?.chat?.rung).toEqual({ grace: 1, lead: 3 * DAY, deadline: day(21) });
    expect(askedOf(looked(day(18, 1), open, [chat]))).toEqual([]);
  });

  test('no rung that had passed when it joined', () => {
    const told = { ana: warnedAt(day(14), { reminder: reminded }) };
    const open = graced({ told, rungs: rungsFor(day(21), 3 * DAY) });
    const joined = looked(day(19), open, [chat]);
    expect(askedOf(joined)).toEqual(['warning']);
    expect(askedOf(looked(day(19, 1), joined.record.open as Episode, [chat]))).toEqual([]);
  });

  test('nothing below mode notify, and nothing before anybody is asked to be warned', () => {
    const policy = aPolicy({ mode: 'detect' });
    const open = graced({ grace: 0, graceMode: 'detect', told: {}, dates: [] });
    expect(askedOf(looked(day(15), open, [chat], { policy }))).toEqual([]);
    expect(askedOf(looked(day(15), open, [chat], { recipients: [] }))).toEqual([]);
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
    const told = { ana: warnedAt(day(14), { dated: false }) };
    const open = graced({ told, dates: [], graceMode: 'notify', informed: unheard });
    expect(judge(day(15), open, 'warning', { policy })).toEqual({ verdict: 'send', disableAt: null });
    expect(judge(day(15), open, 'reminder', { policy })).toEqual({ verdict: 'void', reason: 'stage' });
  });

  test('a warning that was heard is void', () => {
    const open = graced({ informed: heard() });
    expect(judge(day(15), open, 'warning')).toEqual({ verdict: 'void', reason: 'told' });
  });
});
