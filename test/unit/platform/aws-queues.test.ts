import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { AwsQueues } from '../../../functions/platform/aws-queues.ts';
import { byQueue } from '../../../functions/platform/queues.ts';

const URLS = byQueue((queue) => queue.charAt(0));
const sqs = mockClient(SQSClient);
const queues = new AwsQueues(new SQSClient({ region: 'eu-west-1' }), URLS);
const messages = (count: number) => Array.from({ length: count }, (_, index) => ({ body: `m${index}` }));
const sent = () =>
  sqs
    .commandCalls(SendMessageBatchCommand)
    .map((call) => call.args[0].input.Entries?.map((entry) => entry.MessageBody));

describe('sending to a queue', () => {
  beforeEach(() => sqs.reset());

  it('sends ten at a time', async () => {
    sqs.on(SendMessageBatchCommand).resolves({});
    await queues.send('notify', messages(23));
    expect(sent().map((bodies) => bodies?.length)).toEqual([10, 10, 3]);
    expect(sqs.commandCalls(SendMessageBatchCommand)[0]?.args[0].input.QueueUrl).toBe('n');
  });

  it('escapes what SQS would refuse the message for, so that it is read as it was written', async () => {
    sqs.on(SendMessageBatchCommand).resolves({});
    const key = 'acmeCo/\uffff\ufffe\u{1f600}\ud83d';
    await queues.send('disable', [{ body: JSON.stringify({ key }) }]);
    const body = sent()[0]?.[0] ?? '';
    expect(JSON.parse(body)).toEqual({ key });
    expect(body).not.toMatch(/[\ufffe\uffff]/);
    expect(body.isWellFormed()).toBe(true);
  });

  it('sends nothing for nothing', async () => {
    await queues.send('notify', []);
    expect(sent()).toEqual([]);
  });

  it('sends again only what was refused', async () => {
    const refusal = { Id: '1', Code: 'InternalError', SenderFault: false };
    sqs
      .on(SendMessageBatchCommand)
      .resolvesOnce({ Failed: [refusal], Successful: [] })
      .resolves({});
    await queues.send('disable', messages(3));
    expect(sent()).toEqual([['m0', 'm1', 'm2'], ['m1']]);
  });

  it('throws when a message stays refused, and has sent the others', async () => {
    sqs.on(SendMessageBatchCommand).callsFake(({ Entries }) => ({
      Failed: Entries.filter((entry: { MessageBody: string }) => entry.MessageBody === 'm1').map(
        ({ Id }: { Id: string }) => ({ Id, Code: 'InternalError', SenderFault: false }),
      ),
    }));
    await expect(queues.send('notify', messages(12))).rejects.toThrow('1 of 12 messages not sent to notify');
    expect(sent().flat()).toContain('m11');
  });

  it('does not repeat what SQS will never take', async () => {
    sqs
      .on(SendMessageBatchCommand)
      .resolves({ Failed: [{ Id: '0', Code: 'InvalidMessageContents', SenderFault: true }] });
    await expect(queues.send('notify', messages(1))).rejects.toThrow('1 of 1 messages');
    expect(sent()).toHaveLength(1);
  });

  it('goes on with the other batches after one that failed whole, and repeats none', async () => {
    sqs.on(SendMessageBatchCommand).rejectsOnce(new Error('network')).resolves({});
    await expect(queues.send('notify', messages(15))).rejects.toThrow('10 of 15 messages');
    expect(sent().map((bodies) => bodies?.length)).toEqual([10, 5]);
  });

  it('names the tenant as the group, in letters that SQS takes', async () => {
    sqs.on(SendMessageBatchCommand).resolves({});
    await queues.send('notify', [{ body: 'x', group: 'acmé co', delaySeconds: 7 }]);
    const [entry] = sqs.commandCalls(SendMessageBatchCommand)[0]?.args[0].input.Entries ?? [];
    expect(entry).toMatchObject({ MessageGroupId: 'acm__co', DelaySeconds: 7 });
  });
});
