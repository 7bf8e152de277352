import {
  CloudWatchClient,
  type MetricAlarm,
  paginateDescribeAlarms,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  PublishCommand,
  paginateListSubscriptionsByTopic,
  type SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { isObject } from '../../functions/abandonment/policy-values.ts';
import {
  alarmName,
  alarmPrefix,
  alarmTestQueue,
  SEVERITIES,
  type Severity,
  TESTED_ALARM,
} from '../../functions/platform/alarm-names.ts';
import { snsClient, sqsClient } from '../../functions/platform/clients.ts';
import type { Deployment } from '../../functions/platform/names.ts';
import { UsageError } from '../errors.ts';
import type { AlarmBoard, Heard, Listener, SeenAlarm } from './alarm-board.port.ts';

const CLIENT = {
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  maxAttempts: 2,
};

/** How long the queue keeps what it heard: a test that is cut off leaves little behind. */
const KEPT_SECONDS = 300;

/**
 * The alarms of a deployment, by the SDK; only by the command line.
 * @throws UsageError where the deployment does not say where its alarms go
 */
export function sdkAlarmBoard({ stage, alarmTopics }: Deployment): AlarmBoard {
  const cloudWatch = new CloudWatchClient(CLIENT);
  const topic = (severity: Severity) => {
    if (alarmTopics) return alarmTopics[severity];
    throw new UsageError(`stage '${stage}' was deployed by an earlier version; deploy it again`);
  };
  return {
    topic,
    list: () => list(cloudWatch, stage),
    subscribers: (severity) => subscribers(topic(severity), stage),
    listen: () => listen([...new Set(SEVERITIES.map(topic))], stage),
    set: async (severity, state, reason) => {
      const AlarmName = alarmName(stage, TESTED_ALARM[severity]);
      await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: state, StateReason: reason }));
    },
    publish: async (severity, text) => {
      const message = { TopicArn: topic(severity), Subject: `Taskwarden ${stage}: a test`, Message: text };
      await snsClient().send(new PublishCommand(message));
    },
  };
}

async function list(client: CloudWatchClient, stage: string): Promise<SeenAlarm[]> {
  const seen: SeenAlarm[] = [];
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms(
    { client },
    { AlarmNamePrefix: alarmPrefix(stage) },
  ))
    seen.push(...MetricAlarms.map((alarm) => seenOf(alarm, stage)));
  return seen;
}

function seenOf(alarm: MetricAlarm, stage: string): SeenAlarm {
  const text = alarm.AlarmDescription ?? '';
  const severity = SEVERITIES.find((name) => text.includes(` Severity: ${name}. `));
  return {
    name: (alarm.AlarmName ?? '').slice(alarmPrefix(stage).length),
    severity: severity ?? null,
    state: alarm.StateValue ?? 'INSUFFICIENT_DATA',
    since: alarm.StateUpdatedTimestamp?.getTime() ?? null,
    impact: /^Impact: (.*?) (?:Severity|Runbook): /.exec(text)?.[1] ?? '',
  };
}

async function subscribers(topic: string, stage: string): ReturnType<AlarmBoard['subscribers']> {
  const counts = { confirmed: 0, pending: 0 };
  const own = `:${alarmTestQueue(stage)}`;
  const pages = paginateListSubscriptionsByTopic({ client: snsClient() }, { TopicArn: topic });
  for await (const { Subscriptions = [] } of pages) {
    // One that waits has a word in place of its ARN.
    for (const { SubscriptionArn = '', Endpoint = '' } of Subscriptions)
      if (!Endpoint.endsWith(own)) counts[SubscriptionArn.startsWith('arn:') ? 'confirmed' : 'pending'] += 1;
  }
  return counts;
}

async function listen(topics: readonly string[], stage: string): Promise<Listener> {
  const [sqs, sns] = [sqsClient(), snsClient()];
  const url = await makeQueue(sqs, alarmTestQueue(stage));
  const subscriptions: string[] = [];
  const stop = async () => {
    for (const SubscriptionArn of subscriptions) await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
  };
  try {
    const arn = await letIn(sqs, url, topics);
    for (const topic of topics) subscriptions.push(await subscribe(sns, topic, arn));
  } catch (error) {
    await stop();
    throw error;
  }
  return { next: () => receive(sqs, url), stop };
}

async function makeQueue(sqs: SQSClient, QueueName: string): Promise<string> {
  const Attributes = { MessageRetentionPeriod: String(KEPT_SECONDS) };
  try {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    return QueueUrl;
  } catch (error) {
    if (error instanceof Error && error.name.includes('QueueDeletedRecently'))
      throw new UsageError('SQS makes a queue again only a minute after it was deleted; try in a minute');
    throw error;
  }
}

/** Lets the topics, and nobody else, send to the queue. */
async function letIn(sqs: SQSClient, QueueUrl: string, topics: readonly string[]): Promise<string> {
  const asked = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const arn = asked.Attributes?.QueueArn ?? '';
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn,
    Condition: { ArnEquals: { 'aws:SourceArn': topics } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  return arn;
}

async function subscribe(sns: SNSClient, TopicArn: string, Endpoint: string): Promise<string> {
  const request = { TopicArn, Protocol: 'sqs', Endpoint, ReturnSubscriptionArn: true };
  const { SubscriptionArn = '' } = await sns.send(new SubscribeCommand(request));
  return SubscriptionArn;
}

async function receive(sqs: SQSClient, QueueUrl: string): Promise<Heard[]> {
  const wanted = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 3 };
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(wanted));
  return Messages.flatMap(({ Body }) => heardIn(Body));
}

/** What SNS wraps a message in. */
function heardIn(body: string | undefined): Heard[] {
  try {
    const notification: unknown = JSON.parse(body ?? '');
    if (!isObject(notification)) return [];
    return [{ topic: String(notification.TopicArn), text: String(notification.Message) }];
  } catch {
    return [];
  }
}
