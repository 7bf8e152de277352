import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  type AliasProps,
  Architecture,
  type CfnFunction,
  type IVersion,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { LIVE_ALIAS, type Service } from '../../functions/platform/names.ts';
import type { Config } from '../config.ts';
import { requireEnvironmentFits } from '../sizes.ts';
import { acknowledgeWildcard } from '../wildcards.ts';
import type { Network } from './network.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** X-Ray's two write actions take no resource, and Lambda refuses active tracing without them. */
const TRACING = new PolicyStatement({
  effect: Effect.ALLOW,
  actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
  resources: ['*'],
});

/**
 * What Lambda itself does to put a function into a private network; it checks that each is allowed on `*`. What runs in the
 * function may do none of it.
 */
const NETWORK_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

const NETWORK = [
  new PolicyStatement({ actions: NETWORK_ACTIONS, resources: ['*'] }),
  new PolicyStatement({
    effect: Effect.DENY,
    actions: NETWORK_ACTIONS,
    resources: ['*'],
    conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
  }),
];

/** Dependencies that still use `require`; a short name would collide with minified ones. */
const REQUIRE_BANNER =
  "import { createRequire as createRequireForBundledDependencies } from 'node:module';" +
  'const require = createRequireForBundledDependencies(import.meta.url);';

export interface TaskwardenFunctionProps {
  readonly config: Config;
  /** The `service` of its logs and metrics. */
  readonly service: Service;
  /** Path of the handler's file from the root of the repository. */
  readonly entry: string;
  readonly timeoutSeconds: number;
  /** @default 512 */
  readonly memoryMiB?: number;
  readonly environment: Record<string, string>;
  /** The private network that it runs in. @default none */
  readonly network?: Network | undefined;
  /** What becomes of asynchronous invocations that fail. @default Lambda's own */
  readonly asynchronous?: Pick<AliasProps, 'onFailure' | 'retryAttempts' | 'maxEventAge'>;
}

/** A function with its own log group, its own role and the alias `live`, which is what everything invokes. */
export class TaskwardenFunction extends Construct {
  readonly live: Alias;
  readonly role: Role;
  /** All its versions; what is invoked is `live`. */
  readonly lambda: NodejsFunction;
  readonly timeoutSeconds: number;

  constructor(scope: Construct, id: string, props: TaskwardenFunctionProps) {
    super(scope, id);
    this.timeoutSeconds = props.timeoutSeconds;
    this.role = this.makeRole(props);
    const environment = { NODE_OPTIONS: '--enable-source-maps', ...props.environment };
    requireEnvironmentFits(this, props, environment);
    const lambda = this.makeFunction(props, environment);
    this.lambda = lambda;
    this.live = new Alias(this, 'Live', {
      aliasName: LIVE_ALIAS,
      version: lambda.currentVersion as IVersion,
      ...props.asynchronous,
    });
  }

  /** Allows the function these actions on these resources, and nothing else. */
  allow(actions: string[], resources: string[]): void {
    this.role.addToPolicy(new PolicyStatement({ actions, resources }));
  }

  private makeRole({ config, network }: TaskwardenFunctionProps): Role {
    const { tracing } = config;
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        ...(tracing && { tracing: new PolicyDocument({ statements: [TRACING] }) }),
        ...(network && { network: new PolicyDocument({ statements: NETWORK }) }),
      },
    });
    const reasons = [
      ...(tracing ? ['xray:PutTraceSegments and xray:PutTelemetryRecords take no resource'] : []),
      ...(network ? ['Lambda wants what it does with network interfaces allowed on all'] : []),
    ];
    if (reasons.length > 0) acknowledgeWildcard(role, 'Resource::*', reasons.join('; '));
    return role;
  }

  private makeFunction(props: TaskwardenFunctionProps, environment: Record<string, string>): NodejsFunction {
    const { config } = props;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(this.role);
    const lambda = new NodejsFunction(this, 'Function', {
      description: `Taskwarden ${props.service} (${config.stage})`,
      entry: join(ROOT, props.entry),
      depsLockFilePath: join(ROOT, 'package-lock.json'),
      projectRoot: ROOT,
      handler: 'handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: architectureOf(config.stage),
      memorySize: props.memoryMiB ?? 512,
      timeout: Duration.seconds(props.timeoutSeconds),
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment,
      bundling: {
        format: OutputFormat.ESM,
        mainFields: ['module', 'main'],
        target: 'node24',
        minify: true,
        sourceMap: true,
        sourcesContent: false,
        bundleAwsSDK: true,
        logLevel: LogLevel.WARNING,
        banner: REQUIRE_BANNER,
      },
      ...reservedOf(props),
    });
    // Set here and not by the property `tracing`, which would mix its wildcard into the role's other
    // permissions.
    const resource = lambda.node.defaultChild as CfnFunction;
    if (config.tracing) resource.tracingConfig = { mode: 'Active' };
    if (props.network) {
      const { subnets, securityGroups } = props.network;
      resource.vpcConfig = { subnetIds: [...subnets], securityGroupIds: [...securityGroups] };
    }
    return lambda;
  }
}

/** Emulators run functions on the machine itself. */
function architectureOf(stage: string): Architecture {
  return stage === 'local' && process.arch === 'x64' ? Architecture.X86_64 : Architecture.ARM_64;
}

function reservedOf({ config, service }: TaskwardenFunctionProps) {
  const reserved = config.reservedConcurrency[service];
  return typeof reserved === 'number' ? { reservedConcurrentExecutions: reserved } : {};
}
