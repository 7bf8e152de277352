import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { failingFleet, T } from '../cli/cli-stage.ts';
import { deployAt, writtenMetrics } from '../platform/deployed-function.ts';

// What it is deployed with stands in for itself: the bus at its client, the table, which would be DynamoDB, in memory.
const deployed = vi.hoisted(() => ({ table: undefined as unknown }));
vi.mock('../../../functions/store/table/deployed-table.ts', () => ({ deployedTable: () => deployed.table }));
const bus = mockClient(EventBridgeClient);

const A = 'acmeCo/a';
const OF_A_WORKER = {
  TASKWARDEN_SOURCE_QUEUE_URL: 'url of disable',
  TASKWARDEN_DEAD_LETTER_QUEUE_URL: 'url of disable-dead-letters',
  TASKWARDEN_MAX_RECEIVES: '10',
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The function as it is loaded once, with a task on the table whose message waits since the scan of day 21. */
async function deployedDisabler() {
  const stage = await failingFleet([A]);
  await stage.scanOn(14);
  const bodies: string[] = [];
  const { send } = stage.system.queues;
  stage.system.queues = {
    send: async (queue, messages) => {
      if (queue === 'disable') bodies.push(...messages.map(({ body }) => body));
      else await send(queue, messages);
    },
  };
  await stage.scanOn(21);
  deployed.table = stage.table;
  deployAt(T + 21 * DAY, OF_A_WORKER);
  const { handler } = await import('../../../functions/disabling/disabler.handler.ts');
  const metrics = writtenMetrics();
  const context = { functionName: 'disabler', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 };
  const receive = () => {
    const attributes = { ApproximateReceiveCount: '1', ApproximateFirstReceiveTimestamp: `${T + 21 * DAY}` };
    const Records = bodies.map((body, index) => ({
      messageId: `m${index}`,
      receiptHandle: 'h',
      eventSource: 'aws:sqs',
      body,
      attributes,
      messageAttributes: {},
    }));
    return handler({ Records } as never, context as unknown as Context);
  };
  return { ...stage, receive, metrics };
}

describe('the deployed disabler', () => {
  it('works a message on the table and the bus, and reports under its own name', async () => {
    bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] });
    const stage = await deployedDisabler();
    expect(await stage.receive()).toEqual({ batchItemFailures: [] });
    const entries = bus.commandCalls(PutEventsCommand).flatMap(({ args }) => args[0].input.Entries ?? []);
    expect(entries).toMatchObject([{ EventBusName: 'the-bus', DetailType: 'Task Disable Requested' }]);
    expect(JSON.parse(entries[0]?.Detail ?? '')).toMatchObject({ task: A, requestId: `${A}#1` });
    expect((await loadTask(stage.table, A))?.open?.disabling?.state).toBe('requested');
    expect(stage.metrics()).toContainEqual(
      expect.objectContaining({ service: 'disabler', stage: 'dev', MessageDone: 1 }),
    );
  });
});
