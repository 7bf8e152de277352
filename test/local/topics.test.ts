import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { DAY, formatInstant } from '../../functions/abandonment/time.ts';
import { addSubscription } from '../../functions/operators/people.ts';
import { policyWrite } from '../../functions/store/policies.ts';
import { putOnBus } from '../../local/owning-system.ts';
import type { LocalStage } from '../../local/stage.ts';
import { deployedStage, eventually, mailsTo, nextScan } from './deployed.ts';

const PREFIX = 'thetaCo/';
const TASK = 'thetaCo/prod/orders-capture';
const OWNER = 'tara@theta.test';

let stage: LocalStage;
let queueUrl = '';

/** A topic with a queue that gets what is published as it is. */
async function topicWithQueue(): Promise<string> {
  const { sns, sqs } = stage.aws;
  const { TopicArn: topic = '' } = await sns.send(new CreateTopicCommand({ Name: 'chat-of-theta' }));
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'chat-of-theta' }));
  queueUrl = QueueUrl;
  const names = { QueueUrl, AttributeNames: ['QueueArn' as const] };
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand(names));
  const subscription = { TopicArn: topic, Protocol: 'sqs', Endpoint: Attributes?.QueueArn };
  const raw = { RawMessageDelivery: 'true' };
  await sns.send(new SubscribeCommand({ ...subscription, Attributes: raw }));
  return topic;
}

async function failingTask(): Promise<void> {
  const now = Date.now();
  const createdAt = formatInstant(now - 100 * DAY);
  const task = {
    id: TASK,
    kind: 'capture',
    owners: [OWNER],
    dataPlane: 'theta-1',
    enabled: true,
    createdAt,
    version: 1,
  };
  const firstSeenAt = formatInstant(now - 30 * DAY);
  const published = { version: 1, task, publishedAt: createdAt, by: 'creation', firstSeenAt };
  const tasks = [{ task: TASK, shards: [{ id: '0', status: 'FAILED' }] }];
  await putOnBus(stage, [
    { detailType: 'Task Published', detail: published },
    {
      detailType: 'Shards Observed',
      detail: { version: 1, dataPlane: 'theta-1', observedAt: formatInstant(now), tasks },
    },
  ]);
}

beforeAll(async () => {
  stage = await deployedStage();
  const topic = await topicWithQueue();
  stage.system.config.topics = [topic];
  await stage.system.table.transact([policyWrite(PREFIX, { mode: 'disable' })], 'prepared-for-topics');
  const subscription = { prefix: PREFIX, topic, alertTypes: ['task_abandoned'] };
  expect(await addSubscription(stage.system, subscription, 'the test')).toMatchObject({ outcome: 'added' });
  await nextScan(stage);
  await failingTask();
});

describe('a topic with a queue behind it', () => {
  it('gets the text of the warning that the owner was mailed, without its links', async () => {
    const message = await eventually('the message', async () => {
      const asked = { QueueUrl: queueUrl, MessageAttributeNames: ['All'], WaitTimeSeconds: 1 };
      const { Messages = [] } = await stage.aws.sqs.send(new ReceiveMessageCommand(asked));
      return Messages[0];
    });
    const [mail] = await mailsTo(OWNER);
    const day = /on (\d{4}-\d\d-\d\d)/.exec(mail?.subject ?? '')?.[1];
    expect(day).toBeDefined();
    expect(mail?.text).toMatch(/https?:\/\//);
    expect(message.Body).toContain(TASK);
    expect(message.Body).toContain(day);
    expect(message.Body).not.toMatch(/https?:\/\//);
    const { alertType, notices, taskCount, stage: name } = message.MessageAttributes ?? {};
    expect([alertType, notices, taskCount, name].map((attribute) => attribute?.StringValue)).toEqual([
      'task_abandoned',
      '["warning"]',
      '1',
      'local',
    ]);
  });
});
