import { AwsOperators } from '../platform/aws-operators.ts';
import { dynamoDbClient, lambdaClient, snsClient, sqsClient } from '../platform/clients.ts';
import { connect, handlerOf } from '../platform/runtime.ts';
import { DynamoDbTable, documentClient } from '../store/table/dynamodb-table.ts';
import { AwsWorkerControl } from './aws-worker-control.ts';
import { readWorkers } from './breaker-environment.ts';
import { runBreaker } from './run.ts';

const runtime = connect('breaker', ({ table, operatorsTopic, config }) => ({
  table: new DynamoDbTable(documentClient(dynamoDbClient()), table),
  operators: new AwsOperators(snsClient(), operatorsTopic, config.stage),
}));
const control = new AwsWorkerControl(lambdaClient(), sqsClient(), readWorkers());

/** Looks at all queues once; to be started every minute. */
export const handler = handlerOf(runtime, async () => {
  const { system } = runtime;
  return runBreaker(system, { control }, system.clock.now());
});
