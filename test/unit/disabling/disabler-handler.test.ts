import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { QUEUE_NAMES, queueUrlVariable } from '../../../functions/platform/queues.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { failingFleet, T } from '../cli/cli-stage.ts';

// What it is deployed with stands in for itself: the bus at its client, the table, which would be DynamoDB, in memory.
const deployed = vi.hoisted(() => ({ table: undefined as unknown }));
vi.mock('../../../functions/store/table/deployed-table.ts', () => ({ deployedTable: () => deployed.table }));
const bus = mockClient(EventBridgeClient);

const A = 'acmeCo/a';
const VARIABLES = {
  AWS_REGION: 'eu-west-1',
  TASKWARDEN_STAGE: 'dev',
  TASKWARDEN_TABLE: 'table',
  TASKWARDEN_BUS: 'the-bus',
  TASKWARDEN_OPERATORS_TOPIC: 'arn:topic',
  ...Object.fromEntries(QUEUE_NAMES.map((queue) => [queueUrlVariable(queue), `url of ${queue}`])),
  TASKWARDEN_SENDER: 'warden@example.com',
  TASKWARDEN_REPLY_TO: 'team@example.com',
  TASKWARDEN_CONFIGURATION_SET: 'set',
  TASKWARDEN_MAILS_PER_SECOND: '1',
  TASKWARDEN_CONTACT: 'the team',
  TASKWARDEN_CONTROL_PLANE: 'fed',
  TASKWARDEN_STAGE_CEILING: 'disable',
  TASKWARDEN_ALLOWED_DOMAINS: '',
  TASKWARDEN_SCAN_EVERY_MS: '900000',
  TASKWARDEN_GATHER_DISABLED_MS: '0',
  TASKWARDEN_CONFIRM_WITHIN_MS: '1800000',
  TASKWARDEN_SEND_LEASE_MS: '60000',
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
  for (const [name, value] of Object.entries(VARIABLES)) vi.stubEnv(name, value);
  vi.useFakeTimers({ now: T + 21 * DAY, toFake: ['Date'] });
  const { handler } = await import('../../../functions/disabling/disabler.handler.ts');
  const lines: string[] = [];
  const take = (chunk: unknown) => {
    lines.push(...String(chunk).split('\n'));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
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
  const metrics = () =>
    lines.filter((line) => line.includes('_aws')).map((line) => JSON.parse(line) as Record<string, unknown>);
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
