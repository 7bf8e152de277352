import type { Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { ROW_VERSION, recordIn } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** Why a call failed. */
export const CALL_REASONS = [
  'timed-out',
  'not-connected',
  'tls-failed',
  'name-not-found',
  'address-refused',
  'not-https',
  'redirected',
  'gone',
  'throttled',
  'server-error',
  'client-error',
  'event-refused',
  'no-secret',
] as const;
export type CallReason = (typeof CALL_REASONS)[number];

/** Why an event is not tried any more. */
export const END_REASONS = ['expired', 'removed', 'too-large'] as const;
export type EndReason = (typeof END_REASONS)[number];

/** One event for one webhook. */
export interface DeliveryRecord {
  webhook: string;
  /** Its place among the events of the webhook. */
  seq: number;
  /** `webhook-id`: the same at each attempt, and for each webhook. */
  id: string;
  type: string;
  /** The task that it is about; null: none. */
  task: string | null;
  /** Whose order it keeps, where that is not the task. */
  stream?: string;
  at: Instant;
  data: Record<string, unknown>;
  /** `failed`: tried, and to be tried again. */
  state: 'due' | 'failed' | 'sent' | 'dead';
  /** It is not tried from then on. */
  until: Instant;
  attempts: number;
  /** Not tried before. */
  nextAt: Instant;
  /** Why the newest attempt failed; what was answered, its first kilobyte. */
  reason: CallReason | null;
  status: number | null;
  answer: string | null;
  triedAt: Instant | null;
  /** Once it is sent or given up. */
  ended: { at: Instant; reason: EndReason | null } | null;
}

/** Events with the same keep their order; null: it has none. */
export const orderOf = ({ task, stream }: DeliveryRecord): string | null => stream ?? task;

/** The record in its row. */
const deliveryFromRow = (row: Row): DeliveryRecord => recordIn(row);

/** Its row; what ended goes by itself once its retention is over. */
export function deliveryWrite(record: DeliveryRecord): { put: Row } {
  const { webhook, seq, ended } = record;
  const key = keys.webhookDelivery(webhook, ended ? 'E' : 'D', seq);
  return { put: { ...key, v: ROW_VERSION, ...record, ...(ended && endingOf('webhookHistory', ended.at)) } };
}

/** It moves from what is due to what ended. */
export function deliveryEndWrites(record: DeliveryRecord): Write[] {
  const { webhook, seq } = record;
  return [{ delete: keys.webhookDelivery(webhook, 'D', seq), if: [{ exists: true }] }, deliveryWrite(record)];
}

/** It moves from what ended to what is due. */
export function deliveryAgainWrites(record: DeliveryRecord): Write[] {
  const { webhook, seq } = record;
  return [{ delete: keys.webhookDelivery(webhook, 'E', seq), if: [{ exists: true }] }, deliveryWrite(record)];
}

/** One event by its place; undefined where it is not in that part. */
export async function loadDelivery(
  table: Table,
  { webhook, seq }: Pick<DeliveryRecord, 'webhook' | 'seq'>,
  part: 'D' | 'E',
): Promise<DeliveryRecord | undefined> {
  const row = await table.get(keys.webhookDelivery(webhook, part, seq));
  return row && deliveryFromRow(row);
}

/** A page of what is due for a webhook, or of what ended; in order, or the newest first. */
export async function loadDeliveries(
  table: Table,
  webhook: string,
  part: 'D' | 'E',
  {
    limit,
    cursor,
    newestFirst = false,
  }: { limit: number; cursor?: string | undefined; newestFirst?: boolean },
): Promise<{ records: DeliveryRecord[]; cursor?: string }> {
  const { pk } = keys.webhookDelivery(webhook, part, 0);
  const page = await table.query({
    pk,
    sk: { prefix: `${part}#` },
    consistent: true,
    descending: newestFirst,
    limit,
    ...(cursor !== undefined && { cursor }),
  });
  const records = page.rows.map(deliveryFromRow);
  return { records, ...(page.cursor !== undefined && { cursor: page.cursor }) };
}
