import type { DynamoDBClient, GlobalSecondaryIndex, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { indexNameOf } from './index-names.ts';
import type { IndexName } from './table.port.ts';

/** The attributes that are keys, all strings, of the table and of its indexes. */
const KEY_ATTRIBUTES = ['pk', 'sk', 'g1pk', 'g1sk', 'g2pk', 'g2sk', 'g3pk', 'g3sk'] as const;

/** What an index shows beside keys. */
const PROJECTED_ATTRIBUTES = ['p'];

const WAIT_SECONDS = 60;

function keySchema(prefix: IndexName | ''): KeySchemaElement[] {
  return [
    { AttributeName: `${prefix}pk`, KeyType: 'HASH' },
    { AttributeName: `${prefix}sk`, KeyType: 'RANGE' },
  ];
}

function index(name: IndexName): GlobalSecondaryIndex {
  const Projection = { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: PROJECTED_ATTRIBUTES };
  return { IndexName: indexNameOf(name), KeySchema: keySchema(name), Projection };
}

/** Makes the table, on demand, and waits until it can be used: for tests and local use; CDK makes the deployed one. */
export async function createTable(client: DynamoDBClient, tableName: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: KEY_ATTRIBUTES.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keySchema(''),
      GlobalSecondaryIndexes: [index('g1'), index('g2'), index('g3')],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: WAIT_SECONDS, minDelay: 1 }, { TableName: tableName });
}
