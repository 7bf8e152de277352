import { deployedSecrets } from '../platform/aws-secrets.ts';
import { dynamoDbClient } from '../platform/clients.ts';
import { connect } from '../platform/runtime.ts';
import { DynamoDbTable, documentClient } from '../store/table/dynamodb-table.ts';
import { workerHandler } from '../work/worker-handler.ts';
import { guardedCall } from './guarded-call.ts';
import { allowedHosts } from './url-problem.ts';
import { webhookConsumer } from './webhook-consumer.ts';

const runtime = connect('webhook-sender', ({ table, webhookHosts }) => ({
  table: new DynamoDbTable(documentClient(dynamoDbClient()), table),
  webhooks: { call: guardedCall({ isAllowed: allowedHosts(webhookHosts) }), secrets: deployedSecrets() },
}));

/** Works the queue `webhook`, one webhook at a time. */
export const handler = workerHandler(runtime, webhookConsumer, 1);
