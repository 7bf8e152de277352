import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { AwsReceiver } from '../../../functions/platform/aws-receiver.ts';

const sqs = mockClient(SQSClient);
const receiver = new AwsReceiver(new SQSClient({ region: 'eu-west-1' }), { queue: 'q', deadLetters: 'dlq' });
const message = {
  messageId: 'm1',
  receiptHandle: 'h1',
  body: '{broken',
  attributes: { ApproximateReceiveCount: '2', SentTimestamp: '1700000000000', MessageGroupId: 'acmeCo' },
} as unknown as SQSRecord;

describe('a delivery', () => {
  beforeEach(() => {
    sqs.reset();
    sqs.on(ChangeMessageVisibilityCommand).resolves({});
    sqs.on(SendMessageCommand).resolves({});
  });

  it.each([
    [20, 20],
    [0, 0],
    [-5, 0],
    [12.4, 12],
    [100_000, 43_200],
  ])('that is put off by %d s is hidden for %d s', async (asked, hidden) => {
    await receiver.postpone(message, asked);
    expect(sqs.commandCalls(ChangeMessageVisibilityCommand)[0]?.args[0].input).toEqual({
      QueueUrl: 'q',
      ReceiptHandle: 'h1',
      VisibilityTimeout: hidden,
    });
  });

  it('that is given up goes into the dead-letter queue unchanged, with reason and origin', async () => {
    await receiver.deadLetter(message, 'not JSON\nat all');
    const input = sqs.commandCalls(SendMessageCommand)[0]?.args[0].input;
    expect(input).toMatchObject({ QueueUrl: 'dlq', MessageBody: '{broken', MessageGroupId: 'acmeCo' });
    expect(input?.MessageAttributes).toEqual({
      reason: { DataType: 'String', StringValue: 'not JSON at all' },
      messageId: { DataType: 'String', StringValue: 'm1' },
      receiveCount: { DataType: 'String', StringValue: '2' },
      sentAt: { DataType: 'String', StringValue: '1700000000000' },
    });
  });

  const sent = () => sqs.commandCalls(SendMessageCommand)[0]?.args[0].input;
  const reason = () => sent()?.MessageAttributes?.reason?.StringValue;

  it('has its reason cut between characters', async () => {
    await receiver.deadLetter(message, `${'x'.repeat(999)}\u{1f600}y`);
    expect(reason()).toBe('x'.repeat(999));
  });

  it.each([
    ['half of a pair', 'a\ud83db', 'a\ufffdb'],
    ['U+FFFE and U+FFFF', 'a\ufffe\uffffb', 'a\ufffd\ufffdb'],
    ['controls', 'a\u0000\u0007\u0085b', 'a   b'],
    ['nothing', '', 'none'],
  ])('has its reason without what SQS refuses: %s', async (_what, text, taken) => {
    await receiver.deadLetter(message, text);
    expect(reason()).toBe(taken);
  });

  it('that fills its queue’s limit is given up all the same, with as much beside it as there is room for', async () => {
    const body = 'x'.repeat(1_048_576 - 100);
    await receiver.deadLetter({ ...message, body }, 'é'.repeat(100));
    const { MessageBody, MessageAttributes = {} } = sent() ?? {};
    expect(MessageBody).toBe(body);
    const sizes = Object.entries(MessageAttributes).map(([name, { DataType, StringValue }]) =>
      Buffer.byteLength(`${name}${DataType}${StringValue}`),
    );
    expect(sizes.reduce((sum, size) => sum + size, body.length)).toBeLessThanOrEqual(1_048_576);
    expect(reason()).toMatch(/^é+$/);
  });

  it('that leaves no room beside it goes without', async () => {
    await receiver.deadLetter({ ...message, body: 'x'.repeat(1_048_576) }, 'too much');
    expect(sent()?.MessageAttributes).toEqual({});
  });
});
