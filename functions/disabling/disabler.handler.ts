import { deployedOpener } from '../control-planes/deployed-opener.ts';
import { AwsEvents } from '../platform/aws-events.ts';
import { deployedSecrets } from '../platform/aws-secrets.ts';
import { eventBridgeClient } from '../platform/clients.ts';
import { connect } from '../platform/runtime.ts';
import { deployedTable } from '../store/table/deployed-table.ts';
import { workerHandler } from '../work/worker-handler.ts';
import { disableConsumer } from './disable-consumer.ts';

const runtime = connect('disabler', (environment, clock) => {
  const table = deployedTable(environment, clock);
  return {
    table,
    events: new AwsEvents(eventBridgeClient(), environment.bus),
    ...deployedOpener(environment, clock, table, deployedSecrets()),
  };
});

/** Works the disable queue, one task at a time. */
export const handler = workerHandler(runtime, disableConsumer, 1);
