import { dynamoDbClient } from '../../platform/clients.ts';
import { connect } from '../../platform/runtime.ts';
import { DynamoDbTable, documentClient } from '../../store/table/dynamodb-table.ts';
import { workerHandler } from '../../work/worker-handler.ts';
import { mailEventsConsumer } from './mail-events-consumer.ts';

const runtime = connect('mail-events', ({ table }) => ({
  table: new DynamoDbTable(documentClient(dynamoDbClient()), table),
}));

/** Works the mail-events queue; events of one mail often come together and change the same rows. */
export const handler = workerHandler(runtime, mailEventsConsumer, 1);
