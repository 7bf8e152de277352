import { expect, it } from 'vitest';
import { createTable } from '../../../../functions/store/table/create-table.ts';
import { wire } from './wire.ts';

const keySchema = (prefix: string) => [
  { AttributeName: `${prefix}pk`, KeyType: 'HASH' },
  { AttributeName: `${prefix}sk`, KeyType: 'RANGE' },
];

it('a table is made on demand, with three indexes that show keys and `p`, and waited for', async () => {
  const { client, calls } = wire(({ operation }) =>
    operation === 'DescribeTable' ? { Table: { TableStatus: 'ACTIVE' } } : {},
  );
  await createTable(client, 'tasks-test');
  const attributes = ['pk', 'sk', 'g1pk', 'g1sk', 'g2pk', 'g2sk', 'g3pk', 'g3sk'];
  expect(calls).toEqual([
    {
      operation: 'CreateTable',
      body: {
        TableName: 'tasks-test',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: keySchema(''),
        GlobalSecondaryIndexes: ['g1', 'g2', 'g3'].map((name) => ({
          IndexName: `${name}-index`,
          KeySchema: keySchema(name),
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['p'] },
        })),
      },
    },
    { operation: 'DescribeTable', body: { TableName: 'tasks-test' } },
  ]);
});
