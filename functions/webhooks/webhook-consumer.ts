import type { System } from '../platform/system.ts';
import { changeWebhook } from '../store/webhooks.ts';
import type { Consumer } from '../work/consumer.ts';
import { parseMessage, type WebhookMessage, webhookMessage } from '../work/read-messages.ts';
import { deliver } from './deliver.ts';

/**
 * Works the queue `webhook`: a message hints at a webhook that has something to hear. A webhook whose calls fail is no
 * failure of the work: it is let be, and its message is done with.
 */
export const webhookConsumer: Consumer<WebhookMessage> = {
  queue: 'webhook',
  parse: (body) => parseMessage(webhookMessage, body),
  nameOf: ({ key }) => key,
  notAfter: ({ notAfter }) => notAfter,
  queuedAgainFromState: true,
  restsOnTableAlone: true,
  handBack: (system, { key }) => notInFlight(system, key),
  giveUp: (system, { key }) => notInFlight(system, key),
  act: (system, { key }, delivery) => deliver(system, key, delivery),
};

/** No message hints at it any more: the next scan sends one. */
function notInFlight(system: System, id: string): Promise<void> {
  return changeWebhook(system, id, (webhook) => ({
    ...(webhook && { webhook: { ...webhook, queuedAt: null } }),
    value: undefined,
  }));
}
