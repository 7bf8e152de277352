import type { Instant } from '../abandonment/time.ts';
import { commit, type Writing } from '../store/commit.ts';
import { keys } from '../store/keys.ts';
import { alertClosed } from '../store/operator-alerts.ts';
import type { Write } from '../store/table/table.port.ts';
import {
  type DeliveryRecord,
  deliveryEndWrites,
  type EndReason,
  loadDeliveries,
} from '../store/webhook-deliveries.ts';
import { changeWebhook, loadWebhook, scopeWrite, type WebhookRecord, webhookEnd } from '../store/webhooks.ts';

/** Two writes each, and that of the webhook: half of what a transaction takes. */
const AT_ONCE = 24;

/** An event that is not tried any more. */
export function dead(record: DeliveryRecord, reason: EndReason, at: Instant): DeliveryRecord {
  return { ...record, state: 'dead', ended: { at, reason } };
}

/**
 * Ends events that are not to be tried any more, each with its reason.
 *
 * @param by who sends the webhook's events; where given, nothing is done once that is another
 * @returns whether it was done
 */
export async function endDeliveries(
  writing: Writing,
  id: string,
  some: readonly DeliveryRecord[],
  by?: string,
): Promise<boolean> {
  for (let from = 0; from < some.length; from += AT_ONCE) {
    const part = some.slice(from, from + AT_ONCE);
    const isDone = await changeWebhook(writing, id, (webhook) => {
      if (!webhook || (by !== undefined && webhook.lease?.by !== by)) return { value: false };
      const beside = part.flatMap(deliveryEndWrites);
      return { webhook: { ...webhook, due: Math.max(0, webhook.due - part.length) }, beside, value: true };
    });
    if (!isDone) return false;
  }
  return true;
}

/**
 * Ends what is over for a webhook that nobody calls: all that is due of one that is removed, and then its row; of one that
 * is paused what is older than seven days. A page at a time.
 */
export async function retire(writing: Writing, webhook: WebhookRecord): Promise<void> {
  const now = writing.clock.now();
  const isRemoved = webhook.state === 'removed';
  const page = await loadDeliveries(writing.table, webhook.id, 'D', { limit: MOST_AT_A_SCAN });
  const over = page.records.filter(({ until }) => isRemoved || until <= now);
  const reasonOf = ({ until }: DeliveryRecord) => (until <= now ? 'expired' : 'removed');
  const ended = over.map((delivery) => dead(delivery, reasonOf(delivery), now));
  await endDeliveries(writing, webhook.id, ended);
  if (isRemoved && page.records.length === 0) await forget(writing, webhook.id);
}

/** So many at one scan; the next ones with the next scan. */
const MOST_AT_A_SCAN = 480;

/** Forgets a webhook that was removed; what its history says ends by itself. */
function forget(writing: Writing, id: string): Promise<void> {
  return commit(writing, `webhook ${id}`, async () => {
    const webhook = await loadWebhook(writing.table, id);
    if (webhook?.state !== 'removed') return { value: undefined };
    const writes = [webhookEnd(webhook), await scopeWrite(writing.table, id, undefined)];
    return { writes, value: undefined };
  });
}

/** An operator ends the alerts of a webhook. */
export function alertsClosed(id: string, at: Instant): Write[] {
  return [...alertClosed('webhook-failing', id, at), { delete: keys.operatorAlert('webhook-gone', id) }];
}
