import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Runtime } from '../../../functions/platform/runtime.ts';
import { LambdaTelemetry } from '../../../functions/platform/telemetry.ts';
import { PROBE_EVENT } from '../../../functions/work/probe.ts';
import { workerHandler } from '../../../functions/work/worker-handler.ts';
import { sqsRecord } from './sqs-record.ts';
import { DONE, START, workStage } from './stage.ts';

const sqs = mockClient(SQSClient);

beforeEach(() => {
  sqs.reset();
  sqs.on(ChangeMessageVisibilityCommand).resolves({});
  sqs.on(SendMessageCommand).resolves({});
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('TASKWARDEN_SOURCE_QUEUE_URL', 'url of notify');
  vi.stubEnv('TASKWARDEN_DEAD_LETTER_QUEUE_URL', 'url of notify-dead-letters');
  vi.stubEnv('TASKWARDEN_MAX_RECEIVES', '3');
});
afterAll(() => {
  vi.unstubAllEnvs();
  sqs.restore();
});

const record = (messageId: string, body: unknown = { key: messageId }, receives = 1) =>
  sqsRecord(messageId, JSON.stringify(body), { receives, sentAt: START });

/** A worker as it is deployed, with so much time left; what an item's work does is up to each test. */
function deployedWorker({ left = 60_000, atOnce = 10 } = {}) {
  const stage = workStage();
  const runtime = { system: stage.system, telemetry: new LambdaTelemetry('notifier', 'dev') } as Runtime;
  const handler = workerHandler(runtime, stage.consumer, atOnce);
  const context = { functionName: 'notifier', awsRequestId: 'r', getRemainingTimeInMillis: () => left };
  const call = (event: unknown) => handler(event as never, context as unknown as Context);
  return { ...stage, call };
}

const later = { outcome: 'retry', reason: 'not yet', delaySeconds: 40, failed: false } as const;

describe('the handler of a worker', () => {
  it('answers a probe, and works no message for it', async () => {
    const { call, acts } = deployedWorker();
    acts(() => Promise.reject(new Error('not called')));
    expect(await call(PROBE_EVENT)).toEqual({ probe: 'passed', functionVersion: '7', worked: 0 });
  });

  it('works the one message of a trial, and says how it fared', async () => {
    const { call, acts } = deployedWorker();
    acts(async () => DONE);
    expect(await call({ trial: true, Records: [record('a')] })).toEqual({
      batchItemFailures: [],
      trial: { verdict: 'passed', reason: 'worked' },
    });
  });

  it('works a batch, and gives back to its own queue what is to wait', async () => {
    const { call, acts } = deployedWorker();
    acts(async () => later);
    expect(await call({ Records: [record('a')] })).toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }] });
    const [wait] = sqs.commandCalls(ChangeMessageVisibilityCommand);
    expect(wait?.args[0].input).toEqual({
      QueueUrl: 'url of notify',
      ReceiptHandle: 'handle-a',
      VisibilityTimeout: 40,
    });
  });

  it('puts what nobody can read into its own dead-letter queue', async () => {
    const { call } = deployedWorker();
    expect(await call({ Records: [record('a', { no: 'key' })] })).toEqual({ batchItemFailures: [] });
    const [dead] = sqs.commandCalls(SendMessageCommand);
    expect(dead?.args[0].input).toMatchObject({
      QueueUrl: 'url of notify-dead-letters',
      MessageBody: '{"no":"key"}',
    });
  });

  it('leaves to the scanner what failed on the last receive that the queue allows', async () => {
    const { call, acts, handedBack } = deployedWorker();
    acts(() => Promise.reject(new Error('broken')));
    expect(await call({ Records: [record('a', { key: 'a' }, 2)] })).toMatchObject({
      batchItemFailures: [{ itemIdentifier: 'a' }],
    });
    expect(await call({ Records: [record('a', { key: 'a' }, 3)] })).toEqual({ batchItemFailures: [] });
    expect(handedBack).toEqual(['a']);
  });

  it('begins nothing for which the invocation has no time left', async () => {
    const { call, acts } = deployedWorker({ left: 5_000 });
    acts(() => Promise.reject(new Error('not called')));
    expect(await call({ Records: [record('a')] })).toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }] });
    expect(await deployedWorker({ left: 12_000 }).call({ Records: [record('a')] })).toEqual({
      batchItemFailures: [],
    });
  });

  it.each([1, 2])('works %i of a batch at a time', async (atOnce) => {
    const { call, acts } = deployedWorker({ atOnce });
    let running = 0;
    let most = 0;
    acts(async () => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      running -= 1;
      return DONE;
    });
    await call({ Records: ['a', 'b', 'c'].map((name) => record(name)) });
    expect(most).toBe(atOnce);
  });
});
