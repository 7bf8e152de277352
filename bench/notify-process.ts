/**
 * One worker of the notify queue in a process of its own, for `notify-service.ts`: the notifier's handler as it is
 * deployed, on the parent's table, and what Lambda does around it (receive a batch, invoke, delete what was worked).
 * Ends when the queue has nothing visible.
 */
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Context, SQSEvent } from 'aws-lambda';
import type { Duration } from '../functions/abandonment/time.ts';
import { notifyConsumer } from '../functions/notices/send/notify-consumer.ts';
import { configuredMailer } from '../functions/notices/ses/configured-mailer.ts';
import { sqsClient } from '../functions/platform/clients.ts';
import type { Clock, Links } from '../functions/platform/ports.ts';
import { connect } from '../functions/platform/runtime.ts';
import { workerHandler } from '../functions/work/worker-handler.ts';
import { TableOverIpc } from './table-over-ipc.ts';

/** How to work. */
export interface WorkOrder {
  queueUrl: string;
  batchSize: number;
  timeoutMs: Duration;
  /** How far the clock is ahead of the machine's. */
  aheadMs: Duration;
}

/** What it took. */
export interface WorkDone {
  invocations: number;
  cpuSeconds: number;
  peakRssBytes: number;
}

const secret = new Uint8Array(32).fill(7);
const key = { id: 'bench', secret };
const LINKS: Links = {
  baseUrl: 'https://owners.example.com/',
  keys: { current: async () => key, accepted: async () => key },
};

type Invoke = (messages: Message[]) => Promise<Set<string>>;

/** Invokes the handler with a batch; answers the ids of the messages that failed. */
function invoker({ aheadMs, timeoutMs }: WorkOrder): Invoke {
  const clock: Clock = { now: () => Date.now() + aheadMs };
  const runtime = connect('notifier', (environment) => ({
    table: new TableOverIpc(),
    mailer: configuredMailer(environment, clock),
    links: LINKS,
  }));
  const handler = workerHandler({ ...runtime, system: { ...runtime.system, clock } }, notifyConsumer, 10);
  return async (messages) => {
    const endsAt = performance.now() + timeoutMs;
    const answer = await handler(
      eventOf(messages),
      contextOf(() => endsAt - performance.now()),
    );
    if (!('batchItemFailures' in answer)) throw new Error('a batch was answered as a probe');
    return new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  };
}

function eventOf(messages: Message[]): SQSEvent {
  const records = messages.map((message) => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:notify',
    awsRegion: 'us-east-1',
  }));
  return { Records: records } as SQSEvent;
}

function contextOf(getRemainingTimeInMillis: () => number): Context {
  const named = { functionName: 'notifier', functionVersion: '1', memoryLimitInMB: '512' };
  const arn = 'arn:aws:lambda:us-east-1:123456789012:function:notifier';
  return { ...named, invokedFunctionArn: arn, awsRequestId: 'bench', getRemainingTimeInMillis } as Context;
}

async function workQueue(order: WorkOrder, sqs: SQSClient, invoke: Invoke): Promise<number> {
  const { queueUrl: QueueUrl, batchSize: MaxNumberOfMessages } = order;
  const receive = { QueueUrl, MaxNumberOfMessages, MessageSystemAttributeNames: ['All' as const] };
  for (let invocations = 0; ; invocations += 1) {
    const { Messages: messages = [] } = await sqs.send(new ReceiveMessageCommand(receive));
    if (messages.length === 0) return invocations;
    const failed = await invoke(messages);
    const worked = messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
    const Entries = worked.map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle }));
    if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

// Without the parent there is no table.
process.on('disconnect', () => process.exit());

process.on('message', async (message: { order?: WorkOrder }) => {
  if (!message.order) return;
  const invocations = await workQueue(message.order, sqsClient(), invoker(message.order));
  const { user, system } = process.cpuUsage();
  const peakRssBytes = process.resourceUsage().maxRSS * 1024;
  const done: WorkDone = { invocations, cpuSeconds: (user + system) / 1_000_000, peakRssBytes };
  process.send?.({ done }, () => process.disconnect());
});
