import { signedLinks } from '../../platform/aws-link-keys.ts';
import { AwsTopics } from '../../platform/aws-topics.ts';
import { topicsClient } from '../../platform/clients.ts';
import { LINK_LIFE } from '../../platform/link-token.ts';
import { connect } from '../../platform/runtime.ts';
import { deployedTable } from '../../store/table/deployed-table.ts';
import { workerHandler } from '../../work/worker-handler.ts';
import { configuredMailer } from '../ses/configured-mailer.ts';
import { notifyConsumer } from './notify-consumer.ts';

const runtime = connect('notifier', (environment, clock) => ({
  table: deployedTable(environment, clock),
  mailer: configuredMailer(environment, clock),
  topics: new AwsTopics(topicsClient()),
  ...signedLinks(environment, LINK_LIFE),
}));

/** Works the notify queue: one message is one recipient, so a batch can be worked side by side. */
export const handler = workerHandler(runtime, notifyConsumer, 10);
