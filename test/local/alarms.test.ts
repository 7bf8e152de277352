import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { proveDelivery } from '../../cli/alarms/prove-delivery.ts';
import { sdkAlarmBoard } from '../../cli/alarms/sdk-alarm-board.ts';
import type { LocalStage } from '../../local/stage.ts';
import { deployedStage } from './deployed.ts';

let stage: LocalStage;

beforeAll(async () => {
  stage = await deployedStage();
  vi.stubEnv('AWS_ENDPOINT_URL', inject('endpoint'));
  vi.stubEnv('AWS_REGION', stage.deployment.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterAll(() => void vi.unstubAllEnvs());

it('shows whether the message of an alarm arrives, and leaves no queue behind', async () => {
  const board = sdkAlarmBoard(stage.deployment);
  const [page, ticket] = await proveDelivery(board, {
    now: () => performance.now(),
    mark: 'local-test',
    by: 'a test',
    within: 15_000,
  });
  expect(page?.way).toBe('alarm');
  expect(ticket?.way).toBe('alarm');
  expect(page?.unseen).toContain('nobody confirmed a subscription: no person hears');
  const { QueueUrls = [] } = await stage.aws.sqs.send(
    new ListQueuesCommand({ QueueNamePrefix: 'taskwarden-local-alarm-test' }),
  );
  expect(QueueUrls).toEqual([]);
});

it('lists the alarms of the stage with what they mean', async () => {
  const alarms = await sdkAlarmBoard(stage.deployment).list();
  const letters = alarms.find(({ name }) => name === 'notify-dead-letters');
  expect(letters).toMatchObject({ severity: 'page' });
  expect(letters?.impact).toContain('messages of the notify queue were given up');
});
