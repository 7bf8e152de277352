import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { QUEUE_NAMES } from '../../functions/platform/queues.ts';
import { ofType, synth } from './synth.ts';

const ROOT = join(import.meta.dirname, '..', '..');

interface Statement {
  Action: string | string[];
  Resource: unknown;
}

const actionsOf = (statements: Statement[]) => statements.flatMap(({ Action }) => Action);

/** What the SDK's commands ask for; a transaction asks for what its parts do. */
const ACTIONS: Record<string, string[]> = {
  GetParameter: ['ssm:GetParameter'],
  PutParameter: ['ssm:PutParameter'],
  DeleteParameter: ['ssm:DeleteParameter'],
  // STS answers everybody.
  GetCallerIdentity: [],
  // Asked where there is no stage of a name; where it is not allowed, no other stages are named.
  DescribeParameters: [],
  GetEmailIdentity: ['ses:GetEmailIdentity'],
  GetAccount: ['ses:GetAccount'],
  GetSchedule: ['scheduler:GetSchedule'],
  ListSubscriptionsByTopic: ['sns:ListSubscriptionsByTopic'],
  GetQueueAttributes: ['sqs:GetQueueAttributes'],
  ReceiveMessage: ['sqs:ReceiveMessage'],
  ChangeMessageVisibilityBatch: ['sqs:ChangeMessageVisibility'],
  DeleteMessageBatch: ['sqs:DeleteMessage'],
  StartMessageMoveTask: ['sqs:StartMessageMoveTask'],
  ListMessageMoveTasks: ['sqs:ListMessageMoveTasks'],
  CancelMessageMoveTask: ['sqs:CancelMessageMoveTask'],
  DescribeAlarms: ['cloudwatch:DescribeAlarms'],
  SetAlarmState: ['cloudwatch:SetAlarmState'],
  // To a topic with a key of its own.
  Publish: ['sns:Publish', 'kms:Decrypt', 'kms:GenerateDataKey'],
  Subscribe: ['sns:Subscribe'],
  Unsubscribe: ['sns:Unsubscribe'],
  CreateQueue: ['sqs:CreateQueue'],
  SetQueueAttributes: ['sqs:SetQueueAttributes'],
  DeleteQueue: ['sqs:DeleteQueue'],
  Invoke: ['lambda:InvokeFunction'],
  GetEventSourceMapping: ['lambda:GetEventSourceMapping'],
  UpdateEventSourceMapping: ['lambda:UpdateEventSourceMapping'],
  PutEvents: ['events:PutEvents'],
  SendMessageBatch: ['sqs:SendMessage'],
  Get: ['dynamodb:GetItem'],
  BatchGet: ['dynamodb:BatchGetItem'],
  Query: ['dynamodb:Query'],
  Scan: ['dynamodb:Scan'],
  Put: ['dynamodb:PutItem'],
  Update: ['dynamodb:UpdateItem'],
  Delete: ['dynamodb:DeleteItem'],
  TransactWrite: ['dynamodb:ConditionCheckItem'],
};

/** Of adapters that the command line shares with functions: what it never asks of them. */
const OF_FUNCTIONS_ALONE = [
  'GetAlias',
  // The messages of a breaker's trial.
  'DeleteMessage',
  'SendMessage',
];

/** The adapters that `cli/aws-stage.ts` puts together. */
const SHARED = [
  'functions/breaker/aws-worker-control.ts',
  'functions/platform/aws-events.ts',
  'functions/platform/aws-operators.ts',
  'functions/platform/aws-queues.ts',
  'functions/platform/aws-webhook-secrets.ts',
  'functions/store/table/dynamodb-table.ts',
];

function commandsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/new (\w+)Command\(|\bpaginate(\w+)\(/g)].map(
    ([, sent, paged]) => sent ?? paged ?? '',
  );
}

describe('the managed policy for operators', () => {
  const { resources, service } = synth('prod');
  const [policy, ...more] = ofType(resources, 'AWS::IAM::ManagedPolicy');
  const statements: Statement[] = policy?.Properties.PolicyDocument.Statement ?? [];

  it('is one, named by an output', () => {
    expect(more).toEqual([]);
    const outputs = Object.entries(service.toJSON().Outputs) as [string, { Value: unknown }][];
    const [, output] = outputs.find(([key]) => key.includes('OperatorPolicyArn')) ?? [];
    expect(output?.Value).toEqual({ Ref: policy?.id });
  });

  it('allows what the command line asks of AWS, and nothing else', () => {
    const own = readdirSync(join(ROOT, 'cli'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join('cli', name));
    const asked = [...own, ...SHARED]
      .flatMap(commandsOf)
      .filter((name) => !OF_FUNCTIONS_ALONE.includes(name));
    const needed = new Set(asked.flatMap((name) => ACTIONS[name] ?? [`unknown: ${name}`]));
    expect([...new Set(actionsOf(statements))].sort()).toEqual([...needed].sort());
  });

  it('knows the adapters that the command line stands on', () => {
    const imported = ['cli/aws-stage.ts', 'functions/platform/system-beside.ts'].flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/from '(\.[\w/.-]+\.ts)'/g)].map(([, to]) =>
        join(dirname(file), to ?? ''),
      ),
    );
    const adapters = imported.filter((file) => file.startsWith('functions/') && commandsOf(file).length > 0);
    expect(adapters.sort()).toEqual(SHARED);
  });

  it('names the resources of all but the two questions that have none, and secrets of webhooks by their folder', () => {
    const wild = statements.filter(({ Resource }) => JSON.stringify(Resource).includes('*'));
    const [secrets, ...others] = [...wild].reverse();
    expect(actionsOf(others)).toEqual(['cloudwatch:DescribeAlarms', 'ses:GetAccount']);
    expect(secrets?.Action).toEqual(['ssm:DeleteParameter', 'ssm:PutParameter']);
    expect(JSON.stringify(secrets?.Resource)).toContain(':parameter/taskwarden/prod/webhooks/*');
  });

  it('is the document in docs/operators.md', () => {
    const docs = readFileSync(join(ROOT, 'docs/operators.md'), 'utf8');
    const document = JSON.parse(/```json\n([\s\S]*?)```/.exec(docs)?.[1] ?? '{}') as {
      Statement: Statement[];
    };
    expect(actionsOf(document.Statement).sort()).toEqual(actionsOf(statements).sort());
    const table = docs.slice(docs.indexOf('| commands'), docs.indexOf('For those who only look'));
    for (const action of actionsOf(statements)) expect(table).toContain(action.split(':')[1]);
    // Its ARNs are for the reader to fill in: each dead-letter queue has its place.
    for (const queue of QUEUE_NAMES)
      expect(JSON.stringify(document)).toContain(`:${queue.toUpperCase()}-DEAD-LETTERS"`);
  });
});
