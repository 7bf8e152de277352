import { DAY, type Duration, type Instant } from '../abandonment/time.ts';
import { commit, type Writing } from './commit.ts';
import { keys } from './keys.ts';
import { loadPauses, pausesWrite, type WebhookScope } from './pauses.ts';
import { allRows, recordIn, revised } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** What a webhook may hear of (docs/webhooks.md#events). */
export const NEWS_TYPES = [
  'task.abandoned',
  'task.overdue',
  'task.warned',
  'task.reminded',
  'task.stopping',
  'task.held',
  'task.kept',
  'task.snoozed',
  'task.disabled',
  'task.enabled',
  'task.resolved',
  'operator.alert.raised',
  'operator.alert.ended',
] as const;
export type NewsType = (typeof NEWS_TYPES)[number];

/** In which words a webhook is called. */
export const WEBHOOK_FORMATS = ['standard', 'slack', 'teams', 'google-chat'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

/** More webhooks than these make a transaction that tells of an event too large. */
export const MOST_WEBHOOKS = 20;

/** Where a secret is that calls are signed with: a version of the webhook's parameter in SSM. */
export interface WebhookSecrets {
  version: number;
  /** The version before it, which signs beside it until then. */
  before?: { version: number; until: Instant };
}

/** A subscription of a URL, and how its calls fare. */
export interface WebhookRecord {
  id: string;
  url: string;
  prefix: string;
  /** None: all. */
  types: NewsType[];
  format: WebhookFormat;
  /** `gone`: paused, for it answered 410. `removed`: only its history is left. */
  state: 'active' | 'paused' | 'gone' | 'removed';
  createdAt: Instant;
  by: string;
  secrets: WebhookSecrets;
  /** The number of its next event, and how many are still to be sent. */
  next: number;
  due: number;
  /** When a message that hints at it was put on the queue; null: none is in flight. */
  queuedAt: Instant | null;
  /** Who sends its events, and until when at the longest: at most one at a time. */
  lease: { by: string; until: Instant } | null;
  /** Failed calls in a row, since when, and how long it is let be. */
  failures: number;
  failingSince: Instant | null;
  notBefore: Instant | null;
  /** All that is due waits until then for its own sake; null: something may be sent. */
  restUntil: Instant | null;
  /** The newest call. */
  last: { at: Instant; reason: string; status: number | null } | null;
  /** Whether operators are notified that it fails. */
  isTold: boolean;
  rev: number;
}

/** So long an event is tried to be delivered. */
export const DELIVERED_WITHIN: Duration = 7 * DAY;

/** The record in its row. */
const webhookFromRow = (row: Row): WebhookRecord => recordIn(row);

export async function loadWebhook(table: Table, id: string): Promise<WebhookRecord | undefined> {
  const row = await table.get(keys.webhook(id));
  return row && webhookFromRow(row);
}

/** All of them, those that are removed and whose history is to end included. */
export async function loadWebhooks(table: Table): Promise<WebhookRecord[]> {
  const rows = await allRows(table, { pk: keys.webhook('').pk, consistent: true });
  return rows.map(webhookFromRow);
}

/** Stores it over the revision that was read. */
export const webhookWrite = (record: WebhookRecord): Write => revised(keys.webhook(record.id), record);

/** It is gone, with all its events. */
export const webhookEnd = ({ id, rev }: WebhookRecord): Write => ({
  delete: keys.webhook(id),
  if: [{ equals: ['rev', rev] }],
});

/** What a change of a webhook comes to. */
export interface WebhookChange<Value> {
  /** As it is to be; absent, or the record that was read: its row stays. */
  webhook?: WebhookRecord;
  beside?: readonly Write[];
  value: Value;
}

/**
 * The one way to change a webhook: reads it, lets `change` say what is to become of it, and stores that over the
 * revision that was read, with what stands beside it. Decided again where it changed meanwhile.
 *
 * @param change gets undefined where there is none
 * @throws TableBusy as `commit` does
 */
export function changeWebhook<Value>(
  writing: Writing,
  id: string,
  change: (webhook: WebhookRecord | undefined) => WebhookChange<Value> | Promise<WebhookChange<Value>>,
): Promise<Value> {
  return commit(writing, `webhook ${id}`, async () => {
    const before = await loadWebhook(writing.table, id);
    const { webhook, beside = [], value } = await change(before);
    const own = webhook && webhook !== before ? [webhookWrite(webhook)] : [];
    return { writes: [...own, ...beside], value };
  });
}

/**
 * The write that lists a webhook in the row that who decides reads, or takes it off; with what else changes beside it.
 */
export async function scopeWrite(table: Table, id: string, scope: WebhookScope | undefined): Promise<Write> {
  const { webhooks = [], ...pauses } = await loadPauses(table);
  const others = webhooks.filter((webhook) => webhook.id !== id);
  const all = scope ? [...others, scope] : others;
  return pausesWrite({ ...pauses, ...(all.length > 0 && { webhooks: all }) });
}

/** Whether an event of a type about a task, or about none, is for a webhook. */
export function hears({ prefix, types, removed }: WebhookScope, type: string, subject: string): boolean {
  if (removed || (types.length > 0 && !types.includes(type))) return false;
  return prefix === '' || prefix === subject || (prefix.endsWith('/') && subject.startsWith(prefix));
}
