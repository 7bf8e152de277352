import { changeRecipient } from '../../store/change-recipient.ts';
import type { Consumer } from '../../work/consumer.ts';
import { giveUp } from '../../work/given-up.ts';
import { type NotifierMessage, notifierMessage, parseMessage } from '../../work/read-messages.ts';
import { sendFeedbackCanary } from '../feedback/feedback-canary.ts';
import { notifyRecipient } from './notify.ts';
import { sendReport } from './send-report.ts';

/**
 * Works the notify queue: a message hints at a recipient who may have a notice due, or asks for the canary
 * of the feedback path.
 */
export const notifyConsumer: Consumer<NotifierMessage> = {
  queue: 'notify',
  parse: (body) => parseMessage(notifierMessage, body),
  nameOf: ({ key }) => key,
  notAfter: ({ notAfter }) => notAfter,
  queuedAgainFromState: true,
  restsOnTableAlone: false,
  async handBack(system, { kind, key }, retryAt) {
    if (kind !== 'notify') return;
    await changeRecipient(system, key, (recipient) => ({
      recipient: recipient && { ...recipient, queuedFor: null, retryAt },
      value: undefined,
    }));
  },
  async giveUp(system, { kind, key }, { error, fingerprint }) {
    if (kind === 'notify') await giveUp(system, { queue: 'notify', item: key, fingerprint }, error);
  },
  async probe(system) {
    await system.mailer.check?.();
  },
  act(system, message, delivery) {
    if (message.kind === 'report') return sendReport(system, message, delivery);
    return message.kind === 'notify'
      ? notifyRecipient(system, message.key, delivery)
      : sendFeedbackCanary(system, message.key, delivery);
  },
};
