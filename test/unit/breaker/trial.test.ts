import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { tryMessages } from '../../../functions/breaker/trial.ts';
import type { TrialAnswer } from '../../../functions/work/trial.ts';
import { breakerStage, type FakeMessage, START } from './stage.ts';

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
async function tried(messages: FakeMessage[], answers: Record<string, TrialAnswer>, takesMinutes = 0) {
  const { system, control, pass, logs } = breakerStage();
  Object.assign(control, { messages: [...messages], answers });
  const { hand } = control;
  control.hand = async (queue, taken) => {
    pass(takesMinutes);
    return hand.call(control, queue, taken);
  };
  const result = await tryMessages(system, control, 'disable');
  return { result, done: control.done, left: control.messages, logged: logs('breaker: tried') };
}

const SECOND_IN_MINUTES = 1 / 60;
/** As many messages with the same answer. */
const many = (size: number, answer: TrialAnswer) => {
  const ids = Array.from({ length: size }, (_, at) => `m${at + 1}`);
  return [ids.map((id) => message(id)), Object.fromEntries(ids.map((id) => [id, answer]))] as const;
};
const triedOf = (done: readonly string[]) => done.filter((step) => step.startsWith('try'));

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
    expect(result).toBe('failed-in-trial');
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
    const messages = ['a', 'b', 'c'].map((id) => message(id, { trials: 1 }));
    const { result, done } = await tried(messages, { a: FAILED, b: FAILED, c: FAILED });
    expect(result).toBe('failed-in-trial');
    expect(done.filter((step) => step.startsWith('try'))).toEqual(['try a', 'try b']);
  });

  it('passes over what ends and shows nothing, and is decided by the next', async () => {
    const { result, done } = await tried([message('a'), message('b')], { a: NOTHING, b: FAILED });
    expect(result).toBe('failed-in-trial');
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
    const { done, result } = await tried([old], { a: FAILED });
    expect(done).toEqual(['try a']);
    expect(result).toBe('failed-in-trial');
    const kept = message('a', { firstSentAt: START - 14 * DAY });
    expect((await tried([kept], { a: FAILED })).done).toEqual(['try a', 'copy a', 'remove a']);
  });

  it('puts what failed back before it deletes it, also where its worker died and asked for no wait', async () => {
    const { done, left } = await tried([message('a')], { a: { verdict: 'failed', reason: 'exit' } });
    expect(done).toEqual(['try a', 'copy a', 'remove a']);
    expect(left).toEqual([message('a', { trials: 1, delay: 30_000 })]);
  });

  it('lets what waits as planned wait as long as it wants, but no longer than SQS can', async () => {
    const delayOf = async (delaySeconds?: number) => {
      const later = { verdict: 'later' as const, reason: 'not yet' };
      const answer = delaySeconds === undefined ? later : { ...later, delaySeconds };
      return (await tried([message('a')], { a: answer })).left[0]?.delay;
    };
    expect([await delayOf(20), await delayOf(3_600), await delayOf()]).toEqual([20_000, 900_000, 30_000]);
  });

  it('goes on past what waits as planned, however often', async () => {
    const [messages, answers] = many(3, LATER);
    const { result, done } = await tried([...messages, message('worked')], answers);
    expect(result).toBe('passed');
    // They were not worked: they keep their counts of deliveries, as in any batch.
    expect(done).toEqual(['try m1', 'try m2', 'try m3', 'try worked', 'remove worked']);
  });

  it('fails with one that failed, whatever waits as planned beside it', async () => {
    const { result, left } = await tried([message('a'), message('b')], { a: LATER, b: FAILED });
    expect(result).toBe('failed-in-trial');
    expect(left.map(({ messageId, delay }) => [messageId, delay])).toEqual([
      ['a', 240_000],
      ['b', 30_000],
    ]);
  });

  it('tries ten in one look and no more', async () => {
    const { result, done, left } = await tried(...many(11, NOTHING));
    expect(triedOf(done)).toHaveLength(10);
    expect(left).toHaveLength(1);
    expect(result).toBe('undecided');
  });

  it('finds the queue empty where all that was there ended and showed nothing', async () => {
    expect((await tried(...many(10, NOTHING))).result).toBe('empty');
  });

  it.each([
    [2.5, 3],
    [5.1, 1],
    [30, 1],
  ])('begins none after five seconds: of messages that take %d s each, %i', async (seconds, begun) => {
    const { done } = await tried(...many(5, NOTHING), seconds * SECOND_IN_MINUTES);
    expect(triedOf(done)).toHaveLength(begun);
  });

  it('is undecided with one that waits as planned, though the figures of the queue know nothing of it yet', async () => {
    const { system, control } = breakerStage();
    Object.assign(control, { messages: [message('a')], answers: { a: LATER }, isWaiting: async () => false });
    expect(await tryMessages(system, control, 'disable')).toBe('undecided');
  });

  it('is in the log message for message: which, how often it was tried, and what its worker said', async () => {
    const { logged } = await tried([message('a', { trials: 2 }), message('b')], { a: FAILED });
    const about = { level: 'info', queue: 'disable' };
    expect(logged).toEqual([
      { ...about, messageId: 'a', trials: 2, ...FAILED },
      { ...about, messageId: 'b', trials: 0, verdict: 'passed', reason: 'worked' },
    ]);
  });
});
