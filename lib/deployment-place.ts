import type { Problem } from './config-problem.ts';
import type { Config } from './config-schema.ts';

/** Where a deployment goes, as far as it is known at synth. */
export interface Place {
  readonly region?: string;
  readonly account?: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The place that the environment of the CDK CLI names. Its own default region counts only beside an account: without
 * credentials it is a guess, and nothing can be deployed.
 */
export function placeOf(env: Variables): Place {
  const account = env.CDK_DEFAULT_ACCOUNT;
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || (account ? env.CDK_DEFAULT_REGION : undefined);
  return { ...(region && { region }), ...(account && { account }) };
}

interface Arn {
  key: string;
  partition: string;
  region: string;
  account: string;
}

/** What is named by its ARN must be where the deployment is: a certificate and topics of other regions are not found. */
export function checkPlace(config: Config, place: Place): Problem[] {
  const certificate = certificateOf(config);
  const arns = [...certificate, ...topicsOf(config)];
  return [
    ...arns.flatMap(checkPartition),
    ...checkRegions(arns, place),
    ...certificate.flatMap((arn) => checkAccount(arn, place)),
  ];
}

function certificateOf({ ownerPage }: Config): Arn[] {
  const arn = ownerPage.domain?.certificateArn;
  return arn === undefined ? [] : [arnAt('ownerPage.domain.certificateArn', arn)];
}

function topicsOf({ alarms, channels }: Config): Arn[] {
  const ofAlarms = ['pageTopic', 'ticketTopic'] as const;
  return [
    ...channels.topics.map((arn, at) => arnAt(`channels.topics.${at}`, arn)),
    ...ofAlarms.flatMap((key) => (alarms[key] ? [arnAt(`alarms.${key}`, alarms[key])] : [])),
  ];
}

function arnAt(key: string, arn: string): Arn {
  const [, partition = '', , region = '', account = ''] = arn.split(':');
  return { key, partition, region, account };
}

function checkPartition({ key, partition, region }: Arn): Problem[] {
  const right = partitionOf(region);
  return partition === right
    ? []
    : [{ key, allowed: `an ARN that begins with arn:${right}: in region ${region}` }];
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function checkRegions(arns: readonly Arn[], place: Place): Problem[] {
  const [first] = arns;
  if (first === undefined) return [];
  const { region = first.region } = place;
  const whose = place.region === undefined ? `as in ${first.key}` : 'where this deployment goes';
  return arns
    .filter((arn) => arn.region !== region)
    .map(({ key }) => ({ key, allowed: `an ARN of region ${region}, ${whose}: AWS finds no other here` }));
}

/** A topic of another account may let us publish; a certificate cannot be lent. */
function checkAccount({ key, account }: Arn, place: Place): Problem[] {
  if (place.account === undefined || account === place.account) return [];
  return [{ key, allowed: `a certificate of account ${place.account}, where this deployment goes` }];
}

const ENDPOINTS = /^AWS_ENDPOINT_URL(_|$)/;

/**
 * The endpoint in the environment that is no emulator's, or that is missing; undefined where all of them are emulators'.
 */
export function foreignEndpoint(env: Variables): { name: string; is: string } | undefined {
  if (!env.AWS_ENDPOINT_URL) return { name: 'AWS_ENDPOINT_URL', is: 'not given' };
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true')
    return { name: 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', is: 'true, which leads to AWS itself' };
  const foreign = Object.entries(env).find(([name, url]) => ENDPOINTS.test(name) && url && !isEmulator(url));
  return foreign && { name: foreign[0], is: JSON.stringify(foreign[1]) };
}

/** Names that resolve to this machine or a private network alone. */
const PRIVATE_NAME = /^[a-z0-9-]+$|(^|\.)(localhost|localhost\.localstack\.cloud|local|internal|test)$/;
const PRIVATE_ADDRESS =
  /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)[\d.]+$|^0\.0\.0\.0$|^\[(::1|f[cd][\da-f:]*)\]$/;

function isEmulator(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && (PRIVATE_NAME.test(hostname) || PRIVATE_ADDRESS.test(hostname));
}
