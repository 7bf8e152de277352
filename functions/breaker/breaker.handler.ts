import { AwsOperators } from '../platform/aws-operators.ts';
import { lambdaClient, snsClient, sqsClient } from '../platform/clients.ts';
import { connect, handlerOf } from '../platform/runtime.ts';
import { deployedTable } from '../store/table/deployed-table.ts';
import { AwsWorkerControl } from './aws-worker-control.ts';
import { readWorkers } from './breaker-environment.ts';
import { runBreaker } from './run.ts';

const runtime = connect('breaker', (environment, clock) => ({
  table: deployedTable(environment, clock),
  operators: new AwsOperators(snsClient(), environment.operatorsTopic, environment.config.stage),
}));
const control = new AwsWorkerControl(lambdaClient(), sqsClient(), readWorkers());

/** Looks at all queues once; to be started every minute. */
export const handler = handlerOf(runtime, async () => {
  const { system } = runtime;
  return runBreaker(system, { control }, system.clock.now());
});
