import { Arn, ArnFormat, CfnOutput, type Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import {
  alarmName,
  alarmTestQueue,
  SEVERITIES,
  type Severity,
  TESTED_ALARM,
} from '../functions/platform/alarm-names.ts';
import { deploymentParameter } from '../functions/platform/names.ts';
import type { Config } from './config.ts';
import type { TaskwardenFunction } from './constructs/taskwarden-function.ts';
import { ALL_USE, ownEvents, stateStatements } from './permissions.ts';
import { acknowledgeWildcard, webhookSecretsFinding } from './wildcards.ts';

export interface OperatorPolicyProps {
  readonly config: Config;
  readonly table: TableV2;
  readonly operators: ITopic;
  readonly alarmTopics: Readonly<Record<Severity, ITopic>>;
  readonly topicKey: IKey | undefined;
  readonly bus: EventBus;
  readonly scanner: TaskwardenFunction;
  /** The name of the scanner's schedule. */
  readonly schedule: string;
  readonly mappings: readonly SqsEventSource[];
  readonly deadLetters: readonly IQueue[];
  /** The dead-letter queues of schedules. */
  readonly ticks: readonly IQueue[];
  /**
   * All queues: dead letters go back to each. That of the disabler also enables what control planes that are listed are asked
   * for, that of the lister is asked for a listing at once, and that of webhooks for a call.
   */
  readonly work: readonly IQueue[];
  /** The ARN that all parameters with secrets of webhooks match. */
  readonly webhookSecrets: string;
}

/**
 * The managed policy with what the command line needs and nothing else, to be attached to the people or the role that
 * operate a stage. docs/operators.md says what each command uses.
 */
export function addOperatorPolicy(stack: Stack, props: OperatorPolicyProps): void {
  const policy = new ManagedPolicy(stack, 'OperatorPolicy', {
    description: `What the command line of Taskwarden (${props.config.stage}) needs`,
    // `tasks list` reads the whole table; no function does.
    statements: [
      ...stateStatements(props.table, ALL_USE),
      allow(['dynamodb:Scan'], [props.table.tableArn]),
      ...steering(stack, props),
      ...asking(stack, props),
      ...ofDeadLetters(props),
      // Written and forgotten, never read.
      allow(['ssm:DeleteParameter', 'ssm:PutParameter'], [props.webhookSecrets]),
      ...testingAlarms(stack, props),
    ],
  });
  const parameters = 'each webhook has a parameter of its own, whose name is made with it';
  acknowledgeWildcard(policy, `Resource::${webhookSecretsFinding(props.config.stage)}`, parameters);
  const reason = 'sesv2 GetAccount takes no resource, and DescribeAlarms none where it lists by prefix';
  acknowledgeWildcard(policy, 'Resource::*', reason);
  new CfnOutput(stack, 'OperatorPolicyArn', {
    value: policy.managedPolicyArn,
    description: 'The managed policy for those who use the command line on this stage',
  });
}

/** Finding the stage, asking control planes to enable tasks again, scanning, switching queues. */
function steering(
  stack: Stack,
  { config, bus, scanner, mappings, work }: OperatorPolicyProps,
): PolicyStatement[] {
  const parameter = Arn.format(
    { service: 'ssm', resource: 'parameter', resourceName: deploymentParameter(config.stage).slice(1) },
    stack,
  );
  return [
    allow(['ssm:GetParameter'], [parameter]),
    ownEvents(bus),
    allow(
      // SQS is told where it moves dead letters to by the ARN.
      ['sqs:GetQueueAttributes', 'sqs:SendMessage'],
      work.map(({ queueArn }) => queueArn),
    ),
    allow(['lambda:InvokeFunction'], [scanner.live.functionArn]),
    allow(
      ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'],
      mappings.map(({ eventSourceMappingArn }) => eventSourceMappingArn),
    ),
  ];
}

/** What `doctor` asks. */
function asking(
  stack: Stack,
  { config, operators, alarmTopics, schedule }: OperatorPolicyProps,
): PolicyStatement[] {
  const alarmTopicArns = SEVERITIES.map((severity) => alarmTopics[severity].topicArn);
  const identity = Arn.format(
    { service: 'ses', resource: 'identity', resourceName: config.ses.identity },
    stack,
  );
  const scheduleArn = Arn.format(
    {
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `default/${schedule}`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    },
    stack,
  );
  return [
    allow(['ses:GetEmailIdentity'], [identity]),
    allow(['scheduler:GetSchedule'], [scheduleArn]),
    allow(['sns:ListSubscriptionsByTopic'], [...new Set([operators.topicArn, ...alarmTopicArns])]),
    allow(['cloudwatch:DescribeAlarms', 'ses:GetAccount'], ['*']),
  ];
}

/**
 * Reading what the workers gave up, sending it back and discarding it; `doctor` counts the messages. SQS itself moves only what
 * was a queue's, which ticks never were.
 */
function ofDeadLetters({ deadLetters, ticks }: OperatorPolicyProps): PolicyStatement[] {
  const arnsOf = (queues: readonly IQueue[]) => queues.map(({ queueArn }) => queueArn);
  return [
    allow(
      ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      arnsOf([...deadLetters, ...ticks]),
    ),
    allow(
      ['sqs:CancelMessageMoveTask', 'sqs:ListMessageMoveTasks', 'sqs:StartMessageMoveTask'],
      arnsOf(deadLetters),
    ),
  ];
}

/** `alarms test`: rings one alarm of each severity, publishes, and listens on a queue that it makes and deletes. */
function testingAlarms(
  stack: Stack,
  { config, alarmTopics, topicKey }: OperatorPolicyProps,
): PolicyStatement[] {
  const alarmArn = (severity: Severity) =>
    Arn.format(
      {
        service: 'cloudwatch',
        resource: 'alarm',
        resourceName: alarmName(config.stage, TESTED_ALARM[severity]),
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      },
      stack,
    );
  const queue = Arn.format(
    {
      service: 'sqs',
      resource: alarmTestQueue(config.stage),
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    },
    stack,
  );
  const topics = [...new Set(SEVERITIES.map((severity) => alarmTopics[severity].topicArn))];
  return [
    allow(['cloudwatch:SetAlarmState'], SEVERITIES.map(alarmArn)),
    allow(['sns:Publish', 'sns:Subscribe', 'sns:Unsubscribe'], topics),
    allow(
      [
        'sqs:CreateQueue',
        'sqs:DeleteQueue',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SetQueueAttributes',
      ],
      [queue],
    ),
    ...(topicKey ? [allow(['kms:Decrypt', 'kms:GenerateDataKey'], [topicKey.keyArn])] : []),
  ];
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources });
}
