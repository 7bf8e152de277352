/**
 * What the scanner's bundle is compared with: the SDK clients and commands it uses, connected and nothing else.
 * The benchmark fails where the scanner uses another client than these.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';

const requestHandler = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

export const clients = {
  table: DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler, maxAttempts: 4 })),
  queues: new SQSClient({ requestHandler, maxAttempts: 4 }),
  bus: new EventBridgeClient({ requestHandler, maxAttempts: 4 }),
  topic: new SNSClient({ requestHandler, maxAttempts: 4 }),
};

export const commands = {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PublishCommand,
  PutCommand,
  PutEventsCommand,
  QueryCommand,
  ScanCommand,
  SendMessageBatchCommand,
  TransactWriteCommand,
  UpdateCommand,
};

export const handler = (): { clients: typeof clients; commands: typeof commands } => ({ clients, commands });
