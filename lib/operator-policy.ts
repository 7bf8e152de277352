import { Arn, ArnFormat, CfnOutput, type Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { deploymentParameter } from '../functions/platform/names.ts';
import type { Config } from './config.ts';
import type { TaskwardenFunction } from './constructs/taskwarden-function.ts';
import { ALL_USE, ownEvents, stateStatements } from './permissions.ts';
import { acknowledgeWildcard } from './wildcards.ts';

export interface OperatorPolicyProps {
  readonly config: Config;
  readonly table: TableV2;
  readonly operators: ITopic;
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
   * for, and that of the lister is asked for a listing at once.
   */
  readonly work: readonly IQueue[];
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
    ],
  });
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
function asking(stack: Stack, { config, operators, schedule }: OperatorPolicyProps): PolicyStatement[] {
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
    allow(['sns:ListSubscriptionsByTopic'], [operators.topicArn]),
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

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources });
}
