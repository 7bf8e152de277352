import { deployedOpener } from '../../control-planes/deployed-opener.ts';
import { deployedSecrets } from '../../platform/aws-secrets.ts';
import { dynamoDbClient } from '../../platform/clients.ts';
import { connect } from '../../platform/runtime.ts';
import { DynamoDbTable, documentClient } from '../../store/table/dynamodb-table.ts';
import { workerHandler } from '../../work/worker-handler.ts';
import { listerConsumer } from './lister-consumer.ts';

const runtime = connect('lister', (environment, clock) => {
  const table = new DynamoDbTable(documentClient(dynamoDbClient()), environment.table);
  return { table, ...deployedOpener(environment, clock, table, deployedSecrets()) };
});

/** Works the queue `listing`, one control plane at a time. */
export const handler = workerHandler(runtime, listerConsumer, 1);
