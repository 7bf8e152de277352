import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ENV, type Service } from '../functions/platform/names.ts';
import { type Config, measuredError } from './config.ts';

/** Lambda measures all variables of a function together, written as JSON. */
const MOST_ENVIRONMENT = 4_096;

/** SSM's most for a parameter of the advanced tier. */
const MOST_PARAMETER = 8_192;

/** Of all statements on an event bus. */
const MOST_BUS_POLICY = 10_240;

/** Which key of the configuration makes a variable as long as it is. */
const KEY_OF: Record<string, string> = {
  [ENV.sources]: 'sources',
  [ENV.controlPlanes]: 'controlPlanes',
  [ENV.allowedDomains]: 'allowedDomains',
  [ENV.contact]: 'contact',
  [ENV.sender]: 'sender',
  [ENV.replyTo]: 'replyTo',
  [ENV.linkBaseUrl]: 'ownerPage.linkBaseUrl',
};

/**
 * Refuses an environment that Lambda would refuse when the stack is half deployed.
 * @throws ConfigError naming the key that takes most of it
 */
export function requireEnvironmentFits(
  scope: IConstruct,
  { config, service }: { readonly config: Config; readonly service: Service },
  variables: Record<string, string>,
): void {
  const resolved: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) resolved[name] = longest(scope, value);
  const size = bytes(JSON.stringify(resolved));
  if (size <= MOST_ENVIRONMENT) return;
  const { key, part } = largest(resolved);
  throw measuredError(config, {
    key,
    is: `${figure(part)} bytes in the environment of function ${service}, which has ${figure(size)}`,
    allowed: `${figure(MOST_ENVIRONMENT)} bytes for all its variables as JSON, a limit of Lambda`,
  });
}

function largest(resolved: Record<string, string>): { key: string; part: number } {
  const parts = Object.entries(KEY_OF).map(([variable, key]) => {
    return { key, part: bytes(JSON.stringify(resolved[variable] ?? '')) };
  });
  return parts.reduce((most, next) => (next.part > most.part ? next : most));
}

/**
 * Refuses a description of the deployment that SSM would refuse.
 * @throws ConfigError naming the key that takes most of it
 */
export function requireParameterFits(scope: IConstruct, config: Config, value: string): void {
  const size = bytes(longest(scope, value));
  if (size <= MOST_PARAMETER) return;
  const { allowedDomains, channels, contact, controlPlanes } = config;
  const parts = { allowedDomains, 'channels.topics': channels.topics, contact, controlPlanes };
  const [key, part] = Object.entries(parts)
    .map(([name, setting]): [string, number] => [name, bytes(JSON.stringify(setting))])
    .reduce((most, entry) => (entry[1] > most[1] ? entry : most));
  throw measuredError(config, {
    key,
    is: `${figure(part)} bytes in the parameter that tells the command line of the deployment, which has ${figure(size)}`,
    allowed: `${figure(MOST_PARAMETER)} bytes for all of it, a limit of SSM`,
  });
}

/**
 * Refuses more accounts than the policy of an event bus can name.
 * @throws ConfigError naming the sources
 */
export function requireBusPolicyFits(
  scope: IConstruct,
  config: Config,
  statements: readonly unknown[],
): void {
  const size = bytes(
    JSON.stringify(statements.map((statement) => longestOf(scope, Stack.of(scope).resolve(statement)))),
  );
  if (size <= MOST_BUS_POLICY) return;
  throw measuredError(config, {
    key: 'sources',
    is: `${figure(size)} bytes of policy on the bus, for ${statements.length} other accounts`,
    allowed: `${figure(MOST_BUS_POLICY)} bytes, a limit of EventBridge`,
  });
}

const bytes = (text: string) => Buffer.byteLength(text, 'utf8');
const figure = (count: number) => count.toLocaleString('en');

/** A text with every reference at the longest that it can become. */
function longest(scope: IConstruct, value: string): string {
  return String(longestOf(scope, Stack.of(scope).resolve(value)));
}

function longestOf(scope: IConstruct, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((part) => longestOf(scope, part));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (entries.length === 1 && name === 'Ref') return reference(scope, String(argument), 'Ref');
  if (entries.length === 1 && name === 'Fn::GetAtt')
    return reference(scope, String(argument[0]), String(argument[1]));
  if (entries.length === 1 && name === 'Fn::Join') return joined(scope, argument);
  if (entries.length === 1 && name?.startsWith('Fn::')) return 'x'.repeat(LONGEST_FUNCTION);
  return Object.fromEntries(entries.map(([key, part]) => [key, longestOf(scope, part)]));
}

function joined(scope: IConstruct, [separator, parts]: [string, unknown[]]): string {
  return parts.map((part) => String(longestOf(scope, part))).join(separator);
}

/** Of a function of CloudFormation that picks a part of something: the id of a URL. */
const LONGEST_FUNCTION = 64;

const PSEUDO: Record<string, string> = {
  'AWS::Region': 'ap-southeast-1',
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws-us-gov',
  'AWS::URLSuffix': 'amazonaws.com.cn',
};

/** What CloudFormation adds to the names of stack and resource: two dashes and 13 characters. */
const SUFFIX = 15;

/** By type: the longest that a name may be, and what stands around it where it is told: an ARN, a URL. */
const SHAPES: Record<string, { name: number; around: number }> = {
  'AWS::SQS::Queue': { name: 80, around: 'https://sqs.ap-southeast-1.amazonaws.com.cn/123456789012/'.length },
  'AWS::SNS::Topic': { name: 256, around: 'arn:aws-us-gov:sns:ap-southeast-1:123456789012:'.length },
  'AWS::Lambda::Function': {
    name: 64,
    around: 'arn:aws-us-gov:lambda:ap-southeast-1:123456789012:function:'.length,
  },
  'AWS::Lambda::Url': {
    name: 0,
    around: `https://${'x'.repeat(32)}.lambda-url.ap-southeast-1.on.aws/`.length,
  },
  'AWS::Lambda::EventSourceMapping': { name: 36, around: 0 },
  'AWS::SES::ConfigurationSet': { name: 64, around: 0 },
};

const OTHER = { name: 255, around: 'arn:aws-us-gov:dynamodb:ap-southeast-1:123456789012:table/'.length };

function reference(scope: IConstruct, id: string, attribute: string): string {
  const pseudo = PSEUDO[id];
  if (pseudo !== undefined) return pseudo;
  const found = scope.node.root.node.findAll().find((construct) => isNamed(construct, id));
  const type = found === undefined ? '' : (found as CfnResource).cfnResourceType;
  const { name, around } = SHAPES[type] ?? OTHER;
  const made = (found === undefined ? 0 : Stack.of(found).stackName.length) + id.length + SUFFIX;
  const isNameAlone = attribute === 'Ref' && !type.endsWith('::Queue') && !type.endsWith('::Topic');
  return 'x'.repeat(Math.min(name, made) + (isNameAlone ? 0 : around));
}

function isNamed(construct: IConstruct, id: string): boolean {
  return CfnResource.isCfnResource(construct) && Stack.of(construct).getLogicalId(construct) === id;
}
