import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { Telemetry } from '../../../functions/platform/ports.ts';
import type { Receiver } from '../../../functions/platform/receiver.port.ts';
import type { System } from '../../../functions/platform/system.ts';
import { MemoryTable } from '../../../functions/store/memory-table.ts';
import type { Consumer, Outcome } from '../../../functions/work/pipeline.ts';
import { processBatch } from '../../../functions/work/sqs-batch.ts';

const DONE: Outcome = { outcome: 'done', reason: 'sent' };
const ENOUGH = () => 30_000;

function record(body: string, messageId = body): SQSRecord {
  return {
    messageId,
    receiptHandle: `handle-${messageId}`,
    body: JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'x',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn',
    awsRegion: 'eu-west-1',
  };
}

const batch = (...records: SQSRecord[]): SQSEvent => ({ Records: records });

/** A worker whose items do as told by their bodies. */
function workerOf(
  acts: Record<string, () => Promise<Outcome>>,
  options: { atOnce?: number; receiver?: Partial<Receiver> } = {},
) {
  const postponed: [string, number][] = [];
  const given: [string, string][] = [];
  const begun: string[] = [];
  const metrics: string[] = [];
  let ids = 0;
  const telemetry: Telemetry = { log: () => undefined, metric: (name) => metrics.push(name) };
  const system = {
    telemetry,
    table: new MemoryTable(),
    clock: { now: () => 0 },
    random: { next: () => 0, id: () => `id${++ids}` },
    config: { functionVersion: '1' },
  } as unknown as System;
  const consumer: Consumer<string> = {
    queue: 'notify',
    parse: (body) => ({ ok: true, message: String(body) }),
    nameOf: (message) => message,
    notAfter: () => undefined,
    queuedAgainFromState: false,
    restsOnTableAlone: true,
    act: async (_system, message) => {
      begun.push(message);
      return (acts[message] ?? (async () => DONE))();
    },
  };
  const receiver: Receiver = {
    postpone: async (message, seconds) => void postponed.push([message.messageId, seconds]),
    deadLetter: async (message, reason) => void given.push([message.messageId, reason]),
    ...options.receiver,
  };
  const worker = { system, consumer, receiver, maxReceives: 10, atOnce: options.atOnce ?? 10 };
  return { worker, postponed, given, begun, metrics };
}

const failedIds = (response: { batchItemFailures: { itemIdentifier: string }[] }) =>
  response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

describe('a batch of messages', () => {
  it('acknowledges what is done or skipped', async () => {
    const { worker, metrics } = workerOf({ b: async () => ({ outcome: 'skipped', reason: 'expired' }) });
    expect(await processBatch(worker, batch(record('a'), record('b')), ENOUGH)).toEqual({
      batchItemFailures: [],
    });
    expect(metrics.sort()).toEqual(['MessageDone', 'MessageSkipped']);
  });

  it('reports exactly those that are to be tried again, each with its own delay', async () => {
    const retry = async (): Promise<Outcome> => ({
      outcome: 'retry',
      reason: 'busy',
      delaySeconds: 40,
      failed: true,
    });
    const { worker, postponed } = workerOf({ b: retry });
    const response = await processBatch(worker, batch(record('a'), record('b'), record('c')), ENOUGH);
    expect(failedIds(response)).toEqual(['b']);
    expect(postponed).toEqual([['b', 40]]);
  });

  it('reports all of them where all fail, and does not throw', async () => {
    const fail = () => Promise.reject(new Error('no table'));
    const { worker } = workerOf({ a: fail, b: fail });
    expect(failedIds(await processBatch(worker, batch(record('a'), record('b')), ENOUGH))).toEqual([
      'a',
      'b',
    ]);
  });

  it.each([
    ['a text', () => Promise.reject('text')],
    ['nothing', () => Promise.reject(undefined)],
    [
      'an error at once',
      () => {
        throw new TypeError('bug');
      },
    ],
  ])('takes a throw of %s as the failure of that message alone', async (_what, fail) => {
    const { worker } = workerOf({ b: fail as () => Promise<Outcome> });
    expect(failedIds(await processBatch(worker, batch(record('a'), record('b')), ENOUGH))).toEqual(['b']);
  });

  it('puts a hopeless message into the dead-letter queue with its reason, and acknowledges it', async () => {
    const { worker, given } = workerOf({
      a: async () => ({ outcome: 'dead-letter', reason: 'unknown kind' }),
    });
    expect(failedIds(await processBatch(worker, batch(record('a')), ENOUGH))).toEqual([]);
    expect(given).toEqual([['a', 'unknown kind']]);
  });

  it('does not acknowledge a hopeless message that could not be put into the dead-letter queue', async () => {
    const deadLetter = () => Promise.reject(new Error('no queue'));
    const { worker } = workerOf(
      { a: async () => ({ outcome: 'dead-letter', reason: 'x' }) },
      { receiver: { deadLetter } },
    );
    expect(failedIds(await processBatch(worker, batch(record('a'), record('b')), ENOUGH))).toEqual(['a']);
  });

  it('reports a message whose delay could not be set', async () => {
    const postpone = () => Promise.reject(new Error('the delivery is over'));
    const retry = async (): Promise<Outcome> => ({
      outcome: 'retry',
      reason: 'busy',
      delaySeconds: 1,
      failed: true,
    });
    const { worker } = workerOf({ a: retry }, { receiver: { postpone } });
    expect(failedIds(await processBatch(worker, batch(record('a')), ENOUGH))).toEqual(['a']);
  });

  it('reports a message that is twice in a batch where one of the two failed', async () => {
    let times = 0;
    const once = () => {
      times += 1;
      return times === 1 ? Promise.resolve(DONE) : Promise.reject(new Error('again'));
    };
    const { worker } = workerOf({ a: once });
    expect(
      failedIds(await processBatch(worker, batch(record('a', 'same'), record('a', 'same')), ENOUGH)),
    ).toEqual(['same']);
  });

  it('begins nothing more when its time runs short, and gives the rest back at once', async () => {
    let left = 30_000;
    const slow = async () => {
      left -= 20_000;
      return DONE;
    };
    const { worker, begun, postponed } = workerOf({ a: slow }, { atOnce: 1 });
    const response = await processBatch(worker, batch(record('a'), record('b'), record('c')), () => left);
    expect(begun).toEqual(['a']);
    expect(failedIds(response)).toEqual(['b', 'c']);
    expect(postponed).toEqual([
      ['b', 0],
      ['c', 0],
    ]);
  });

  it('works no more at a time than told, in the order they came', async () => {
    let running = 0;
    let most = 0;
    const act = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return DONE;
    };
    const names = ['a', 'b', 'c', 'd', 'e'];
    const { worker, begun } = workerOf(Object.fromEntries(names.map((name) => [name, act])), { atOnce: 2 });
    await processBatch(worker, batch(...names.map((name) => record(name))), ENOUGH);
    expect(most).toBe(2);
    expect(begun).toEqual(names);
  });

  it('counts a failed attempt apart from a wait that was planned', async () => {
    const wait = async (): Promise<Outcome> => ({
      outcome: 'retry',
      reason: 'not yet',
      delaySeconds: 9,
      failed: false,
    });
    const { worker, metrics } = workerOf({ a: wait });
    expect(failedIds(await processBatch(worker, batch(record('a')), ENOUGH))).toEqual(['a']);
    expect(metrics).toEqual(['MessagePostponed']);
  });
});
