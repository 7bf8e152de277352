import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const ADAPTER = join(ROOT, 'functions', 'control-planes', 'ecs');

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

let resources: Record<string, { Condition?: string; Properties: Record<string, unknown> }>;
const statementsOf = (name: string) => {
  const { PolicyDocument } = resources[name]!.Properties as { PolicyDocument: { Statement: Statement[] } };
  return PolicyDocument.Statement;
};
const actionsOf = (name: string) => statementsOf(name).flatMap(({ Action }) => Action);

/** The template as CloudFormation reads it. */
beforeAll(() => {
  const app = new App();
  const stack = new Stack(app, 'EcsRole');
  new CfnInclude(stack, 'Template', { templateFile: join(ROOT, 'docs', 'connect', 'ecs-role.yaml') });
  resources = app.synth().getStackByName('EcsRole').template.Resources;
});

/** IAM's names of the calls that the adapter makes, as its files name them. */
function calls(file: RegExp): string[] {
  const sources = readdirSync(ADAPTER).filter((name) => file.test(name));
  const named = sources.flatMap((name) => {
    const service = name === 'ecs-scaling.ts' ? 'application-autoscaling' : 'ecs';
    const text = readFileSync(join(ADAPTER, name), 'utf8');
    return [...text.matchAll(/new (\w+)Command\(/g)].map(([, action]) => `${service}:${action}`);
  });
  return [...new Set(named)].sort();
}

const READS = /:(List|Describe)(Clusters|Services)$/;

describe('the role for another account’s services', () => {
  it('may list by itself, and disable only where that is asked for', () => {
    expect(resources.List).not.toHaveProperty('Condition');
    expect(resources.Disable?.Condition).toBe('MayDisable');
  });

  it('may do what the adapter calls, and nothing else', () => {
    const called = calls(/^ecs-(clusters|services|scaling)\.ts$/);
    expect(called).toHaveLength(9);
    expect(actionsOf('List').sort()).toEqual(called.filter((action) => READS.test(action)));
    expect(actionsOf('Disable').sort()).toEqual(called.filter((action) => !READS.test(action)));
    // Its own credentials are all that it asks for elsewhere.
    expect(calls(/^(?!ecs-(clusters|services|scaling))/)).toEqual(['ecs:AssumeRole']);
  });

  it('names each action, and bounds each change by a resource and a condition', () => {
    const all = [...statementsOf('List'), ...statementsOf('Disable')];
    expect(all.every(({ Effect }) => Effect === 'Allow')).toBe(true);
    expect(actionsOf('List').concat(actionsOf('Disable')).join()).not.toContain('*');
    const unbounded = all.filter(({ Resource, Condition }) => Resource === '*' && !Condition);
    expect(unbounded.flatMap(({ Action }) => Action).sort()).toEqual([
      'application-autoscaling:DescribeScalableTargets',
      'ecs:ListClusters',
    ]);
    const changes = statementsOf('Disable').filter(({ Action }) => !/Describe/.test(String(Action)));
    expect(changes).toHaveLength(3);
    for (const { Resource, Condition } of changes) {
      expect(Resource).not.toBe('*');
      expect(Condition).toBeDefined();
    }
  });

  it('reaches the services of the named clusters alone', () => {
    const clusters = { ArnLike: { 'ecs:cluster': { Ref: 'ClusterArns' } } };
    for (const action of ['ecs:ListServices', 'ecs:DescribeServices', 'ecs:UpdateService']) {
      const all = [...statementsOf('List'), ...statementsOf('Disable')];
      expect(all.find(({ Action }) => Action === action)?.Condition).toEqual(clusters);
    }
  });

  it('trusts the roles it is told, by their ARNs', () => {
    const { AssumeRolePolicyDocument: trust } = resources.Role!.Properties as {
      AssumeRolePolicyDocument: { Statement: unknown[] };
    };
    expect(trust.Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: { Ref: 'TrustedRoles' } },
        Action: 'sts:AssumeRole',
        Condition: {
          'Fn::If': [
            'HasExternalId',
            { StringEquals: { 'sts:ExternalId': { Ref: 'ExternalId' } } },
            { Ref: 'AWS::NoValue' },
          ],
        },
      },
    ]);
  });
});
