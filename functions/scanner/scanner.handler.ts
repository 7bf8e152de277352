import { AwsEvents } from '../platform/aws-events.ts';
import { AwsOperators } from '../platform/aws-operators.ts';
import { eventBridgeClient, snsClient } from '../platform/clients.ts';
import { connect, handlerOf } from '../platform/runtime.ts';
import { deployedTable } from '../store/table/deployed-table.ts';
import { runScan } from './scan.ts';
import { scheduledAt } from './tick.ts';

const runtime = connect('scanner', (environment, clock) => ({
  table: deployedTable(environment, clock),
  events: new AwsEvents(eventBridgeClient(), environment.bus),
  operators: new AwsOperators(snsClient(), environment.operatorsTopic, environment.config.stage),
}));
const { system, demoClock } = runtime;

/** One tick of the schedule: `{ "scheduledAt": "2026-01-01T00:00:00Z" }`. A clock that was told outdoes it. */
export const handler = handlerOf<unknown, unknown>(runtime, (event, context) => {
  const now = system.clock.now();
  return runScan(system, {
    scheduledAt: demoClock?.isTold ? now : scheduledAt(event, now),
    remainingMs: () => context.getRemainingTimeInMillis(),
  });
});
