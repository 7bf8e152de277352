import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { refusedChanges, type Stateful, type StatefulResources, statefulOf } from './stateful.ts';
import { appOf, resourcesOf } from './synth.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FILE = join(ROOT, 'test', 'fixtures', 'state-stack.template.json');

/** What holds state in a stage that keeps it, with all that a configuration can ask for. */
function statefulNow(): StatefulResources {
  const app = appOf('prod', { ses: { identity: 'example.com', createIdentity: true } });
  return {
    State: statefulOf(resourcesOf(Template.fromStack(app.state))),
    Service: statefulOf(resourcesOf(Template.fromStack(app.service))),
  };
}

function renewed(resources: StatefulResources): void {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  writeFileSync(FILE, `${JSON.stringify({ version, resources }, null, 2)}\n`);
}

const released = (): StatefulResources => JSON.parse(readFileSync(FILE, 'utf8')).resources;

describe('an update from the last release', () => {
  it('replaces nothing that holds state, and changes one index at most', () => {
    const now = statefulNow();
    if (process.env.UPDATE_RELEASE) renewed(now);
    expect(refusedChanges(released(), now)).toEqual([]);
  });

  it('is compared with a table, its indexes, the topic of operators, queues and the archive', () => {
    const { State = {}, Service = {} } = released();
    const types = (of: Record<string, Stateful>) => Object.values(of).map(({ Type }) => Type);
    expect(types(State).sort()).toEqual(['AWS::DynamoDB::GlobalTable', 'AWS::SNS::Topic']);
    expect(new Set(types(Service))).toEqual(
      new Set([
        'AWS::SQS::Queue',
        'AWS::SNS::Topic',
        'AWS::Events::EventBus',
        'AWS::Events::Archive',
        'AWS::SES::EmailIdentity',
      ]),
    );
    expect(Object.keys(tableOf(released()).indexes ?? {}).sort()).toEqual([
      'g1-index',
      'g2-index',
      'g3-index',
    ]);
  });
});

function tableOf({ State = {} }: StatefulResources): Stateful {
  const [table] = Object.values(State).filter(({ Type }) => Type === 'AWS::DynamoDB::GlobalTable');
  return table as Stateful;
}

/** What is refused of the last release itself with a change. */
function refused(change: (after: StatefulResources) => void): string {
  const after = structuredClone(released());
  change(after);
  return refusedChanges(released(), after).join('\n');
}

const index = (name: string) => ({ IndexName: name, KeySchema: [] });
const tableId = () =>
  Object.entries(released().State ?? {}).find(([, { indexes }]) => indexes)?.[0] as string;

describe('what an update may not do', () => {
  it('is not to add one index, or to take one away', () => {
    expect(
      refused((after) => Object.assign(tableOf(after).indexes ?? {}, { 'g4-index': index('g4-index') })),
    ).toBe('');
    expect(refused((after) => delete tableOf(after).indexes?.['g3-index'])).toBe('');
  });

  it('is not to add a queue', () => {
    const queue = { Type: 'AWS::SQS::Queue', replacedBy: {}, keptBy: {} };
    expect(refused((after) => Object.assign(after.Service ?? {}, { WebhookQueue: queue }))).toBe('');
  });

  it.each<[string, (after: StatefulResources) => void, string]>([
    [
      'two indexes',
      (after) =>
        Object.assign(tableOf(after).indexes ?? {}, {
          'g4-index': index('g4-index'),
          'g5-index': index('g5-index'),
        }),
      'changes 2 indexes (g4-index, g5-index); CloudFormation takes one in an update: release them one after another',
    ],
    [
      'an index that becomes another one',
      (after) => Object.assign(tableOf(after).indexes ?? {}, { 'g1-index': index('g1-index') }),
      'add it under a new name',
    ],
    [
      'other keys of the table',
      (after) => Object.assign(tableOf(after).replacedBy, { KeySchema: [] }),
      'would be replaced for its KeySchema',
    ],
    [
      'a name for the table',
      (after) => Object.assign(tableOf(after).replacedBy, { TableName: 'taskwarden' }),
      'would be replaced for its TableName',
    ],
    [
      'a table without recovery',
      (after) => delete tableOf(after).keptBy.PointInTimeRecoverySpecification,
      'another PointInTimeRecoverySpecification',
    ],
    [
      'a table that goes with its stack',
      (after) => Object.assign(tableOf(after), { DeletionPolicy: 'Delete' }),
      'is no longer retained',
    ],
    [
      'another logical id',
      (after) => {
        after.State = { ...after.State, Other: tableOf(after) };
        delete after.State[tableId()];
      },
      'is gone or has another logical id',
    ],
    ['a stack without its queues', (after) => delete after.Service, 'AWS::SQS::Queue) is gone'],
  ])('%s', (_, change, problem) => {
    expect(refused(change)).toContain(problem);
  });
});
