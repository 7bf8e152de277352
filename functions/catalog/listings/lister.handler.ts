import { deployedOpener } from '../../control-planes/deployed-opener.ts';
import { deployedSecrets } from '../../platform/aws-secrets.ts';
import { connect } from '../../platform/runtime.ts';
import { deployedTable } from '../../store/table/deployed-table.ts';
import { workerHandler } from '../../work/worker-handler.ts';
import { listerConsumer } from './lister-consumer.ts';

const runtime = connect('lister', (environment, clock) => {
  const table = deployedTable(environment, clock);
  return { table, ...deployedOpener(environment, clock, table, deployedSecrets()) };
});

/** Works the queue `listing`, one control plane at a time. */
export const handler = workerHandler(runtime, listerConsumer, 1);
