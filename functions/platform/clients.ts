import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { freshlyConnected } from './fresh-connections.ts';

/**
 * Region, credentials and `AWS_ENDPOINT_URL` are the SDK's own affair. One function each: what is unused is
 * not bundled.
 */

/** Well below the functions' time limits, so that a call that hangs is tried again and not cut off. */
const requestHandler = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

/** For the table. */
export function dynamoDbClient(): DynamoDBClient {
  return new DynamoDBClient({ requestHandler, maxAttempts: 4 });
}

/**
 * For the queues; asked at the client's endpoint, for an emulator's queue URLs may name a host of its own.
 */
export function sqsClient(): SQSClient {
  return new SQSClient({ requestHandler, maxAttempts: 4, useQueueUrlAsEndpoint: false });
}

/** For the bus. */
export function eventBridgeClient(): EventBridgeClient {
  return new EventBridgeClient({ requestHandler, maxAttempts: 4 });
}

/** For the operators' topic. */
export function snsClient(): SNSClient {
  return new SNSClient({ requestHandler, maxAttempts: 4 });
}

/** For topics that repeat mails; makes one attempt, which ends well before the lease of its digest. */
export function topicsClient(): SNSClient {
  return freshlyConnected(
    (agents) => new SNSClient({ requestHandler: { ...requestHandler, ...agents }, maxAttempts: 1 }),
  );
}

/** For the credentials of control planes. */
export function secretsManagerClient(): SecretsManagerClient {
  return new SecretsManagerClient({ requestHandler, maxAttempts: 4 });
}

/** For the keys that links are signed with, and for credentials of control planes. */
export function ssmClient(): SSMClient {
  return new SSMClient({ requestHandler, maxAttempts: 4 });
}

/** For the workers, asked to answer a probe: waits for one that hangs until its usual time limit, and asks once. */
export function lambdaClient(): LambdaClient {
  const patient = { ...requestHandler, requestTimeout: 40_000 };
  return freshlyConnected(
    (agents) => new LambdaClient({ requestHandler: { ...patient, ...agents }, maxAttempts: 1 }),
  );
}
