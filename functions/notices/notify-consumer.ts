import { loadRecipient, recipientWrite } from '../store/records.ts';
import { type NotifyMessage, notifyMessage, parseMessage } from '../work/messages.ts';
import type { Consumer } from '../work/pipeline.ts';
import { notifyRecipient } from './notify.ts';

/** Works the notify queue: a message hints at a recipient who may have something to be told. */
export const notifyConsumer: Consumer<NotifyMessage> = {
  queue: 'notify',
  parse: (body) => parseMessage(notifyMessage, body),
  nameOf: ({ key }) => key,
  notAfter: ({ notAfter }) => notAfter,
  queuedAgainFromState: true,
  async handBack(system, { key }, retryAt) {
    const recipient = await loadRecipient(system.table, key);
    if (!recipient) return;
    const write = recipientWrite({ ...recipient, queuedFor: null, retryAt });
    await system.table.transact([write], system.random.id(system.clock.now()));
  },
  async probe(system) {
    await system.mailer.check?.();
  },
  act: (system, { key }, delivery) => notifyRecipient(system, key, delivery),
};
