import { setTimeout } from 'node:timers/promises';
import { LINK_LIFE } from '../owner-page/token.ts';
import { signedLinks } from '../platform/aws-link-keys.ts';
import { dynamoDbClient } from '../platform/clients.ts';
import type { Environment } from '../platform/environment.ts';
import type { Clock } from '../platform/ports.ts';
import { RealClock } from '../platform/real-clock.ts';
import { connect } from '../platform/runtime.ts';
import { TokenBucket } from '../platform/token-bucket.ts';
import { DynamoDbTable, documentClient } from '../store/dynamodb-table.ts';
import { workerHandler } from '../work/worker-handler.ts';
import { notifyConsumer } from './notify-consumer.ts';
import { createSesClient, SesMailer } from './ses-mailer.ts';

/** Below the lease of a mail's claim, which is twice the function's time limit. */
const SES_TIMEOUT_MS = 10_000;

const runtime = connect('notifier', (environment, clock) => ({
  table: new DynamoDbTable(documentClient(dynamoDbClient()), environment.table),
  mailer: mailerOf(environment, clock),
  ...signedLinks(environment, LINK_LIFE),
}));

/** Works the notify queue: one message is one recipient, so a batch can be worked side by side. */
export const handler = workerHandler(runtime, notifyConsumer, 10);

/** Mails are dated by the stage's clock; their pace is real. */
function mailerOf(environment: Environment, clock: Clock): SesMailer {
  const { sender, replyTo, configurationSet, mailsPerSecond } = environment;
  const pace = { perSecond: mailsPerSecond, clock: new RealClock() };
  return new SesMailer(createSesClient({ requestTimeoutMs: SES_TIMEOUT_MS }), {
    clock,
    bucket: new TokenBucket({ ...pace, sleep: (pause) => setTimeout(pause) }),
    sender,
    replyTo,
    configurationSet,
  });
}
