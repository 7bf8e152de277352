import { DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { beforeAll, expect, it } from 'vitest';
import { DAY, formatInstant } from '../../functions/abandonment/time.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { SOURCE } from '../../local/owning-system.ts';
import { deadLetters } from '../../local/queue-levels.ts';
import type { LocalStage } from '../../local/stage.ts';
import { eventually } from '../local/deployed.ts';
import { localStackStage } from './localstack-stage.ts';

const TASK = 'betaCo/prod/clicks-capture';
const ALARM = 'taskwarden/local/ingest-dead-letters';

/** An alarm looks once a minute, at the figures that queues report once a minute. */
const RINGS_WITHIN_MS = 300_000;

let stage: LocalStage;
let operators: string;

beforeAll(async () => {
  stage = await localStackStage();
  operators = await queueOfOperators();
});

async function arnOf(QueueUrl: string): Promise<string> {
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  return (await stage.aws.sqs.send(asked)).Attributes?.QueueArn ?? '';
}

/** A queue that hears what operators are told. */
async function queueOfOperators(): Promise<string> {
  const { sns, sqs } = stage.aws;
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'operators' }));
  const TopicArn = stage.deployment.operatorsTopic;
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: await arnOf(QueueUrl) }));
  return QueueUrl;
}

/** What operators were told and nobody has read yet. */
async function operatorMessages(): Promise<string> {
  const asked = { QueueUrl: operators, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 };
  const { Messages = [] } = await stage.aws.sqs.send(new ReceiveMessageCommand(asked));
  return Messages.map(({ Body }) => Body).join('\n');
}

async function alarms(...names: string[]): Promise<MetricAlarm[]> {
  const asked = names.length > 0 ? { AlarmNames: names } : { AlarmNamePrefix: 'taskwarden/local/' };
  const { MetricAlarms = [] } = await stage.aws.cloudWatch.send(new DescribeAlarmsCommand(asked));
  return MetricAlarms;
}

function untilAlarmIs(state: 'ALARM' | 'OK'): Promise<true> {
  const ask = async () => ((await alarms(ALARM))[0]?.StateValue === state ? true : undefined);
  return eventually(`${ALARM} is ${state}`, ask, RINGS_WITHIN_MS);
}

/** A message that a broken worker left: nothing is wrong with it. */
function letter(): string {
  const at = formatInstant(Date.now() - DAY);
  const task = {
    id: TASK,
    kind: 'capture',
    owners: ['bea@beta.test'],
    dataPlane: 'aws-eu-west-1',
    enabled: true,
    createdAt: at,
    version: 1,
  };
  return JSON.stringify({
    version: '0',
    id: 'f9b3a3f6-0000-4000-8000-000000000001',
    'detail-type': 'Task Published',
    source: SOURCE,
    account: '000000000000',
    time: at,
    region: stage.deployment.region,
    resources: [],
    detail: { version: 1, task, publishedAt: at, by: 'creation' },
  });
}

it('every alarm is evaluated', async () => {
  const all = await alarms();
  expect(all.length).toBeGreaterThan(20);
  const evaluated = async () => {
    const states = (await alarms()).map(({ StateValue }) => StateValue);
    return states.every((state) => state === 'OK' || state === 'ALARM') ? true : undefined;
  };
  await eventually('all alarms have a state', evaluated, RINGS_WITHIN_MS);
});

it('a dead letter rings its alarm, and operators are told', async () => {
  const { deadLetterUrl } = stage.deployment.queues.ingest;
  await stage.aws.sqs.send(new SendMessageCommand({ QueueUrl: deadLetterUrl, MessageBody: letter() }));
  await untilAlarmIs('ALARM');
  await eventually('the word of it', async () =>
    (await operatorMessages()).includes(ALARM) ? true : undefined,
  );
});

it('a move task takes dead letters back to their queue, they are worked, and the alarm ends', async () => {
  const { url, deadLetterUrl } = stage.deployment.queues.ingest;
  const [SourceArn, DestinationArn] = await Promise.all([arnOf(deadLetterUrl), arnOf(url)]);
  await stage.aws.sqs.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
  await eventually('the task', async () => loadTask(stage.system.table, TASK));
  const { Results = [] } = await stage.aws.sqs.send(new ListMessageMoveTasksCommand({ SourceArn }));
  expect(Results.map(({ Status, ApproximateNumberOfMessagesMoved: moved }) => [Status, moved])).toEqual([
    ['COMPLETED', 1],
  ]);
  expect(await deadLetters(stage)).toBe(0);
  await untilAlarmIs('OK');
});
