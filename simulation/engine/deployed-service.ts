import { formatInstant } from '../../functions/abandonment/time.ts';
import { runBreaker } from '../../functions/breaker/run.ts';
import { hearDataPlane } from '../../functions/catalog/data-planes.ts';
import { ingestConsumer } from '../../functions/catalog/ingest-consumer.ts';
import { listerConsumer } from '../../functions/catalog/listings/lister-consumer.ts';
import { disableConsumer } from '../../functions/disabling/disable-consumer.ts';
import { mailEventsConsumer } from '../../functions/notices/feedback/mail-events-consumer.ts';
import { notifyConsumer } from '../../functions/notices/send/notify-consumer.ts';
import { DIGEST_TAG } from '../../functions/notices/ses/digest-mail-marks.ts';
import { pollNow } from '../../functions/operators/listings.ts';
import type { QueueName } from '../../functions/platform/ports.ts';
import { runScan } from '../../functions/scanner/scan.ts';
import { noteEvent } from '../../functions/store/heard.ts';
import { webhookConsumer } from '../../functions/webhooks/webhook-consumer.ts';
import type { Consumer, Outcome } from '../../functions/work/consumer.ts';
import { processMessage } from '../../functions/work/pipeline.ts';
import { probeWorker } from '../../functions/work/probe.ts';
import { verdictOf } from '../../functions/work/trial.ts';
import { approveWork, dismissWork, pauseWork, reviveAddress, undoWork } from './operator-desk.ts';
import { actAsOwner } from './owner-desk.ts';
import type { MailReport, Service } from './service.port.ts';
import { QUEUE_SETTINGS } from './sim-queues.ts';

/** The scanner's time-out: shorter than `scanEvery`, so that the lease of one that died ends before the next tick. */
const TIME_LEFT_MS = 240_000;

// Each parses its own messages: what one is given only it has read.
const CONSUMERS: Record<QueueName, Consumer<unknown>> = {
  ingest: ingestConsumer as Consumer<unknown>,
  notify: notifyConsumer as Consumer<unknown>,
  disable: disableConsumer as Consumer<unknown>,
  'mail-events': mailEventsConsumer as Consumer<unknown>,
  listing: listerConsumer as Consumer<unknown>,
  webhook: webhookConsumer as Consumer<unknown>,
};

/** The real code: what the Lambda handlers and the command line call. */
export const deployedService: Service = {
  async scan(system, scheduledAt) {
    await runScan(system, { scheduledAt, remainingMs: () => TIME_LEFT_MS });
  },
  work(system, { queue, isTrial, ...delivery }) {
    const maxReceives = isTrial ? Number.POSITIVE_INFINITY : QUEUE_SETTINGS.maxReceiveCount;
    return processMessage(system, CONSUMERS[queue], { ...delivery, maxReceives });
  },
  async watch(system, control, now) {
    await runBreaker(system, { control }, now);
  },
  async probe(system, queue) {
    return (await probeWorker(system, CONSUMERS[queue])).worked ?? 0;
  },
  verdict: (queue, answer) => verdictOf(CONSUMERS[queue], answer as Outcome),
  mailReport,
  async hear(system, dataPlane, book) {
    await noteEvent(system);
    await hearDataPlane(system, dataPlane, system.clock.now(), book);
  },
  act: actAsOwner,
  approve: approveWork,
  dismiss: dismissWork,
  pause: pauseWork,
  undo: undoWork,
  async poll(system, controlPlane) {
    return (await pollNow(system, { controlPlane, by: 'ops@platform.test' })).done;
  },
  revive: reviveAddress,
};

/** An event of a configuration set, as SES publishes it. */
function mailReport({ mail, at, event, bounceType = 'permanent' }: MailReport): string {
  const timestamp = formatInstant(at);
  const recipients = [{ emailAddress: mail.to }];
  const bounce = {
    bounceType: bounceType === 'permanent' ? 'Permanent' : 'Transient',
    bounceSubType: 'General',
    bouncedRecipients: recipients,
    timestamp,
  };
  const parts = {
    bounce: { eventType: 'Bounce', bounce },
    complaint: { eventType: 'Complaint', complaint: { complainedRecipients: recipients, timestamp } },
    send: { eventType: 'Send', send: {} },
    delivery: { eventType: 'Delivery', delivery: { recipients: [mail.to], timestamp } },
  };
  return JSON.stringify({
    ...parts[event],
    mail: {
      messageId: mail.messageId,
      timestamp: formatInstant(mail.at),
      destination: [mail.to],
      tags: { [DIGEST_TAG]: [mail.digest] },
    },
  });
}
