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
import { acknowledgeWildcard, webhookSecretsFinding } from './wildcards.ts';

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
  /**
   * The queue of the disabler, which also enables what control planes that are listed are asked for; and that of the lister, which
   * is asked for a listing at once; and that of the sender of webhooks.
   */
  readonly asked: readonly IQueue[];
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
      forgetting(props),
      // Written and forgotten, never read.
      allow(['ssm:DeleteParameter', 'ssm:PutParameter'], [props.webhookSecrets]),
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
  { config, bus, scanner, mappings, asked }: OperatorPolicyProps,
): PolicyStatement[] {
  const parameter = Arn.format(
    { service: 'ssm', resource: 'parameter', resourceName: deploymentParameter(config.stage).slice(1) },
    stack,
  );
  return [
    allow(['ssm:GetParameter'], [parameter]),
    ownEvents(bus),
    allow(
      ['sqs:SendMessage'],
      asked.map(({ queueArn }) => queueArn),
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

/** Looking for a person in what the workers gave up, and deleting what names them; `doctor` counts the messages. */
function forgetting({ deadLetters }: OperatorPolicyProps): PolicyStatement {
  return allow(
    ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    deadLetters.map(({ queueArn }) => queueArn),
  );
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources });
}
