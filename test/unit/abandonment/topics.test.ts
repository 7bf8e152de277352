import { describe, expect, test } from 'vitest';
import type { Case } from '../../../functions/abandonment/decide.ts';
import { judgeNotice } from '../../../functions/abandonment/judge-notice.ts';
import type { Episode, Informed, Notice } from '../../../functions/abandonment/task.ts';
import { DAY, type Instant } from '../../../functions/abandonment/time.ts';
import {
  isTopic,
  newestReminderStep,
  topicsThatHeard,
  topicsWithDate,
} from '../../../functions/abandonment/topics.ts';
import { aCase, ana, aPolicy, bob, day, graced, span, warnedAt } from './decide-builders.ts';

const ARN = 'arn:aws:sns:eu-west-1:123456789012:chat';
const chat = (more: Partial<Informed> = {}): Informed => ({ topic: ARN, grace: 1, ...more });
const informedOf = (informed: Informed, more: Partial<Episode> = {}): Episode =>
  graced({ informed: { chat: informed }, ...more });

const judge = (
  now: Instant,
  episode: Episode,
  notice: Notice,
  more: Partial<Case> & { again?: boolean } = {},
) => {
  const { again, ...fields } = more;
  return judgeNotice(aCase(now, { episode, ...fields }), 'chat', notice, now, again);
};

const { acceptedAt: _, ...asked } = warnedAt(day(14), { warning: 'pending' });
const unwarned = { ana: asked };
const standing = { verdict: 'send', disableAt: day(21), after: 7 * DAY };

describe('a topic hears a warning', () => {
  test('with the date that stands, and never makes one', () => {
    expect(judge(day(14, 1), informedOf(chat()), 'warning')).toEqual(standing);
    expect(judge(day(21) - 1, informedOf(chat()), 'warning')).toEqual(standing);
    const unknown = [span(day(15), day(16))];
    expect(judge(day(17), informedOf(chat()), 'warning', { unknown })).toMatchObject({ disableAt: day(22) });
  });

  test('without a date in mode notify', () => {
    const parts = { ana: warnedAt(day(14), { dated: false }) };
    const episode = informedOf(chat(), { graceMode: 'notify', told: parts, dates: [] });
    const policy = aPolicy({ mode: 'notify' });
    expect(judge(day(15), episode, 'warning', { policy })).toEqual({ verdict: 'send', disableAt: null });
  });

  test('not before somebody was warned', () => {
    const wait = { verdict: 'wait', reason: 'nobody-warned' };
    expect(judge(day(14, 1), informedOf(chat(), { told: unwarned }), 'warning')).toEqual(wait);
    const parts = { ...unwarned, bob: warnedAt(day(14)) };
    const recipients = [ana, bob];
    expect(judge(day(14, 1), informedOf(chat(), { told: parts }), 'warning', { recipients })).toEqual(
      standing,
    );
  });

  test('not while the date that stands has come', () => {
    expect(judge(day(21), informedOf(chat()), 'warning')).toEqual({
      verdict: 'wait',
      reason: 'no-date-ahead',
    });
  });

  test('not while people are to be notified of a date that there is not yet', () => {
    const parts = { ana: warnedAt(day(14), { dated: false }) };
    expect(judge(day(15), informedOf(chat(), { told: parts, dates: [] }), 'warning')).toEqual({
      verdict: 'wait',
      reason: 'no-date-ahead',
    });
  });

  test('once in a grace, and once more where it is to go again', () => {
    const heard = informedOf(chat({ heard: 'dated' }));
    expect(judge(day(15), heard, 'warning')).toEqual({ verdict: 'void', reason: 'told' });
    expect(judge(day(15), heard, 'warning', { again: true })).toEqual(standing);
  });

  test('not in a grace that began after it was asked to, not even again', () => {
    const over = informedOf(chat({ grace: 1 }), { grace: 2, told: { ana: warnedAt(day(15), { grace: 2 }) } });
    for (const again of [false, true])
      expect(judge(day(16), over, 'warning', { again })).toEqual({ verdict: 'void', reason: 'told' });
  });

  test('not in detect', () => {
    const policy = aPolicy({ mode: 'detect' });
    expect(judge(day(15), informedOf(chat()), 'warning', { policy })).toEqual({
      verdict: 'void',
      reason: 'stage',
    });
  });
});

describe('a topic hears a reminder', () => {
  const heard = informedOf(chat({ heard: 'dated' }));

  test('though it heard the warning, with the date that stands', () => {
    expect(judge(day(18), heard, 'reminder')).toEqual(standing);
  });

  test('of the present grace only', () => {
    const parts = { ana: warnedAt(day(15), { grace: 2 }) };
    const over = informedOf(chat({ heard: 'dated' }), { grace: 2, told: parts });
    expect(judge(day(18), over, 'reminder')).toEqual({ verdict: 'void', reason: 'told' });
  });

  test('not below mode disable', () => {
    for (const mode of ['detect', 'notify'] as const) {
      const policy = aPolicy({ mode });
      expect(judge(day(18), heard, 'reminder', { policy })).toEqual({ verdict: 'void', reason: 'stage' });
    }
  });
});

describe('of the topics of an episode', () => {
  const episode = graced({
    informed: {
      waiting: chat(),
      undated: chat({ heard: 'undated' }),
      dated: chat({ heard: 'dated' }),
    },
  });

  test('those that heard of it are known, and those that heard a date', () => {
    expect(topicsThatHeard(episode)).toEqual(['undated', 'dated']);
    expect(topicsWithDate(episode)).toEqual(['dated']);
  });

  test('there are none where it has none', () => {
    expect(topicsThatHeard(graced())).toEqual([]);
    expect(topicsWithDate(graced())).toEqual([]);
  });
});

test('the newest reminder step is the last of the present grace', () => {
  const step = (grace: number, lead: number) => ({ grace, lead, deadline: day(21) });
  const steps = [step(1, 3 * DAY), step(2, 3 * DAY), step(2, DAY), step(1, DAY)];
  expect(newestReminderStep(graced({ grace: 2, rungs: steps }))).toEqual(step(2, DAY));
  expect(newestReminderStep(graced({ grace: 3, rungs: steps }))).toBeUndefined();
});

test('a topic is told from an address by its ARN', () => {
  expect(isTopic(ARN)).toBe(true);
  for (const address of ['ana@acme.test', 'arn@acme.test', 'barn:x@acme.test', ''])
    expect(isTopic(address)).toBe(false);
});
