import type { Table } from '../../store/table/table.port.ts';
import { loadWebhooks, type WebhookRecord } from '../../store/webhooks.ts';
import { instantText } from './time-text.ts';

/** How the calls of a webhook fare; instants are RFC 3339. */
export interface WebhookStanding {
  id: string;
  /** `paused`: by an operator; `gone`: it answered 410. */
  state: Exclude<WebhookRecord['state'], 'removed'>;
  /** Events that wait to be sent. */
  waiting: number;
  /** Failed calls in a row, since when, and why the newest failed. */
  failures: number;
  failingSince: string | null;
  why: string | null;
  /** It is not called before; null: at the next scan. */
  letBeUntil: string | null;
  /** Each event that waits was refused for its own sake, and none is tried before; null: they just wait their turn. */
  refusedUntil: string | null;
}

/** All webhooks but those that are removed, by id. One query, and nothing of their events. */
export async function webhookStandings(table: Table): Promise<WebhookStanding[]> {
  return (await loadWebhooks(table)).flatMap((webhook) => {
    const { id, state, due, failures, failingSince, last, notBefore, restUntil } = webhook;
    if (state === 'removed') return [];
    const isRefused = failures === 0 && due > 0;
    return [
      {
        id,
        state,
        waiting: due,
        failures,
        failingSince: instantText(failingSince),
        why: failures > 0 ? (last?.reason ?? null) : null,
        letBeUntil: instantText(notBefore),
        refusedUntil: isRefused ? instantText(restUntil) : null,
      },
    ];
  });
}
