import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, describe } from 'vitest';
import { createTable } from '../../functions/store/table/create-table.ts';
import { DynamoDbTable, documentClient } from '../../functions/store/table/dynamodb-table.ts';
import type { TableTime } from '../../functions/store/table/expiry.ts';
import { sameAnswers } from './same-answers.ts';
import { tableContract } from './table-contract.ts';

const endpoint = process.env.TASKWARDEN_TABLE_ENDPOINT;

function against(address: string): void {
  const credentials = { accessKeyId: 'fakeid', secretAccessKey: 'fakesecret' };
  const client = new DynamoDBClient({ endpoint: address, region: 'eu-west-1', credentials });
  const names: string[] = [];

  async function makeTable(time: TableTime = {}): Promise<DynamoDbTable> {
    const name = `contract-${process.pid}-${names.length}`;
    await createTable(client, name);
    names.push(name);
    return new DynamoDbTable(documentClient(client), name, time);
  }

  afterAll(async () => {
    for (const TableName of names) await client.send(new DeleteTableCommand({ TableName }));
    client.destroy();
  }, 60_000);

  tableContract('the table in DynamoDB', makeTable);
  sameAnswers('the table in DynamoDB', makeTable);
}

if (endpoint) against(endpoint);
else {
  console.log('DynamoDB is left out; to run: node scripts/dynamodb-local.ts -- vitest run test/contract');
  describe.skip('the table in DynamoDB (no TASKWARDEN_TABLE_ENDPOINT)', () => {});
}
