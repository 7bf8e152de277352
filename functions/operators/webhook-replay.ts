import type { Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import type { Table, Write } from '../store/table/table.port.ts';
import { type DeliveryRecord, deliveryAgainWrites, loadDelivery } from '../store/webhook-deliveries.ts';
import { changeWebhook, DELIVERED_WITHIN, type WebhookRecord } from '../store/webhooks.ts';
import { hint } from '../webhooks/hint.ts';
import { audited, eachDelivery, type Known, knownWebhook } from './webhooks.ts';

/** An event of a webhook that ended, as it ended then: once it was sent again it ends another time. */
export interface EndedEvent {
  webhook: string;
  event: string;
  seq: number;
  endedAt: Instant;
}

/** Which events that ended are meant: all, or those in a state, or that happened since. */
export interface EndedMeant {
  state?: 'sent' | 'dead' | undefined;
  since?: Instant | undefined;
}

/** The events of a webhook that ended, in the order in which they happened. */
export async function endedEvents(
  table: Table,
  id: string,
  { state, since = 0 }: EndedMeant,
): Promise<EndedEvent[]> {
  const events: EndedEvent[] = [];
  for await (const delivery of eachDelivery(table, id, 'E')) {
    if (delivery.at >= since && (state === undefined || delivery.state === state))
      events.push(endedEvent(delivery));
  }
  return events.reverse();
}

function endedEvent({ webhook, id: event, seq, ended, at }: DeliveryRecord): EndedEvent {
  return { webhook, event, seq, endedAt: ended?.at ?? at };
}

/**
 * Sends again one event that ended, at once. It keeps its id, so that a receiver that knows it already can tell. Answers
 * how many: none where no such event has ended.
 */
export async function replayWebhook(
  system: System,
  id: string,
  event: string,
  by: string,
): Promise<Known<{ replayed: number }>> {
  if (!(await knownWebhook(system.table, id))) return undefined;
  const found = await endedOf(system.table, id, event);
  if (!found) return { replayed: 0 };
  const replayed = await replayEnded(system, found, (webhook) => [audited(system, 'replay', webhook, by)]);
  if (replayed === 'removed') return undefined;
  await hint(system, id, false);
  return { replayed: replayed === 'replayed' ? 1 : 0 };
}

async function endedOf(table: Table, id: string, event: string): Promise<EndedEvent | undefined> {
  for await (const delivery of eachDelivery(table, id, 'E'))
    if (delivery.id === event) return endedEvent(delivery);
  return undefined;
}

/** `forgotten`: its history ended. */
export type Replayed = 'replayed' | 'removed' | 'forgotten';

/**
 * Makes one of many events due again, as it stands now; the next scan lets it be sent. One that was made due since it ended
 * as given is left as it is, though it ended once more: asked for twice, it goes once.
 *
 * @param beside what is written where it is made due
 */
export function replayEnded(
  system: System,
  ended: EndedEvent,
  beside: (webhook: WebhookRecord) => Write[] = () => [],
): Promise<Replayed> {
  return changeWebhook<Replayed>(system, ended.webhook, async (webhook) => {
    if (!webhook || webhook.state === 'removed') return { value: 'removed' };
    const record = await loadDelivery(system.table, ended, 'E');
    if (!record) {
      const isDue = (await loadDelivery(system.table, ended, 'D')) !== undefined;
      return { value: isDue ? 'replayed' : 'forgotten' };
    }
    if (record.ended?.at !== ended.endedAt) return { value: 'replayed' };
    const again = dueAgain(record, system.clock.now());
    return {
      webhook: { ...webhook, due: webhook.due + 1, restUntil: null },
      beside: [...deliveryAgainWrites(again), ...beside(webhook)],
      value: 'replayed',
    };
  });
}

function dueAgain(record: DeliveryRecord, now: Instant): DeliveryRecord {
  const fresh = { attempts: 0, nextAt: now, until: now + DELIVERED_WITHIN, ended: null };
  return { ...record, ...fresh, state: 'due' };
}
