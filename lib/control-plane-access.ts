import { Arn, ArnFormat, Aws, CfnOutput, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import {
  isListed,
  type ListedSettings,
  type SecretPlace,
  type SettingsOf,
} from '../functions/platform/control-plane-settings.ts';
import { QUEUE_NAMES, QUEUES, type QueueName } from '../functions/platform/queues.ts';
import type { Config } from './config.ts';
import type { Network } from './constructs/network.ts';
import type { TaskwardenFunction } from './constructs/taskwarden-function.ts';
import { acknowledgeWildcard } from './wildcards.ts';

/** The workers that ask control planes that are listed, and whether they change anything there. */
const ASKS: Partial<Record<QueueName, 'reads' | 'changes'>> = { disable: 'changes', listing: 'reads' };

/** The queues whose workers ask control planes that are listed. */
export const ASKING_QUEUES: readonly QueueName[] = QUEUE_NAMES.filter((queue) => ASKS[queue] !== undefined);

/** The queues whose workers must know which control planes there are; an environment has little room. */
export const KNOWING_QUEUES: readonly QueueName[] = ['ingest', ...ASKING_QUEUES];

/**
 * How many processes may ask one control plane at once; each keeps to its part of the rate. A control plane is listed by one
 * lister at a time, however many there are.
 */
export function controlPlaneCallers({ queues }: Pick<Config, 'queues'>): number {
  return queues.disable.maxConcurrency + 1;
}

/** What the networks of all control planes come to; they are of one VPC (`config-checks.ts`). */
export function networkOf({ controlPlanes }: Pick<Config, 'controlPlanes'>): Network | undefined {
  const networks = controlPlanes.flatMap((controlPlane) =>
    'network' in controlPlane && controlPlane.network ? [controlPlane.network] : [],
  );
  if (networks.length === 0) return undefined;
  return {
    subnets: [...new Set(networks.flatMap(({ subnets }) => subnets))],
    securityGroups: [...new Set(networks.flatMap(({ securityGroups }) => securityGroups))],
  };
}

/** What asking the control planes of a stage takes: the named secrets, the named roles, and ECS of this account. */
export class ControlPlaneAccess extends Construct {
  private readonly listed: readonly ListedSettings[];

  constructor(scope: Construct, id: string, { controlPlanes }: Pick<Config, 'controlPlanes'>) {
    super(scope, id);
    this.listed = controlPlanes.filter(isListed);
  }

  /** Allows the worker of a queue what it needs, where any control plane is listed. */
  allow(queue: QueueName, worker: TaskwardenFunction): void {
    if (this.listed.length === 0) return;
    const secrets = this.listed.flatMap(secretsOf);
    const named = (action: string, arns: string[]) => arns.length > 0 && worker.allow([action], arns);
    named('secretsmanager:GetSecretValue', this.arnsOfSecrets(secrets));
    named('ssm:GetParameter', this.arnsOfParameters(secrets));
    const ecs = this.listed.filter((settings): settings is SettingsOf<'ecs'> => settings.type === 'ecs');
    const roles = ecs.flatMap(({ roleArn }) => (roleArn === undefined ? [] : [roleArn]));
    named('sts:AssumeRole', [...new Set(roles)]);
    if (roles.length > 0) this.outputRole(queue, worker);
    const ofThisAccount = ecs.filter(({ roleArn }) => roleArn === undefined);
    if (ofThisAccount.length > 0) this.allowEcs(queue, worker, ofThisAccount);
  }

  /** The other account's role is to trust this one (docs/connect/ecs.md). */
  private outputRole(queue: QueueName, { role }: TaskwardenFunction): void {
    const { worker } = QUEUES[queue];
    new CfnOutput(Stack.of(this), `${worker.charAt(0).toUpperCase()}${worker.slice(1)}RoleArn`, {
      value: role.roleArn,
      description: `The role of the function ${worker}, to be trusted where it assumes one of another account`,
    });
  }

  private arnsOfSecrets(places: readonly SecretPlace[]): string[] {
    // Secrets Manager adds a dash and six characters to each name.
    const names = places.flatMap((place) => ('secret' in place ? [`${place.secret}-??????`] : []));
    return [...new Set(names)].map((resourceName) =>
      Arn.format(
        {
          service: 'secretsmanager',
          resource: 'secret',
          resourceName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        },
        Stack.of(this),
      ),
    );
  }

  private arnsOfParameters(places: readonly SecretPlace[]): string[] {
    const names = places.flatMap((place) =>
      'parameter' in place ? [place.parameter.replace(/^\//, '')] : [],
    );
    return [...new Set(names)].map((resourceName) =>
      Arn.format({ service: 'ssm', resource: 'parameter', resourceName }, Stack.of(this)),
    );
  }

  /** As docs/connect/ecs-role.yaml allows it in other accounts. */
  private allowEcs(
    queue: QueueName,
    worker: TaskwardenFunction,
    settings: readonly SettingsOf<'ecs'>[],
  ): void {
    const changes = ASKS[queue] === 'changes';
    const statements = settings.flatMap((controlPlane) => [
      ...looking(controlPlane),
      ...(changes ? changing(controlPlane) : []),
    ]);
    const policy = new Policy(this, `Ecs${queue}`, { statements });
    acknowledgeWildcard(
      policy,
      'Resource::*',
      'lists of clusters and services, and of what scales, take no resource; those of services have a condition',
    );
    for (const controlPlane of settings) acknowledgeEcs(policy, controlPlane);
    policy.attachToRole(worker.role);
  }
}

function secretsOf(settings: ListedSettings): SecretPlace[] {
  const places: SecretPlace[] = [];
  if ('credentials' in settings && settings.credentials) places.push(settings.credentials.from);
  if (settings.type === 'http' && settings.signedWith) places.push(settings.signedWith);
  return places;
}

const regionOf = ({ region }: SettingsOf<'ecs'>): string => region ?? Aws.REGION;

function ecsArn(settings: SettingsOf<'ecs'>, resource: string): string {
  return `arn:${Aws.PARTITION}:ecs:${regionOf(settings)}:${Aws.ACCOUNT_ID}:${resource}`;
}

function scalableTargets(settings: SettingsOf<'ecs'>): string {
  const place = `${regionOf(settings)}:${Aws.ACCOUNT_ID}`;
  return `arn:${Aws.PARTITION}:application-autoscaling:${place}:scalable-target/*`;
}

/** By name, or any where they are chosen by a tag. */
function clustersOf(settings: SettingsOf<'ecs'>): string[] {
  const { clusters } = settings;
  const names = Array.isArray(clusters) ? clusters : ['*'];
  return names.map((name) => ecsArn(settings, `cluster/${name}`));
}

function looking(settings: SettingsOf<'ecs'>): PolicyStatement[] {
  const clusters = clustersOf(settings);
  const conditions = { ArnLike: { 'ecs:cluster': clusters } };
  const services = [ecsArn(settings, 'service/*')];
  const byTag = !Array.isArray(settings.clusters);
  return [
    ...(byTag ? [new PolicyStatement({ actions: ['ecs:ListClusters'], resources: ['*'] })] : []),
    new PolicyStatement({ actions: ['ecs:DescribeClusters'], resources: clusters }),
    new PolicyStatement({ actions: ['ecs:ListServices'], resources: ['*'], conditions }),
    new PolicyStatement({ actions: ['ecs:DescribeServices'], resources: services, conditions }),
  ];
}

function changing(settings: SettingsOf<'ecs'>): PolicyStatement[] {
  const clusters = clustersOf(settings);
  const services = [ecsArn(settings, 'service/*')];
  return [
    new PolicyStatement({
      actions: ['ecs:UpdateService'],
      resources: services,
      conditions: { ArnLike: { 'ecs:cluster': clusters } },
    }),
    new PolicyStatement({
      actions: ['ecs:TagResource', 'ecs:UntagResource'],
      resources: services,
      // Of the one tag that notes what was there before.
      conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['taskwarden:disabled'] } },
    }),
    new PolicyStatement({
      actions: ['application-autoscaling:DescribeScalableTargets'],
      resources: ['*'],
    }),
    new PolicyStatement({
      actions: ['application-autoscaling:RegisterScalableTarget'],
      resources: [scalableTargets(settings)],
      conditions: {
        StringEquals: {
          'application-autoscaling:service-namespace': 'ecs',
          'application-autoscaling:scalable-dimension': 'ecs:service:DesiredCount',
        },
      },
    }),
  ];
}

/** Tells cdk-nag why the ARNs of services, clusters and targets end with a star. */
function acknowledgeEcs(policy: Policy, settings: SettingsOf<'ecs'>): void {
  const place = `${settings.region ?? '<AWS::Region>'}:<AWS::AccountId>`;
  const why =
    'services and what scales them are not known by name; conditions name their clusters or what they are';
  for (const resource of [
    `ecs:${place}:service/*`,
    `ecs:${place}:cluster/*`,
    `application-autoscaling:${place}:scalable-target/*`,
  ])
    acknowledgeWildcard(policy, `Resource::arn:<AWS::Partition>:${resource}`, why);
}
