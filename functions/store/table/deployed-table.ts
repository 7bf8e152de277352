import { dynamoDbClient } from '../../platform/clients.ts';
import type { Environment } from '../../platform/environment.ts';
import type { Clock } from '../../platform/ports.ts';
import { DynamoDbTable, documentClient } from './dynamodb-table.ts';

/** The table of a deployed function, by whose clock and configuration what ended is kept. */
export function deployedTable({ table, config }: Environment, clock: Clock): DynamoDbTable {
  const { retention } = config;
  return new DynamoDbTable(documentClient(dynamoDbClient()), table, { now: () => clock.now(), retention });
}
