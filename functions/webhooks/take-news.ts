import type { Writing } from '../store/commit.ts';
import { type DeliveryRecord, deliveryWrite } from '../store/webhook-deliveries.ts';
import { loadNews, type NewsRecord, newsTaken } from '../store/webhook-news.ts';
import { changeWebhook, DELIVERED_WITHIN, hears, type WebhookRecord } from '../store/webhooks.ts';

/**
 * So many writes of tasks are taken at once: each has five events at most, and with their rows and that of the webhook they
 * fit into one transaction.
 */
export const NEWS_AT_ONCE = 15;

/**
 * Puts what happened into the history of each webhook that hears of it, each event once, and forgets it where the last one
 * has it. Rows are taken away and not passed by, so that one which a slow transaction wrote is found by the next scan; each
 * webhook numbers its events, so that those of a task stay in the order of its writes.
 *
 * @param some at most `NEWS_AT_ONCE`, in their order
 * @returns how many rows of history were written
 */
export async function takeNews(writing: Writing, some: readonly NewsRecord[]): Promise<number> {
  const webhooks = new Set(some.flatMap((record) => record.webhooks));
  let taken = 0;
  for (const id of webhooks) taken += await takeFor(writing, id, some);
  return taken;
}

function takeFor(writing: Writing, id: string, some: readonly NewsRecord[]): Promise<number> {
  return changeWebhook(writing, id, async (stored) => {
    const fresh = (await loadNews(writing.table, some)).filter(({ webhooks }) => webhooks.includes(id));
    const taken = fresh.map((record) => newsTaken(record, id));
    const webhook = stored ?? null;
    if (fresh.length === 0) return { value: 0 };
    if (!webhook) return { value: 0, beside: taken };
    const deliveries =
      webhook.state === 'removed' ? [] : fresh.flatMap((record) => deliveriesOf(webhook, record));
    const numbered = deliveries.map((delivery, at) => ({ ...delivery, seq: webhook.next + at }));
    const writes = numbered.map((delivery) => ({
      ...deliveryWrite(delivery),
      if: [{ absent: true as const }],
    }));
    return {
      webhook: withDue(webhook, numbered.length),
      beside: [...writes, ...taken],
      value: numbered.length,
    };
  });
}

/** With so many more events to be sent; what is new is sent whatever the others wait for. */
export function withDue(webhook: WebhookRecord, added: number): WebhookRecord {
  const { next, due } = webhook;
  return { ...webhook, next: next + added, due: due + added, restUntil: null };
}

function deliveriesOf(webhook: WebhookRecord, { task, stream, at, events }: NewsRecord): DeliveryRecord[] {
  const about = { task: task === '' ? null : task, ...(stream !== undefined && { stream }), at };
  return events
    .filter(({ type }) => hears(webhook, type, task))
    .map(({ id, type, data }) => newDelivery(webhook, { ...about, id, type, data }));
}

/** An event that is due, without its number. */
export function newDelivery(
  webhook: Pick<WebhookRecord, 'id'>,
  event: Pick<DeliveryRecord, 'id' | 'type' | 'task' | 'stream' | 'at' | 'data'>,
): DeliveryRecord {
  return {
    webhook: webhook.id,
    seq: 0,
    ...event,
    state: 'due',
    until: event.at + DELIVERED_WITHIN,
    attempts: 0,
    nextAt: event.at,
    reason: null,
    status: null,
    answer: null,
    triedAt: null,
    ended: null,
  };
}
