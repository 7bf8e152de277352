import { connect } from '../../platform/runtime.ts';
import { deployedTable } from '../../store/table/deployed-table.ts';
import { workerHandler } from '../../work/worker-handler.ts';
import { mailEventsConsumer } from './mail-events-consumer.ts';

const runtime = connect('mail-events', (environment, clock) => ({
  table: deployedTable(environment, clock),
}));

/** Works the mail-events queue; events of one mail often come together and change the same rows. */
export const handler = workerHandler(runtime, mailEventsConsumer, 1);
