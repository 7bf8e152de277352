import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { tryMessages } from '../../../functions/breaker/trial.ts';
import type { TrialAnswer } from '../../../functions/work/trial.ts';
import { type FakeMessage, START, stage } from './stage.ts';

const FAILED: TrialAnswer = { verdict: 'failed', reason: 'away', delaySeconds: 600 };
const NOTHING: TrialAnswer = { verdict: 'nothing', reason: 'over' };
const LATER: TrialAnswer = { verdict: 'later', reason: 'not yet', delaySeconds: 240 };

const message = (messageId: string, more: Partial<FakeMessage> = {}): FakeMessage => ({
  messageId,
  firstSentAt: START,
  trials: 0,
  ...more,
});

/** What a trial comes to with these messages on the queue, and what was done with them. */
async function tried(messages: FakeMessage[], answers: Record<string, TrialAnswer>) {
  const { system, control } = stage();
  Object.assign(control, { messages: [...messages], answers });
  const result = await tryMessages(system, control, 'disable');
  return { result, done: control.done, left: control.messages };
}

describe('a trial with real messages', () => {
  it('passes with the first that is worked, which is deleted, and leaves the others alone', async () => {
    const { result, done, left } = await tried([message('a'), message('b')], {});
    expect(result).toBe('passed');
    expect(done).toEqual(['try a', 'remove a']);
    expect(left).toEqual([message('b')]);
  });

  it('finds an empty queue', async () => {
    expect((await tried([], {})).result).toBe('empty');
  });

  it('puts what failed back as a copy with its history before it deletes it', async () => {
    const { result, done, left } = await tried([message('a'), message('b')], { a: FAILED });
    expect(result).toEqual({ failed: 'away', inTrial: true });
    expect(done).toEqual(['try a', 'copy a', 'remove a']);
    expect(left).toEqual([message('b'), message('a', { trials: 1, delay: 30_000 })]);
  });

  it('tries another where the first was known to fail: it may be its own fault', async () => {
    const poison = message('poison', { trials: 3 });
    const { result, done } = await tried([poison, message('b')], { poison: FAILED });
    expect(result).toBe('passed');
    // It keeps its count of deliveries, so that it ends as any bad message does.
    expect(done).toEqual(['try poison', 'try b', 'remove b']);
  });

  it('fails after two, however many wait', async () => {
    const known = ['a', 'b', 'c'].map((id) => message(id, { trials: 1 }));
    const { result, done } = await tried(known, { a: FAILED, b: FAILED, c: FAILED });
    expect(result).toEqual({ failed: 'away', inTrial: true });
    expect(done.filter((step) => step.startsWith('try'))).toEqual(['try a', 'try b']);
  });

  it('passes over what ends and shows nothing, and is decided by the next', async () => {
    const { result, done } = await tried([message('a'), message('b')], { a: NOTHING, b: FAILED });
    expect(result).toEqual({ failed: 'away', inTrial: true });
    expect(done).toEqual(['try a', 'remove a', 'try b', 'copy b', 'remove b']);
  });

  it('passes with one that waits as planned where that shows enough, and leaves it where it is', async () => {
    const { result, done } = await tried([message('a')], {
      a: { verdict: 'passed', reason: 'not known yet', delaySeconds: 20 },
    });
    expect(result).toBe('passed');
    expect(done).toEqual(['try a']);
  });

  it('is undecided where all that is there waits as planned', async () => {
    const { result, left } = await tried([message('a')], { a: LATER });
    expect(result).toBe('undecided');
    expect(left).toEqual([message('a', { trials: 1, delay: 240_000 })]);
  });

  it('is undecided where messages are there and none can be had', async () => {
    expect((await tried([message('a', { delay: 30_000 })], {})).result).toBe('undecided');
  });

  it('does not send again what is older than any queue keeps', async () => {
    const old = message('a', { firstSentAt: START - 14 * DAY - 1 });
    expect((await tried([old], { a: FAILED })).done).toEqual(['try a']);
  });
});
