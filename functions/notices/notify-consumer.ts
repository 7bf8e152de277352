import { loadRecipient, recipientWrite } from '../store/records.ts';
import { TableBusy } from '../store/table-busy.ts';
import { giveUp } from '../work/given-up.ts';
import { type NotifierMessage, notifierMessage, parseMessage } from '../work/messages.ts';
import type { Consumer } from '../work/pipeline.ts';
import { sendFeedbackCanary } from './feedback-canary.ts';
import { notifyRecipient } from './notify.ts';

const ATTEMPTS = 5;

/**
 * Works the notify queue: a message hints at a recipient who may have something to be told, or asks for the canary
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
    if (kind === 'feedback-canary') return;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const recipient = await loadRecipient(system.table, key);
      if (!recipient) return;
      const write = recipientWrite({ ...recipient, queuedFor: null, retryAt });
      const result = await system.table.transact([write], system.random.id(system.clock.now()));
      if (result.outcome === 'applied') return;
    }
    throw new TableBusy(`the recipient ${key} could not be left to the scanner: it changes too fast`);
  },
  async giveUp(system, { kind, key }, { error, fingerprint }) {
    if (kind !== 'feedback-canary') await giveUp(system, { queue: 'notify', item: key, fingerprint }, error);
  },
  async probe(system) {
    await system.mailer.check?.();
  },
  act: (system, { kind, key }, delivery) =>
    kind === 'notify' ? notifyRecipient(system, key, delivery) : sendFeedbackCanary(system, key, delivery),
};
