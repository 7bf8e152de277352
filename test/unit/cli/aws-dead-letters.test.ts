import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { AwsDeadLetters } from '../../../cli/aws-dead-letters.ts';
import { namesPerson } from '../../../functions/operators/dead-letters.ts';
import { byQueue } from '../../../functions/platform/queues.ts';

const sqs = mockClient(SQSClient);
const QUEUES = byQueue((queue) => queue.charAt(0));
const letters = () =>
  new AwsDeadLetters(new SQSClient({ region: 'eu-west-1' }), {
    deadLetters: QUEUES,
    work: byQueue((queue) => `work-${queue}`),
    ticks: { 'scanner-failed': 't' },
  });

/** What is in each queue; a message that was received is hidden until it is given back. */
let kept: Record<string, (Message & { hidden?: boolean })[]>;

beforeEach(() => {
  kept = { i: [], n: [], d: [], m: [] };
  sqs.reset();
  const of = (url: string | undefined) => kept[url ?? ''] ?? [];
  sqs.on(GetQueueAttributesCommand).callsFake(({ QueueUrl }) => ({
    Attributes: { ApproximateNumberOfMessages: String(of(QueueUrl).length) },
  }));
  sqs.on(ReceiveMessageCommand).callsFake(({ QueueUrl }) => {
    const Messages = of(QueueUrl)
      .filter(({ hidden }) => !hidden)
      .slice(0, 3);
    for (const received of Messages) received.hidden = true;
    return { Messages: Messages.map(({ hidden: _, ...shown }) => shown) };
  });
  sqs.on(DeleteMessageBatchCommand).callsFake(({ QueueUrl, Entries }) => {
    const gone = new Set(Entries.map(({ ReceiptHandle }: Message) => ReceiptHandle));
    kept[QueueUrl] = of(QueueUrl).filter(({ ReceiptHandle }) => !gone.has(ReceiptHandle));
    return {};
  });
  sqs.on(ChangeMessageVisibilityBatchCommand).callsFake(({ QueueUrl, Entries }) => {
    for (const { ReceiptHandle } of Entries)
      for (const held of of(QueueUrl)) if (held.ReceiptHandle === ReceiptHandle) held.hidden = false;
    return {};
  });
});

const message = (id: string, Body: string): Message => ({ MessageId: id, ReceiptHandle: `r-${id}`, Body });
const fill = (count: number) => {
  for (let place = 0; place < count; place += 1)
    kept.i?.push(message(`m${place}`, place % 4 === 1 ? 'to ANA@acme.test.' : 'to joana@acme.test'));
};

describe('the dead letters of a person', () => {
  it('are counted, and every message is back where it was', async () => {
    fill(11);
    const [ingest] = await letters().look(namesPerson('ana@acme.test'), false);
    expect(ingest).toEqual({
      queue: 'ingest',
      looked: 11,
      naming: ['m1', 'm5', 'm9'],
      removed: 0,
      unseen: 0,
    });
    expect(kept.i?.filter(({ hidden }) => hidden)).toEqual([]);
    expect(sqs.commandCalls(DeleteMessageBatchCommand)).toEqual([]);
  });

  it('are deleted, and no other', async () => {
    fill(11);
    const [ingest] = await letters().look(namesPerson('ana@acme.test'), true);
    expect(ingest).toMatchObject({ looked: 11, naming: ['m1', 'm5', 'm9'], removed: 3 });
    expect(kept.i).toHaveLength(8);
    expect(kept.i?.filter(({ hidden }) => hidden)).toEqual([]);
  });

  it('that somebody else holds are said to be unseen', async () => {
    fill(5);
    for (const held of kept.i!.slice(0, 2)) held.hidden = true;
    const [ingest] = await letters().look(namesPerson('ana@acme.test'), true);
    expect(ingest).toMatchObject({ looked: 3, unseen: 2 });
  });

  it('that cannot be deleted are a fault, and the rest is back', async () => {
    fill(5);
    sqs.on(DeleteMessageBatchCommand).resolves({
      Successful: [],
      Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }],
    });
    await expect(letters().look(namesPerson('ana@acme.test'), true)).rejects.toThrow('InternalError');
  });
});
