import {
  GetAliasCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { byQueue } from '../../../functions/platform/queues.ts';
import { loadOperatorAlert } from '../../../functions/store/operator-alerts.ts';
import { deployAt, writtenMetrics } from '../platform/deployed-function.ts';
import { breakerStage, fail, START } from './stage.ts';

// What it is deployed with stands in for itself: AWS at its clients, the table, which would be DynamoDB, in memory.
const deployed = vi.hoisted(() => ({ table: undefined as unknown }));
vi.mock('../../../functions/store/table/deployed-table.ts', () => ({ deployedTable: () => deployed.table }));
const lambda = mockClient(LambdaClient);
const sqs = mockClient(SQSClient);
const sns = mockClient(SNSClient);

const PLACES = byQueue((queue) => ({
  functionName: `dev-${queue}`,
  mapping: `mapping of ${queue}`,
  queueUrl: `url of ${queue}`,
}));

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('the deployed breaker', () => {
  it('looks at each queue in use, and switches the one off whose worker fails', async () => {
    const { table, system } = breakerStage();
    await fail({ system }, 5);
    deployed.table = table;
    deployAt(START, { TASKWARDEN_WORKERS: JSON.stringify(PLACES) });
    lambda.on(GetAliasCommand).resolves({ FunctionVersion: '7' });
    lambda.on(GetEventSourceMappingCommand).resolves({ State: 'Enabled' });
    lambda.on(UpdateEventSourceMappingCommand).resolves({});
    sqs.on(GetQueueAttributesCommand).resolves({});
    sns.on(PublishCommand).resolves({});
    const { handler } = await import('../../../functions/breaker/breaker.handler.ts');
    const metrics = writtenMetrics();
    const context = { functionName: 'breaker', awsRequestId: 'r', getRemainingTimeInMillis: () => 55_000 };

    const reports = await handler({}, context as unknown as Context);
    expect(reports.map(({ queue, phase }) => [queue, phase])).toEqual([
      ['ingest', 'closed'],
      ['notify', 'closed'],
      ['disable', 'open'],
      ['mail-events', 'closed'],
      ['webhook', 'closed'],
    ]);
    const switched = lambda.commandCalls(UpdateEventSourceMappingCommand).map(({ args }) => args[0].input);
    expect(switched).toEqual([{ UUID: 'mapping of disable', Enabled: false }]);
    expect(sns.commandCalls(PublishCommand).map(({ args }) => args[0].input)).toMatchObject([
      { TopicArn: 'arn:topic', Subject: 'Taskwarden dev: breaker-open disable' },
    ]);
    expect(await loadOperatorAlert(table, 'breaker-open', 'disable')).toMatchObject({ toldAt: START });
    const about = { service: 'breaker', stage: 'dev' };
    expect(metrics()).toContainEqual(expect.objectContaining({ ...about, BreakerRan: 1 }));
    expect(metrics()).toContainEqual(expect.objectContaining({ ...about, BreakerOpen: 1, queue: 'disable' }));
  });
});
