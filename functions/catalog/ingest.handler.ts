import { connect } from '../platform/runtime.ts';
import { deployedTable } from '../store/table/deployed-table.ts';
import { workerHandler } from '../work/worker-handler.ts';
import { registerConfiguredSources } from './configured-sources.ts';
import { ingestConsumer } from './ingest-consumer.ts';
import { readSources } from './sources-environment.ts';

const runtime = connect('ingest', (environment, clock) => ({ table: deployedTable(environment, clock) }));
await registerConfiguredSources(runtime.system, readSources());

/** Works the ingest queue in order of arrival: events of one task come close together. */
export const handler = workerHandler(runtime, ingestConsumer, 1);
