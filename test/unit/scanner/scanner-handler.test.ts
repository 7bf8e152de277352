import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, expect, it, vi } from 'vitest';
import { formatInstant, MINUTE } from '../../../functions/abandonment/time.ts';
import { DEMO_CLOCK_KEY } from '../../../functions/platform/demo-clock.ts';
import { operatorAlert } from '../../../functions/store/operator-alerts.ts';
import { loadScans } from '../../../functions/store/scans.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { deployAt, writtenMetrics } from '../platform/deployed-function.ts';

// What it is deployed with stands in for itself: SNS at its client, the table, which would be DynamoDB, in memory.
const deployed = vi.hoisted(() => ({ table: undefined as unknown }));
vi.mock('../../../functions/store/table/deployed-table.ts', () => ({ deployedTable: () => deployed.table }));
const sns = mockClient(SNSClient);
const START = Date.parse('2026-03-01T12:00:00Z');

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('the deployed scanner scans for the instant of its tick, as long as it has, and notifies operators', async () => {
  const table = new MemoryTable();
  deployed.table = table;
  await table.transact([operatorAlert('correlated-failure', 'eu-1', 'it is so', START)], 'before');
  deployAt(START, {});
  sns.on(PublishCommand).resolves({});
  const { handler } = await import('../../../functions/scanner/scanner.handler.ts');
  const metrics = writtenMetrics();
  const context = { functionName: 'scanner', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 };

  const at = formatInstant(START - MINUTE);
  const report = await handler({ scheduledAt: at }, context as unknown as Context);
  expect(report).toMatchObject({ outcome: 'completed', run: at });
  expect(await loadScans(table)).toMatchObject({ claimed: START - MINUTE, completedAt: START });
  expect(sns.commandCalls(PublishCommand).map(({ args }) => args[0].input)).toMatchObject([
    { TopicArn: 'arn:topic', Subject: 'Taskwarden dev: correlated-failure eu-1' },
  ]);
  expect(metrics()).toContainEqual(
    expect.objectContaining({ service: 'scanner', stage: 'dev', ScanCompleted: 1 }),
  );

  const short = { ...context, getRemainingTimeInMillis: () => 1_000 };
  expect(await handler({}, short as unknown as Context)).toMatchObject({
    outcome: 'interrupted',
    run: formatInstant(START),
  });
});

it('where the demo clock was set, that outdoes the tick', async () => {
  const table = new MemoryTable();
  deployed.table = table;
  const demoTime = START + 30 * MINUTE;
  await table.transact([{ put: { ...DEMO_CLOCK_KEY, v: 1, at: demoTime } }], 'demo clock');
  deployAt(START, { TASKWARDEN_STAGE: 'local', TASKWARDEN_DEMO_CLOCK: 'on' });
  vi.resetModules();
  const { handler } = await import('../../../functions/scanner/scanner.handler.ts');
  writtenMetrics();
  const context = { functionName: 'scanner', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 };
  const report = await handler({ scheduledAt: formatInstant(START) }, context as unknown as Context);
  expect(report).toMatchObject({ outcome: 'completed', run: formatInstant(demoTime) });
});
