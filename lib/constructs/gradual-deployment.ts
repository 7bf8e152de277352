import { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type ILambdaDeploymentConfig,
  LambdaApplication,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
} from 'aws-cdk-lib/aws-codedeploy';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { LIVE_ALIAS } from '../../functions/platform/names.ts';
import type { Config } from '../config.ts';
import { acknowledgeWildcard } from '../wildcards.ts';
import type { Alarms } from './alarms.ts';
import type { TaskwardenFunction } from './taskwarden-function.ts';

const PACES: Record<Exclude<Config['gradualDeployment'], 'off'>, ILambdaDeploymentConfig> = {
  '10m': LambdaDeploymentConfig.CANARY_10PERCENT_10MINUTES,
  '30m': LambdaDeploymentConfig.CANARY_10PERCENT_30MINUTES,
};

export interface GradualDeploymentProps {
  readonly config: Config;
  readonly alarms: Alarms;
  /** What is deployed so, under its construct's id: never what a schedule starts, for of that one runs at a time. */
  readonly functions: Readonly<Record<string, TaskwardenFunction>>;
}

/**
 * Lets CodeDeploy move the alias `live` of each function: a tenth of its invocations for a while, then all; and back, where one alarm
 * on the errors of all of them rings (docs/configuration.md#gradual-deployment).
 */
export class GradualDeployment extends Construct {
  constructor(scope: Construct, id: string, { config, alarms, functions }: GradualDeploymentProps) {
    super(scope, id);
    const { gradualDeployment } = config;
    if (gradualDeployment === 'off') return;
    const alarm = alarms.add({
      name: 'deployment-failing',
      severity: 'ticket',
      impact:
        'functions fail while a new version is tried: the deployment goes back by itself, and the old version works on.',
      metric: errorsOf(Object.values(functions)),
      threshold: 3,
      silence: 'fine',
    });
    const application = new LambdaApplication(this, 'Application');
    const role = this.makeRole(Object.values(functions)).withoutPolicyUpdates();
    for (const [name, { live }] of Object.entries(functions)) {
      new LambdaDeploymentGroup(this, name, {
        application,
        alias: live,
        role,
        deploymentConfig: PACES[gradualDeployment],
        alarms: alarm ? [alarm] : [],
      });
    }
  }

  /** What CodeDeploy does itself, in the place of AWS's managed policy, which is for all functions of the account. */
  private makeRole(functions: readonly TaskwardenFunction[]): Role {
    // By its name: the alias waits for its deployment group, which waits for the role.
    const resources = functions.flatMap(({ lambda: { functionArn } }) => [
      functionArn,
      `${functionArn}:${LIVE_ALIAS}`,
    ]);
    const actions = ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias'];
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      inlinePolicies: {
        deploying: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions, resources }),
            new PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] }),
          ],
        }),
      },
    });
    acknowledgeWildcard(
      role,
      'Resource::*',
      'cloudwatch:DescribeAlarms takes no resource where it lists by name',
    );
    return role;
  }
}

/** Failed invocations of all versions that `live` names, in a minute: crashes at the start and time-outs among them. */
function errorsOf(functions: readonly TaskwardenFunction[]): MathExpression {
  const period = Duration.minutes(1);
  const metrics = functions.map(
    ({ live }, at) => [`e${at}`, live.metricErrors({ statistic: Stats.SUM, period })] as const,
  );
  return new MathExpression({
    expression: `SUM([${metrics.map(([name]) => `FILL(${name}, 0)`).join(', ')}])`,
    usingMetrics: Object.fromEntries(metrics),
    period,
    label: 'failed invocations',
  });
}
