import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { paginateListSubscriptionsByTopic } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { alarmPrefix } from '../../functions/platform/alarm-names.ts';
import { snsClient, sqsClient } from '../../functions/platform/clients.ts';
import type { Deployment } from '../../functions/platform/names.ts';
import type { QueueName } from '../../functions/platform/ports.ts';
import type { AwsAccount } from './aws-account.port.ts';

const CLIENT = {
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  maxAttempts: 2,
};

/** The account of a deployment, asked by the SDK; only by the command line. */
export function sdkAccount(deployment: Deployment): AwsAccount {
  return {
    identity: () => askIdentity(deployment.ses.identity),
    sending: askSending,
    schedule: () => askSchedule(deployment.schedule),
    operators: () => askOperators(deployment.operatorsTopic),
    deadLetters: () => askDeadLetters(deployment.queues),
    ringing: () => askAlarms(deployment.stage),
  };
}

async function askIdentity(name: string): ReturnType<AwsAccount['identity']> {
  const client = new SESv2Client(CLIENT);
  const { VerifiedForSendingStatus, DkimAttributes } = await client.send(
    new GetEmailIdentityCommand({ EmailIdentity: name }),
  );
  return { name, verified: VerifiedForSendingStatus === true, dkim: DkimAttributes?.Status ?? 'NOT_STARTED' };
}

async function askSending(): ReturnType<AwsAccount['sending']> {
  const account = await new SESv2Client(CLIENT).send(new GetAccountCommand({}));
  const { Max24HourSend = 0, MaxSendRate = 0, SentLast24Hours = 0 } = account.SendQuota ?? {};
  return {
    production: account.ProductionAccessEnabled === true,
    enabled: account.SendingEnabled === true,
    standing: account.EnforcementStatus ?? 'unknown',
    perDay: Max24HourSend,
    sentLastDay: SentLast24Hours,
    perSecond: MaxSendRate,
  };
}

async function askSchedule(name: string): ReturnType<AwsAccount['schedule']> {
  const { State } = await new SchedulerClient(CLIENT).send(new GetScheduleCommand({ Name: name }));
  return { on: State === 'ENABLED' };
}

async function askOperators(topic: string): ReturnType<AwsAccount['operators']> {
  const counts = { confirmed: 0, pending: 0 };
  const pages = paginateListSubscriptionsByTopic({ client: snsClient() }, { TopicArn: topic });
  for await (const { Subscriptions = [] } of pages) {
    // One that waits has a word in place of its ARN.
    for (const { SubscriptionArn = '' } of Subscriptions)
      counts[SubscriptionArn.startsWith('arn:') ? 'confirmed' : 'pending'] += 1;
  }
  return counts;
}

async function askDeadLetters(queues: Deployment['queues']): ReturnType<AwsAccount['deadLetters']> {
  const client = sqsClient();
  return Promise.all(
    Object.entries(queues).map(async ([queue, { deadLetterUrl }]) => {
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl: deadLetterUrl,
          AttributeNames: ['ApproximateNumberOfMessages'],
        }),
      );
      return {
        queue: queue as QueueName,
        messages: Number(Attributes?.ApproximateNumberOfMessages ?? 0),
      };
    }),
  );
}

async function askAlarms(stage: string): ReturnType<AwsAccount['ringing']> {
  const names: string[] = [];
  const wanted = { AlarmNamePrefix: alarmPrefix(stage) };
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms(
    { client: new CloudWatchClient(CLIENT) },
    wanted,
  ))
    names.push(
      ...MetricAlarms.flatMap(({ AlarmName = '', StateValue }) => (StateValue === 'ALARM' ? AlarmName : [])),
    );
  return names;
}
