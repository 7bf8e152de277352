import type { Context } from 'aws-lambda';
import { afterEach, expect, it, vi } from 'vitest';
import { deployAt, writtenMetrics } from '../../platform/deployed-function.ts';
import { ANA_ADDRESS, answerStage, MAIL, START } from '../send/answer-stage.ts';

// What it is deployed with stands in for itself: the table, which would be DynamoDB, in memory.
const deployed = vi.hoisted(() => ({ table: undefined as unknown }));
vi.mock('../../../../functions/store/table/deployed-table.ts', () => ({
  deployedTable: () => deployed.table,
}));

const OF_A_WORKER = {
  TASKWARDEN_SOURCE_QUEUE_URL: 'url of mail-events',
  TASKWARDEN_DEAD_LETTER_QUEUE_URL: 'url of mail-events-dead-letters',
  TASKWARDEN_MAX_RECEIVES: '10',
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('the deployed worker takes in what SES says of a mail, and reports under its own name', async () => {
  const stage = await answerStage();
  deployed.table = stage.table;
  deployAt(START, OF_A_WORKER);
  const { handler } = await import('../../../../functions/notices/feedback/mail-events.handler.ts');
  const metrics = writtenMetrics();
  const timestamp = new Date(START).toISOString();
  const event = {
    eventType: 'Delivery',
    mail: { timestamp, messageId: 'ses-1', destination: [ANA_ADDRESS], tags: { digest: [MAIL] } },
    delivery: { timestamp, recipients: [ANA_ADDRESS] },
  };
  const context = { functionName: 'mail-events', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 };
  const Records = [
    {
      messageId: 'm',
      receiptHandle: 'h',
      eventSource: 'aws:sqs',
      body: JSON.stringify(event),
      attributes: { ApproximateReceiveCount: '1', ApproximateFirstReceiveTimestamp: `${START}` },
      messageAttributes: {},
    },
  ];
  const answer = await handler({ Records } as never, context as unknown as Context);
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(await stage.digest()).toMatchObject({ state: 'delivered', applied: true });
  expect(metrics()).toContainEqual(expect.objectContaining({ service: 'mail-events', MessageDone: 1 }));
});
