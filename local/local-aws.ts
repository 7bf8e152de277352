import { join } from 'node:path';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SESClient } from '@aws-sdk/client-ses';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '..');

/** Where everything local lies: what is installed, what runs, what the demo wrote. Never in the repository. */
export const LOCAL_FOLDER = join(ROOT, '.local');

/** An emulator's account, and the region everything local is in. */
export const ACCOUNT = '000000000000';
export const REGION = 'eu-west-1';

/** Emulators take any credentials; these belong to nobody. */
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** What points an AWS client or a command line at an emulator, and away from any real account. */
export function awsVariables(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** A child's environment: this process's own without its AWS settings, the pinned tools first, then `variables`. */
export function childEnvironment(variables: Record<string, string>): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('AWS_'),
  );
  return { ...Object.fromEntries(inherited), PATH: toolsPath(), ...variables };
}

/** The `PATH` on which `node` is the pinned one: emulators run functions with what they find there. */
export function toolsPath(): string {
  return `${join(ROOT, 'node_modules', '.bin')}:${process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin'}`;
}

/** Clients of everything that is deployed on an emulator. */
export interface LocalAws {
  endpoint: string;
  cloudWatch: CloudWatchClient;
  dynamoDb: DynamoDBClient;
  eventBridge: EventBridgeClient;
  lambda: LambdaClient;
  ses: SESClient;
  sns: SNSClient;
  sqs: SQSClient;
  ssm: SSMClient;
}

/** Clients that speak to an emulator and to nothing else, whatever the shell's own AWS settings are. */
export function connectTo(endpoint: string): LocalAws {
  const settings = { endpoint, region: REGION, credentials: CREDENTIALS };
  return {
    endpoint,
    cloudWatch: new CloudWatchClient(settings),
    dynamoDb: new DynamoDBClient(settings),
    eventBridge: new EventBridgeClient(settings),
    lambda: new LambdaClient(settings),
    ses: new SESClient(settings),
    sns: new SNSClient(settings),
    sqs: new SQSClient(settings),
    ssm: new SSMClient(settings),
  };
}
