import { DAY, type Duration, HOUR, type Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { changeWebhook, type WebhookRecord } from '../store/webhooks.ts';
import { webhookMessageFor } from '../work/messages.ts';

/** A message of which nothing is heard for so long is lost: its last receive is over long before. */
const LOST_AFTER: Duration = 2 * HOUR;
/** While the queue is off a message stays there, and is only sent again before the queue drops it. */
const LOST_WHILE_OFF: Duration = 3 * DAY;

/**
 * Whether a message is to hint at what a webhook is to hear: something may be sent now, nobody sends it, and no message
 * is in flight. A webhook that is paused, gone, removed or let be gets none. Pure.
 *
 * @param isOff whether the queue is off, by its breaker or an operator
 */
export function wantsHint(webhook: WebhookRecord, now: Instant, isOff: boolean): boolean {
  const { state, due, notBefore, restUntil, lease, queuedAt } = webhook;
  if (state !== 'active' || due === 0) return false;
  if (now < (notBefore ?? 0) || now < (restUntil ?? 0) || now < (lease?.until ?? 0)) return false;
  return queuedAt === null || queuedAt + (isOff ? LOST_WHILE_OFF : LOST_AFTER) <= now;
}

/**
 * Sends the message that hints at a webhook, once its row says that it is in flight, so that there is never a second
 * one. Answers whether it was wanted.
 */
export async function hint(
  system: Pick<System, 'table' | 'random' | 'clock' | 'queues'>,
  id: string,
  isOff: boolean,
): Promise<boolean> {
  const now = system.clock.now();
  const isWanted = await changeWebhook(system, id, (webhook) => {
    if (!webhook || !wantsHint(webhook, now, isOff)) return { value: false };
    return { webhook: { ...webhook, queuedAt: now }, value: true };
  });
  if (isWanted) await system.queues.send('webhook', [webhookMessageFor({ now, id }, id)]);
  return isWanted;
}
