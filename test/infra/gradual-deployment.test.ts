import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config.ts';
import { appOf, LEAST, ofType, synth } from './synth.ts';

describe('by default', () => {
  const { resources } = synth('prod');

  it('functions are deployed at once, and nothing of CodeDeploy is there', () => {
    expect(resources.filter(({ Type }) => Type.startsWith('AWS::CodeDeploy::'))).toEqual([]);
    expect(
      ofType(resources, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties.AlarmName),
    ).not.toContain('taskwarden/prod/deployment-failing');
    for (const alias of ofType(resources, 'AWS::Lambda::Alias'))
      expect(alias).not.toHaveProperty('UpdatePolicy');
  });
});

describe.each([
  ['10m', 'CodeDeployDefault.LambdaCanary10Percent10Minutes'],
  ['30m', 'CodeDeployDefault.LambdaCanary10Percent30Minutes'],
])('gradual deployment of %s', (gradualDeployment, configName) => {
  const { resources } = synth('prod', { gradualDeployment });
  const groups = ofType(resources, 'AWS::CodeDeploy::DeploymentGroup');
  const [alarm] = ofType(resources, 'AWS::CloudWatch::Alarm').filter(({ Properties }) =>
    String(Properties.AlarmName).endsWith('/deployment-failing'),
  );

  it('is of every function but those that a schedule starts', () => {
    const all = ofType(resources, 'AWS::Lambda::Alias');
    const gradual = all.filter((alias) => Object.hasOwn(alias, 'UpdatePolicy'));
    const named = (aliases: typeof all) =>
      aliases.map(({ id }) => id.replace(/(Worker|Page|Function)?Live.*/, '')).sort();
    expect(named(all.filter((alias) => !gradual.includes(alias)))).toEqual(['Breaker', 'Scanner']);
    expect(groups).toHaveLength(gradual.length);
    expect(gradual.length).toBe(all.length - 2);
  });

  it('tries a tenth, and goes back where invocations of any of them fail', () => {
    for (const { Properties } of groups) {
      expect(Properties).toMatchObject({
        DeploymentConfigName: configName,
        AlarmConfiguration: { Enabled: true, Alarms: [{ Name: { Ref: alarm?.id } }] },
        AutoRollbackConfiguration: {
          Enabled: true,
          Events: expect.arrayContaining(['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM']),
        },
      });
    }
    const asked = alarm?.Properties.Metrics.filter((metric: { MetricStat?: unknown }) => metric.MetricStat);
    expect(asked).toHaveLength(groups.length);
    expect(alarm?.Properties).toMatchObject({
      Threshold: 3,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  it('has a role that moves these aliases and no others', () => {
    const [role, ...more] = ofType(resources, 'AWS::IAM::Role').filter(({ id }) =>
      id.startsWith('Deployments'),
    );
    expect(more).toEqual([]);
    expect(role?.Properties.ManagedPolicyArns).toBeUndefined();
    const [{ PolicyDocument }] = role?.Properties.Policies ?? [];
    const [moving, ...asking] = PolicyDocument.Statement;
    expect(moving.Action).toEqual([
      'lambda:GetAlias',
      'lambda:GetProvisionedConcurrencyConfig',
      'lambda:UpdateAlias',
    ]);
    expect(JSON.stringify(moving.Resource)).not.toContain('*');
    expect(moving.Resource).toHaveLength(2 * groups.length);
    expect(asking).toMatchObject([{ Action: 'cloudwatch:DescribeAlarms', Resource: '*' }]);
  });
});

it('passes cdk-nag', () => {
  expect(() => appOf('prod', { gradualDeployment: '10m' }).synth()).not.toThrow();
});

it.each([
  ['local', '10m', 'off on stage local: emulators have no CodeDeploy'],
  ['prod', '5m', 'one of off, 10m, 30m'],
])('is refused on stage %s for %s', (stage, gradualDeployment, allowed) => {
  expect(() => parseConfig(stage, { ...LEAST, gradualDeployment })).toThrow(allowed);
});
