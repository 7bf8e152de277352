import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { Telemetry } from '../../../functions/platform/ports.ts';
import type { QueueName } from '../../../functions/platform/queues.ts';
import type { Receiver } from '../../../functions/platform/receiver.port.ts';
import { buildSystem } from '../../../functions/platform/system.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { canaryOf } from '../../../functions/work/canary.ts';
import type { Consumer, Delivery, Outcome } from '../../../functions/work/consumer.ts';
import { processBatch, processTrial } from '../../../functions/work/sqs-batch.ts';
import { SIMULATED_CONFIG } from '../../../simulation/engine/sim-system.ts';
import { sqsRecord } from './sqs-record.ts';

const DONE: Outcome = { outcome: 'done', reason: 'sent' };
const ENOUGH = () => 30_000;

const record = (body: string, messageId = body) => sqsRecord(messageId, JSON.stringify(body));

const batch = (...records: SQSRecord[]): SQSEvent => ({ Records: records });

/** A worker whose items do as told by their bodies. */
function workerOf(
  acts: Record<string, () => Promise<Outcome>>,
  options: { atOnce?: number; receiver?: Partial<Receiver>; restsOnTableAlone?: boolean } = {},
) {
  const postponed: [string, number][] = [];
  const deadLetters: [string, string][] = [];
  const begun: string[] = [];
  const metrics: string[] = [];
  const lines: Record<string, unknown>[] = [];
  let ids = 0;
  const telemetry: Telemetry = {
    log: (_level, message, properties = {}) => void lines.push({ message, ...properties }),
    metric: (name) => metrics.push(name),
  };
  const system = buildSystem('a test', {
    telemetry,
    table: new MemoryTable(),
    clock: { now: () => 0 },
    random: { next: () => 0, id: () => `id${++ids}` },
    queues: { send: async () => {} },
    config: SIMULATED_CONFIG,
  });
  const consumer: Consumer<string> = {
    queue: 'notify',
    parse: (body) => ({ ok: true, message: String(body) }),
    nameOf: (message) => message,
    notAfter: () => undefined,
    queuedAgainFromState: false,
    restsOnTableAlone: options.restsOnTableAlone ?? true,
    act: async (_system, message) => {
      begun.push(message);
      return (acts[message] ?? (async () => DONE))();
    },
  };
  const receiver: Receiver = {
    postpone: async (message, seconds) => void postponed.push([message.messageId, seconds]),
    deadLetter: async (message, reason) => void deadLetters.push([message.messageId, reason]),
    ...options.receiver,
  };
  const worker = { system, consumer, receiver, maxReceives: 10, atOnce: options.atOnce ?? 10 };
  return { worker, postponed, deadLetters, begun, metrics, lines };
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
    const { worker, deadLetters } = workerOf({
      a: async () => ({ outcome: 'dead-letter', reason: 'unknown kind' }),
    });
    expect(failedIds(await processBatch(worker, batch(record('a')), ENOUGH))).toEqual([]);
    expect(deadLetters).toEqual([['a', 'unknown kind']]);
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

  it('hands over with each message how often and since when it was received, and how many came with it', async () => {
    const { worker } = workerOf({}, { atOnce: 1 });
    const deliveries: Delivery[] = [];
    worker.consumer.act = async (_system, _message, delivery) => {
      deliveries.push(delivery);
      return DONE;
    };
    const again = record('a');
    again.attributes.ApproximateReceiveCount = '2';
    again.attributes.ApproximateFirstReceiveTimestamp = '1772366400000';
    again.messageAttributes = { earlierAttempts: { dataType: 'Number', stringValue: '6' } };
    await processBatch(worker, batch(again, record('b')), ENOUGH);
    expect(deliveries).toEqual([
      {
        body: '"a"',
        messageId: 'a',
        receiveCount: 8,
        maxReceives: 10,
        endsBy: 30_000,
        earlierAttempts: 6,
        firstReceivedAt: 1_772_366_400_000,
        batch: { size: 2 },
      },
      expect.objectContaining({ messageId: 'b', receiveCount: 1, earlierAttempts: 0, firstReceivedAt: 0 }),
    ]);
  });

  it.each(['', 'many', '7x', 'x7', '-7', '1.5', '1234567890123456'])(
    'takes %j, which anybody may have written on a message, for no earlier attempts',
    async (stringValue) => {
      const { worker } = workerOf({});
      const receives: number[] = [];
      worker.consumer.act = async (_system, _message, { receiveCount }) => {
        receives.push(receiveCount);
        return DONE;
      };
      const marked = record('a');
      marked.messageAttributes = { earlierAttempts: { dataType: 'Number', stringValue } };
      await processBatch(worker, batch(marked), ENOUGH);
      expect(receives).toEqual([1]);
    },
  );

  it('says which message it could set no delay for, and why', async () => {
    const postpone = () => Promise.reject(new Error('the delivery is over'));
    const { worker, lines } = workerOf(
      {
        a: async () => ({ outcome: 'retry', reason: 'busy', delaySeconds: 1, failed: true, recorded: true }),
      },
      { receiver: { postpone } },
    );
    const levels: string[] = [];
    const { log } = worker.system.telemetry;
    worker.system.telemetry.log = (level, message, properties) => {
      if (message === 'delay not set') levels.push(level);
      log(level, message, properties);
    };
    await processBatch(worker, batch(record('a')), ENOUGH);
    expect(levels).toEqual(['warn']);
    expect(lines).toContainEqual({
      message: 'delay not set',
      messageId: 'a',
      error: 'Error: the delivery is over',
    });
  });

  it('names what it left for a later delivery, and counts it apart', async () => {
    const { worker, metrics, lines, begun } = workerOf({});
    await processBatch(worker, batch(record('a')), () => 11_999);
    expect([begun, metrics]).toEqual([[], ['MessageLeft']]);
    expect(lines.at(-1)).toMatchObject({
      reasons: { 'time ran short': 1 },
      messages: [{ messageId: 'a', ended: 'MessageLeft', reason: 'time ran short' }],
    });
    await processBatch(worker, batch(record('a')), () => 12_000);
    expect(begun).toEqual(['a']);
  });

  it('counts a message that was given up, with its reason', async () => {
    const { worker, metrics, lines } = workerOf({
      a: async () => ({ outcome: 'dead-letter', reason: 'unknown kind', recorded: true }),
    });
    await processBatch(worker, batch(record('a')), ENOUGH);
    expect(metrics).toEqual(['MessageDeadLettered']);
    expect(lines.at(-1)).toMatchObject({ reasons: { 'unknown kind': 1 }, MessageDeadLettered: 1 });
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

describe('what a batch leaves behind', () => {
  const retry = async (): Promise<Outcome> => ({
    outcome: 'retry',
    reason: 'busy',
    delaySeconds: 40,
    failed: true,
    recorded: true,
  });

  it('is one line with counts, in which only what was not simply worked is named', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `m${index}`);
    const { worker, lines } = workerOf({
      m3: async () => ({ outcome: 'skipped', reason: 'over' }),
      m5: retry,
    });
    await processBatch(worker, batch(...names.map((name) => record(name))), ENOUGH);
    expect(lines).toEqual([
      {
        message: 'batch',
        queue: 'notify',
        reasons: { sent: 6, over: 1, busy: 1 },
        MessageDone: 6,
        MessageSkipped: 1,
        MessageRetried: 1,
        messages: [{ messageId: 'm5', ended: 'MessageRetried', reason: 'busy' }],
      },
    ]);
  });

  it('says how often the message that failed was received at most: the age of the queue leaves such out', async () => {
    const { worker } = workerOf({ a: retry, b: retry });
    const counted: Record<string, number>[] = [];
    worker.system.telemetry.metrics = (counts) => void counted.push({ ...counts });
    const received = (times: string, message: SQSRecord) => ({
      ...message,
      attributes: { ...message.attributes, ApproximateReceiveCount: times },
    });
    await processBatch(worker, batch(received('2', record('a')), received('4', record('b'))), ENOUGH);
    expect(counted).toEqual([{ MessageRetried: 2, FailedReceives: 4 }]);
  });

  it('counts no canary, which each scan sends: an idle queue has no figures', async () => {
    const { worker, metrics, lines } = workerOf({});
    const canary = canaryOf('run-1', 0, 60_000);
    await processBatch(worker, batch({ ...record('c'), body: JSON.stringify(canary) }), ENOUGH);
    expect(metrics).toEqual([]);
    expect(lines).toContainEqual(expect.objectContaining({ message: 'batch', MessageDone: 1 }));
    await processBatch(worker, batch({ ...record('c'), body: JSON.stringify(canary) }, record('a')), ENOUGH);
    expect(metrics).toEqual(['MessageDone']);
  });

  it('is one line of metrics where several counts go in one', async () => {
    const { worker, metrics } = workerOf({ b: retry });
    const counted: Record<string, number>[] = [];
    worker.system.telemetry.metrics = (counts) => void counted.push({ ...counts });
    await processBatch(worker, batch(record('a'), record('b'), record('c')), ENOUGH);
    expect(counted).toEqual([{ MessageDone: 2, MessageRetried: 1 }]);
    expect(metrics).toEqual([]);
  });

  it('names twenty at most, however many failed', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `m${index}`);
    const { worker, lines } = workerOf(Object.fromEntries(names.map((name) => [name, retry])));
    await processBatch(worker, batch(...names.map((name) => record(name))), ENOUGH);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ MessageRetried: 60 });
    expect(lines[0]?.messages).toHaveLength(20);
  });
});

describe('the one message of a trial', () => {
  /** Its tenth receive, of a copy whose work was tried six times before. */
  const last = (): SQSRecord => {
    const tenth = record('a');
    tenth.attributes.ApproximateReceiveCount = '10';
    const dataType = 'Number' as const;
    tenth.messageAttributes = { earlierAttempts: { dataType, stringValue: '6' } };
    return tenth;
  };
  const tried = async (outcome: Outcome, restsOnTableAlone = false) => {
    const { worker, deadLetters } = workerOf({ a: async () => outcome }, { restsOnTableAlone });
    return { response: await processTrial(worker, { trial: true, Records: [last()] }, ENOUGH), deadLetters };
  };

  it('passes where it is done', async () => {
    const { response } = await tried(DONE);
    expect(response).toEqual({ batchItemFailures: [], trial: { verdict: 'passed', reason: 'sent' } });
  });

  it.each([
    [false, 'nothing'],
    [true, 'passed'],
  ])('that is skipped, of work that rests on the table alone (%s): %s', async (alone, verdict) => {
    const { response } = await tried({ outcome: 'skipped', reason: 'over' }, alone);
    expect(response.trial.verdict).toBe(verdict);
    expect(response.batchItemFailures).toEqual([]);
  });

  it('failed and is not given up, even on its last receive', async () => {
    const failed: Outcome = {
      outcome: 'retry',
      reason: 'away',
      delaySeconds: 50,
      failed: true,
      recorded: true,
    };
    const { response } = await tried(failed);
    expect(response).toEqual({
      batchItemFailures: [{ itemIdentifier: 'a' }],
      trial: { verdict: 'failed', reason: 'away', delaySeconds: 50 },
    });
  });

  it('that waits as planned shows neither', async () => {
    const { response } = await tried({
      outcome: 'retry',
      reason: 'not yet',
      delaySeconds: 50,
      failed: false,
    });
    expect(response.trial.verdict).toBe('later');
  });

  it('that is hopeless goes to the dead-letter queue with its reason, and shows neither', async () => {
    const { response, deadLetters } = await tried({
      outcome: 'dead-letter',
      reason: 'refused',
      recorded: true,
    });
    expect(deadLetters).toEqual([['a', 'refused']]);
    expect(response).toEqual({ batchItemFailures: [], trial: { verdict: 'nothing', reason: 'refused' } });
  });

  it('that is hopeless failed where it cannot be put into the dead-letter queue', async () => {
    const deadLetter = () => Promise.reject(new Error('no queue'));
    const { worker } = workerOf(
      { a: async () => ({ outcome: 'dead-letter', reason: 'refused', recorded: true }) },
      { receiver: { deadLetter } },
    );
    expect(await processTrial(worker, { trial: true, Records: [last()] }, ENOUGH)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'a' }],
      trial: { verdict: 'failed', reason: 'refused' },
    });
  });

  it('is reported at its end, as a batch is', async () => {
    const { worker, metrics, lines } = workerOf({});
    await processTrial(worker, { trial: true, Records: [record('a')] }, ENOUGH);
    expect(metrics).toEqual(['MessageDone']);
    expect(lines).toEqual([{ message: 'batch', queue: 'notify', reasons: { sent: 1 }, MessageDone: 1 }]);
  });

  it('is an attempt after those of the messages that it is a copy of', async () => {
    const { worker } = workerOf({});
    const attempts: number[] = [];
    worker.consumer.act = async (_system, _message, { receiveCount }) => {
      attempts.push(receiveCount);
      return DONE;
    };
    await processTrial(worker, { trial: true, Records: [last()] }, ENOUGH);
    expect(attempts).toEqual([16]);
  });

  it.each<[QueueName, number, number]>([
    ['listing', 60_000, 30_000],
    ['webhook', 300_000, 30_000],
    ['listing', 12_000, 12_000],
    ['disable', 90_000, 90_000],
    ['notify', 12_000, 12_000],
  ])(
    'of a worker of %s that has %i ms ends within %i ms: the breaker does not wait longer',
    async (queue, left, within) => {
      const { worker } = workerOf({});
      Object.assign(worker.consumer, { queue });
      const { now } = worker.system.clock;
      let endsBy: number | undefined;
      worker.consumer.act = async (_system, _message, delivery) => {
        endsBy = delivery.endsBy;
        return DONE;
      };
      const begun = now.call(worker.system.clock);
      await processTrial(worker, { trial: true, Records: [last()] }, () => left);
      expect(endsBy).toBe(begun + within);
    },
  );
});
