import { deployedOpener } from '../control-planes/deployed-opener.ts';
import { AwsEvents } from '../platform/aws-events.ts';
import { deployedSecrets } from '../platform/aws-secrets.ts';
import { dynamoDbClient, eventBridgeClient } from '../platform/clients.ts';
import { connect } from '../platform/runtime.ts';
import { DynamoDbTable, documentClient } from '../store/table/dynamodb-table.ts';
import { workerHandler } from '../work/worker-handler.ts';
import { disableConsumer } from './disable-consumer.ts';

const runtime = connect('disabler', (environment, clock) => {
  const table = new DynamoDbTable(documentClient(dynamoDbClient()), environment.table);
  return {
    table,
    events: new AwsEvents(eventBridgeClient(), environment.bus),
    ...deployedOpener(environment, clock, table, deployedSecrets()),
  };
});

/** Works the disable queue, one task at a time. */
export const handler = workerHandler(runtime, disableConsumer, 1);
