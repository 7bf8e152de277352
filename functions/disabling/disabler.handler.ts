import { AwsEvents } from '../platform/aws-events.ts';
import { dynamoDbClient, eventBridgeClient } from '../platform/clients.ts';
import { connect } from '../platform/runtime.ts';
import { DynamoDbTable, documentClient } from '../store/table/dynamodb-table.ts';
import { workerHandler } from '../work/worker-handler.ts';
import { disableConsumer } from './disable-consumer.ts';

const runtime = connect('disabler', ({ table, bus }) => ({
  table: new DynamoDbTable(documentClient(dynamoDbClient()), table),
  events: new AwsEvents(eventBridgeClient(), bus),
}));

/** Works the disable queue, one task at a time. */
export const handler = workerHandler(runtime, disableConsumer, 1);
