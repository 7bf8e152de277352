import { dynamoDbClient } from '../../platform/clients.ts';
import { connect } from '../../platform/runtime.ts';
import { DynamoDbTable, documentClient } from '../../store/table/dynamodb-table.ts';
import { workerHandler } from '../../work/worker-handler.ts';
import { listerConsumer } from './lister-consumer.ts';

const runtime = connect('lister', ({ table }) => ({
  table: new DynamoDbTable(documentClient(dynamoDbClient()), table),
}));

/** Works the queue `listing`, one control plane at a time. */
export const handler = workerHandler(runtime, listerConsumer, 1);
