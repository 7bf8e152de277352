import { dynamoDbClient } from '../platform/clients.ts';
import { connect } from '../platform/runtime.ts';
import { DynamoDbTable, documentClient } from '../store/table/dynamodb-table.ts';
import { workerHandler } from '../work/worker-handler.ts';
import { registerConfiguredSources } from './configured-sources.ts';
import { ingestConsumer } from './ingest-consumer.ts';
import { readSources } from './sources-environment.ts';

const runtime = connect('ingest', ({ table }) => ({
  table: new DynamoDbTable(documentClient(dynamoDbClient()), table),
}));
await registerConfiguredSources(runtime.system, readSources());

/** Works the ingest queue in order of arrival: events of one task come close together. */
export const handler = workerHandler(runtime, ingestConsumer, 1);
