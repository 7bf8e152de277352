import { SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, expect, it, vi } from 'vitest';
import { HOUR } from '../../../../functions/abandonment/time.ts';
import { recipientKey } from '../../../../functions/platform/addresses.ts';
import { deployAt, writtenMetrics } from '../../platform/deployed-function.ts';
import { ANA, ANA_ADDRESS, START, TASK, TOPIC } from './answer-stage.ts';
import { FACTS, notifyStage, waitsFor } from './notify-stage.ts';

// What it is deployed with stands in for itself: SES and SNS at their clients, the table, which would be DynamoDB, in memory.
const deployed = vi.hoisted(() => ({ table: undefined as unknown }));
vi.mock('../../../../functions/store/table/deployed-table.ts', () => ({
  deployedTable: () => deployed.table,
}));
const ses = mockClient(SESClient);
const sns = mockClient(SNSClient);

const OF_A_WORKER = {
  TASKWARDEN_SOURCE_QUEUE_URL: 'url of notify',
  TASKWARDEN_DEAD_LETTER_QUEUE_URL: 'url of notify-dead-letters',
  TASKWARDEN_MAX_RECEIVES: '10',
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('the deployed notifier mails people and publishes to topics, and reports under its own name', async () => {
  ses.on(SendRawEmailCommand).resolves({ MessageId: 'ses-1' });
  sns.on(PublishCommand).resolves({ MessageId: 'sns-1' });
  const toTopic = { recipient: recipientKey(TOPIC), address: TOPIC };
  const stage = await notifyStage({ also: [waitsFor({ notice: 'enabled', facts: FACTS }, toTopic)] });
  deployed.table = stage.table;
  deployAt(START, OF_A_WORKER);
  const { handler } = await import('../../../../functions/notices/send/notifier.handler.ts');
  const metrics = writtenMetrics();
  const context = { functionName: 'notifier', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 };
  const Records = [ANA, toTopic.recipient].map((key, index) => ({
    messageId: `m${index}`,
    receiptHandle: 'h',
    eventSource: 'aws:sqs',
    body: JSON.stringify({ v: 1, kind: 'notify', key, notAfter: START + HOUR, correlationId: 'c' }),
    attributes: { ApproximateReceiveCount: '1', ApproximateFirstReceiveTimestamp: `${START}` },
    messageAttributes: {},
  }));
  const answer = await handler({ Records } as never, context as unknown as Context);
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(ses.commandCalls(SendRawEmailCommand).map(({ args }) => args[0].input.Destinations)).toEqual([
    [ANA_ADDRESS],
  ]);
  const messages = sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);
  expect(messages).toMatchObject([{ TopicArn: TOPIC, Message: expect.stringContaining(TASK) }]);
  expect(await stage.part()).toMatchObject({ warning: 'accepted', acceptedAt: START });
  expect(metrics()).toContainEqual(expect.objectContaining({ service: 'notifier', MessageDone: 2 }));
});
