import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DAY } from '../../../../functions/abandonment/time.ts';
import type { Environment } from '../../../../functions/platform/environment.ts';
import { DEFAULT_RETENTION } from '../../../../functions/platform/retention.ts';
import { deployedTable } from '../../../../functions/store/table/deployed-table.ts';
import { endingOf } from '../../../../functions/store/table/expiry.ts';

const T = Date.parse('2026-01-15T00:00:00Z');
const KEY = { pk: 'a', sk: 'b' };

/** Every client of the process is answered here while a test runs. */
let dynamodb: ReturnType<typeof mockClient>;

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  dynamodb = mockClient(DynamoDBDocumentClient);
});
afterEach(() => {
  dynamodb.restore();
  vi.unstubAllEnvs();
});

it('the table of a function has its name, keeps rows by its configuration, and ends them by its clock', async () => {
  const retention = { ...DEFAULT_RETENTION, alerts: 90 * DAY };
  const environment = { table: 'tasks-prod', config: { retention } } as Environment;
  let now = T;
  const table = deployedTable(environment, { now: () => now });
  dynamodb.on(PutCommand).resolves({});
  await table.transact([{ put: { ...KEY, ...endingOf('alerts', T) } }], 'me');
  const ttl = (T + 90 * DAY) / 1_000;
  const [put] = dynamodb.commandCalls(PutCommand);
  expect(put?.args[0].input).toMatchObject({ TableName: 'tasks-prod', Item: { ...KEY, ttl } });
  dynamodb.on(GetCommand).resolves({ Item: { ...KEY, ttl } });
  now = T + 90 * DAY - 1;
  expect(await table.get(KEY)).toBeDefined();
  now += 1;
  expect(await table.get(KEY)).toBeUndefined();
});
