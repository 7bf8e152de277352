import { describe, expect, it } from 'vitest';
import { BOUNDS } from '../../../functions/abandonment/bounds.ts';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import { listOops, loadOops } from '../../../functions/store/oops.ts';
import { RowRefused } from '../../../functions/store/table/row-limits.ts';
import type { Outcome } from '../../../functions/work/consumer.ts';
import { processMessage, recordPutBack, retryDelaySeconds } from '../../../functions/work/pipeline.ts';
import { unreportedSuccesses } from '../../../functions/work/successes.ts';
import { DONE, START, workStage } from './stage.ts';

describe('the delay before an attempt is made again', () => {
  it.each([
    { attempt: 1, least: 10, most: 20 },
    { attempt: 2, least: 20, most: 40 },
    { attempt: 3, least: 40, most: 80 },
    { attempt: 5, least: 160, most: 320 },
    { attempt: 6, least: 320, most: 640 },
    // Twice as long would be 1,280 s: no delay is longer than a quarter of an hour.
    { attempt: 7, least: 450, most: 900 },
    { attempt: 10, least: 450, most: 900 },
    { attempt: 5_000, least: 450, most: 900 },
  ])('is $least s to $most s after attempt $attempt', ({ attempt, least, most }) => {
    expect([0, 0.5, 1].map((chance) => retryDelaySeconds(attempt, chance))).toEqual([
      least,
      (least + most) / 2,
      most,
    ]);
  });

  it('is of whole seconds, which SQS asks for', () => {
    expect(retryDelaySeconds(1, 0.123)).toBe(11);
    expect(retryDelaySeconds(1, 0.19)).toBe(12);
  });

  it('grows over all messages that a trial left of the same work', async () => {
    const stage = workStage();
    stage.acts(async () => {
      throw new Error('broken');
    });
    expect(await stage.deliver(1, { earlierAttempts: 2 })).toMatchObject({ delaySeconds: 40 });
    expect(await stage.deliver(3)).toMatchObject({ delaySeconds: 40 });
  });
});

describe('what shows that the work of a queue can be done', () => {
  const LATER = { outcome: 'retry', reason: 'its mail is under way', delaySeconds: 60 } as const;
  const cases: { what: string; outcome: Outcome; onTable: boolean; onMore: boolean }[] = [
    { what: 'done', outcome: { outcome: 'done', reason: 'sent' }, onTable: true, onMore: true },
    { what: 'skipped', outcome: { outcome: 'skipped', reason: 'over' }, onTable: true, onMore: false },
    { what: 'a wait that was planned', outcome: { ...LATER, failed: false }, onTable: true, onMore: false },
    { what: 'a failed attempt', outcome: { ...LATER, failed: true }, onTable: false, onMore: false },
    {
      what: 'what is given up',
      outcome: { outcome: 'dead-letter', reason: 'refused' },
      onTable: false,
      onMore: false,
    },
  ];

  /** How many attempts count as gone well after one with such an outcome. */
  async function wellAfter(how: () => Promise<Outcome>, restsOnTableAlone: boolean): Promise<number> {
    const stage = workStage();
    stage.consumer.restsOnTableAlone = restsOnTableAlone;
    stage.acts(how);
    await stage.deliver(1);
    return unreportedSuccesses(stage.system, 'notify');
  }

  it.each(cases)('$what: $onTable where it rests on the table alone, else $onMore', async (attempt) => {
    expect(await wellAfter(async () => attempt.outcome, true)).toBe(attempt.onTable ? 1 : 0);
    expect(await wellAfter(async () => attempt.outcome, false)).toBe(attempt.onMore ? 1 : 0);
  });

  it('no attempt that broke off', async () => {
    const breaks = async () => {
      throw new Error('broken');
    };
    expect(await wellAfter(breaks, true)).toBe(0);
    expect(await wellAfter(breaks, false)).toBe(0);
  });

  it('a canary only where the work rests on the table alone', async () => {
    const canary = { v: 1, kind: 'canary', key: 'r', at: START, notAfter: START, correlationId: 'r' };
    for (const [restsOnTableAlone, well] of [
      [true, 1],
      [false, 0],
    ] as const) {
      const stage = workStage();
      stage.consumer.restsOnTableAlone = restsOnTableAlone;
      expect(await stage.deliver(1, { body: JSON.stringify(canary) })).toEqual({
        outcome: 'done',
        reason: 'canary',
      });
      expect(unreportedSuccesses(stage.system, 'notify')).toBe(well);
    }
  });
});

describe('a message with an end', () => {
  it('is worked up to its last instant, and skipped from then on', async () => {
    for (const [late, reason] of [
      [0, 'worked'],
      [1, 'expired'],
    ] as const) {
      const outcome = reason === 'worked' ? 'done' : 'skipped';
      const stage = workStage();
      stage.consumer.notAfter = () => START + MINUTE;
      stage.pass(MINUTE + late);
      expect(await stage.deliver(1)).toEqual({ outcome, reason });
    }
  });
});

const kindsOf = async (stage: ReturnType<typeof workStage>) =>
  (await listOops(stage.table)).map(({ cause, error, sample, count }) => ({ cause, error, sample, count }));
const fails = () => Promise.reject(new Error('broken'));
const line = (stage: ReturnType<typeof workStage>, message: string) => ({
  level: stage.levelOf(message),
  properties: stage.logged.find((each) => each.message === message)?.properties,
});

describe('a message that nobody can read', () => {
  it('is one that is larger than a queue takes', async () => {
    const stage = workStage();
    const body = '{"key":"item"}'.padEnd(BOUNDS.eventBytes.most, ' ');
    expect(await stage.deliver(1, { body })).toEqual(DONE);
    expect(await stage.deliver(1, { body: `${body} ` })).toEqual({
      outcome: 'dead-letter',
      reason: 'too-large',
      recorded: true,
    });
    expect(await kindsOf(stage)).toEqual([
      { cause: 'permanent', error: 'unreadable', sample: 'too-large', count: 1 },
    ]);
  });

  it('is given up with its reason, without the address of anybody', async () => {
    const stage = workStage();
    stage.consumer.parse = () => ({ ok: false, reason: 'key: not bo@acme.test', newer: false });
    expect(await stage.deliver(1)).toEqual({
      outcome: 'dead-letter',
      reason: 'key: not <address>',
      recorded: true,
    });
  });

  it('is no JSON, unless its worker reads texts', async () => {
    const stage = workStage();
    const texts: unknown[] = [];
    stage.consumer.parse = (body) => {
      texts.push(body);
      return { ok: true, message: { key: 'item' } };
    };
    expect(await stage.deliver(1, { body: 'a text' })).toMatchObject({
      outcome: 'dead-letter',
      reason: 'not JSON',
    });
    expect(texts).toEqual([]);
    stage.consumer.readsText = true;
    expect(await stage.deliver(1, { body: 'a text' })).toEqual(DONE);
    expect(await stage.deliver(1, { body: '["JSON"]' })).toEqual(DONE);
    expect(texts).toEqual(['a text', ['JSON']]);
  });

  it('written by newer code waits for the deployment, whose lasting is the environment’s fault', async () => {
    const stage = workStage();
    const waits = { outcome: 'retry', reason: 'version 2 is newer', failed: true, recorded: true };
    expect(await stage.deliver(3, { body: '{"v":2}' })).toEqual({ ...waits, delaySeconds: 40 });
    expect(await stage.deliver(4, { body: '{"v":2}' })).toEqual({ ...waits, delaySeconds: 80 });
    const kind = { error: 'newer-version', sample: 'version # is newer', count: 1 };
    expect((await kindsOf(stage)).toSorted((a, b) => (a.cause < b.cause ? -1 : 1))).toEqual([
      { cause: 'environment', ...kind },
      { cause: 'retryable', ...kind },
    ]);
  });
});

describe('a failure that was answered and not thrown', () => {
  const later = { outcome: 'retry', reason: 'table-busy: x', delaySeconds: 5, failed: true } as const;
  const dead = { outcome: 'dead-letter', reason: 'all-refused: x' } as const;

  it.each<[string, Outcome, number, object[]]>([
    ['that is to pass', later, 3, [{ cause: 'retryable', error: 'table-busy' }]],
    ['that lasts', later, 4, [{ cause: 'environment', error: 'table-busy' }]],
    [
      'that is the item’s own doing, however long it lasts',
      { ...later, itself: true },
      9,
      [{ cause: 'retryable' }],
    ],
    ['that left its record', { ...later, recorded: true }, 1, []],
    ['that is none', { ...later, failed: false }, 1, []],
    ['that ends it', dead, 1, [{ cause: 'permanent', error: 'all-refused' }]],
    ['that ends it and left its record', { ...dead, recorded: true }, 1, []],
    ['that is over', { outcome: 'skipped', reason: 'over' }, 1, []],
  ])('%s', async (_what, outcome, receive, kinds) => {
    const stage = workStage({ queue: 'ingest', fromState: false });
    stage.acts(async () => outcome);
    // Nothing is to be known of earlier receives.
    expect(await stage.deliver(1, { earlierAttempts: receive - 1 })).toEqual(outcome);
    expect(await listOops(stage.table)).toMatchObject(kinds);
    expect(await listOops(stage.table)).toHaveLength(kinds.length);
  });

  it.each(['answered', 'thrown'])('counts since its message was received first (%s)', async (how) => {
    const stage = workStage();
    stage.acts(how === 'thrown' ? fails : async () => later);
    await stage.deliver(1, { firstReceivedAt: START - MINUTE, earlierAttempts: 2 });
    const [kind] = await listOops(stage.table);
    expect((await loadOops(stage.table, kind!.fingerprint, 1))?.occurrences).toMatchObject([
      { attempt: 3, since: START - MINUTE },
    ]);
  });
});

describe('work that can never be done', () => {
  const refused = () => Promise.reject(new RowRefused('for bo@acme.test'));

  it('is noted with its failure where the state would make it again, and ends', async () => {
    const stage = workStage();
    const noted: unknown[] = [];
    stage.consumer.giveUp = async (_system, { key }, { error, fingerprint }) =>
      void noted.push([key, String(error), fingerprint]);
    stage.acts(refused);
    expect(await stage.deliver(1)).toEqual({
      outcome: 'dead-letter',
      reason: 'RowRefused: for <address>',
      recorded: true,
    });
    const [kind] = await listOops(stage.table);
    expect(noted).toEqual([['item', 'RowRefused: for bo@acme.test', kind?.fingerprint]]);
    expect(await stage.rows({ pk: 'W#' })).toEqual([]);
  });

  it('is noted nowhere where only the broker keeps it', async () => {
    const stage = workStage({ queue: 'ingest', fromState: false });
    stage.consumer.giveUp = () => Promise.reject(new Error('not called'));
    stage.acts(refused);
    expect(await stage.deliver(1)).toMatchObject({ outcome: 'dead-letter' });
  });

  it('is tried again where that could not be noted, and says so', async () => {
    const stage = workStage();
    stage.consumer.giveUp = () => Promise.reject(new Error('no room for bo@acme.test'));
    stage.acts(refused);
    expect(await stage.deliver(1)).toEqual({
      outcome: 'retry',
      reason: 'fault',
      delaySeconds: 10,
      failed: true,
      recorded: true,
    });
    expect(line(stage, 'it is not noted that work is given up')).toEqual({
      level: 'warn',
      properties: { queue: 'notify', item: 'item', error: 'Error: no room for <address>' },
    });
  });

  it('ends all the same where it can never be noted either', async () => {
    const stage = workStage();
    stage.consumer.giveUp = refused;
    stage.acts(refused);
    expect(await stage.deliver(1)).toMatchObject({ outcome: 'dead-letter' });
  });
});

describe('the last receive that a queue allows', () => {
  it('lets the state make the work again after the longest delay, and says so', async () => {
    const stage = workStage();
    const handed: unknown[] = [];
    stage.consumer.handBack = async (_system, { key }, retryAt) => void handed.push([key, retryAt]);
    stage.acts(fails);
    expect(await stage.deliver(9)).toMatchObject({ outcome: 'retry' });
    expect(handed).toEqual([]);
    expect(await stage.deliver(10)).toEqual({ outcome: 'skipped', reason: 'left-to-the-scanner' });
    expect(handed).toEqual([['item', START + 15 * MINUTE]]);
    expect(line(stage, 'work is left to the scanner')).toEqual({
      level: 'warn',
      properties: { queue: 'notify', item: 'item' },
    });
  });

  it('is the broker’s affair where it cannot be handed back', async () => {
    const stage = workStage();
    stage.consumer.handBack = () => Promise.reject(new Error('no table for bo@acme.test'));
    stage.acts(fails);
    expect(await stage.deliver(10)).toMatchObject({ outcome: 'retry', reason: 'fault', failed: true });
    expect(line(stage, 'work is not handed back')).toEqual({
      level: 'warn',
      properties: { queue: 'notify', item: 'item', error: 'Error: no table for <address>' },
    });
  });

  it('of work that is done, over or given up hands nothing back', async () => {
    const stage = workStage();
    stage.consumer.handBack = () => Promise.reject(new Error('not called'));
    for (const outcome of ['done', 'skipped', 'dead-letter'] as const) {
      stage.acts(async () => ({ outcome, reason: 'r' }));
      expect(await stage.deliver(10, { messageId: outcome })).toEqual({ outcome, reason: 'r' });
    }
  });
});

it('a worker that has nothing to note or to hand back ends its messages all the same', async () => {
  const stage = workStage();
  const { handBack: _, ...without } = stage.consumer;
  const deliver = (messageId: string, error: Error) =>
    processMessage(
      stage.system,
      { ...without, act: () => Promise.reject(error) },
      { body: '{"key":"item"}', messageId, receiveCount: 10, maxReceives: 10 },
    );
  expect(await deliver('a', new Error('broken'))).toEqual({
    outcome: 'skipped',
    reason: 'left-to-the-scanner',
  });
  expect(await deliver('b', new RowRefused('too large'))).toMatchObject({ outcome: 'dead-letter' });
});

describe('a delivery that is put back before its work began', () => {
  const delivery = (body: string, receiveCount = 2) => ({
    body,
    messageId: 'message',
    receiveCount,
    maxReceives: 10,
  });

  it('is not taken for a death by the next one', async () => {
    const stage = workStage();
    stage.acts(fails);
    await stage.deliver(1);
    stage.acts(async () => DONE);
    await recordPutBack(stage.system, stage.consumer, delivery('{"key":"item"}'));
    expect(await stage.rows({ pk: 'W#' })).toMatchObject([
      { attempt: 2, endedAt: START, queue: 'notify', item: 'item' },
    ]);
    expect(await stage.deliver(3)).toEqual(DONE);
    expect(stage.count('AttemptFailed')).toBe(1);
  });

  it.each([
    [
      'a canary',
      JSON.stringify({ v: 1, kind: 'canary', key: 'r', at: START, notAfter: START, correlationId: 'r' }),
    ],
    ['what nobody can read', '{"no":"key"}'],
    ['no JSON', 'no JSON'],
  ])('leaves nothing behind where it is %s', async (_what, body) => {
    const stage = workStage();
    await recordPutBack(stage.system, stage.consumer, delivery(body));
    expect(await stage.rows({ pk: 'W#' })).toEqual([]);
  });
});
