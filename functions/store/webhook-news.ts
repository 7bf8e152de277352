import { DAY, type Duration, type Instant, SECOND } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import type { WebhookScope } from './pauses.ts';
import { eachRow, ROW_VERSION, recordIn } from './rows.ts';
import type { Condition, Row, Table, Write } from './table/table.port.ts';
import { hears, type NewsType } from './webhooks.ts';

/** One thing that happened. */
export interface News {
  type: NewsType;
  data: Record<string, unknown>;
}

/** What happened with one write of a task or of an operator alert, until each webhook that hears of it has it in its history. */
export interface NewsRecord {
  /** The empty one: it is about no task. */
  task: string;
  /** What keeps its order, where that is not the task. */
  stream?: string;
  /** Its place in that order: the revision of the task's row that it came with, or an instant. */
  rev: number;
  at: Instant;
  /** The name that each event has everywhere, whoever is told and however often. */
  events: (News & { id: string })[];
  /** The webhooks that have it not yet. */
  webhooks: string[];
}

/** What no scan took, for there is no webhook any more. */
const FORGOTTEN_AFTER: Duration = 30 * DAY;

/** The record in its row. */
const newsFromRow = (row: Row): NewsRecord => recordIn(row);

/**
 * The row of what happened, to be written in the transaction in which it happened; none where no webhook hears of it.
 *
 * @param scopes of the webhooks, where there are any
 * @param task that it is about; its `id` is empty where it is about none
 * @param id names this write for ever
 */
export function newsWrites(
  scopes: readonly WebhookScope[] | undefined,
  task: { id: string; rev: number; stream?: string },
  news: readonly News[],
  { at, id }: { at: Instant; id(): string },
): Write[] {
  const isFor = (scope: WebhookScope) => news.some(({ type }) => hears(scope, type, task.id));
  const webhooks = (scopes ?? []).filter(isFor).map((scope) => scope.id);
  if (webhooks.length === 0) return [];
  const events = news.map((event) => ({ ...event, id: `evt_${id()}` }));
  const { id: name, ...place } = task;
  return [newsPut({ task: name, ...place, at, events, webhooks })];
}

function newsPut(record: NewsRecord, ...conditions: Condition[]): Write {
  const key = keyOf(record);
  const ttl = Math.ceil((record.at + FORGOTTEN_AFTER) / SECOND);
  const put = { ...key, v: ROW_VERSION, ...record, ttl, left: record.webhooks.length };
  return { put, ...(conditions.length > 0 && { if: conditions }) };
}

/** One webhook has it: the row without that one, or no row where it was the last. */
export function newsTaken(record: NewsRecord, webhook: string): Write {
  const webhooks = record.webhooks.filter((id) => id !== webhook);
  const same: Condition = { equals: ['left', record.webhooks.length] };
  if (webhooks.length > 0) return newsPut({ ...record, webhooks }, same);
  return { delete: keyOf(record), if: [same] };
}

/** A revision has fewer digits than an instant: no stream's is that of a task. */
const keyOf = ({ task, stream = task, rev }: NewsRecord) => keys.webhookNews(stream, rev);

/** All that is not in the histories yet, by task and in the order of its writes; `after`: from there on. */
export async function* eachNews(table: Table, after: string | null): AsyncGenerator<NewsRecord> {
  const sk = after === null ? {} : { sk: { from: after } };
  const query = { pk: keys.webhookNews('', 0).pk, ...sk, consistent: true };
  for await (const row of eachRow(table, query)) yield newsFromRow(row);
}

/** Where it stands among all. */
export const placeOf = (record: NewsRecord): string => keyOf(record).sk;

/** Some of it as it stands now. */
export async function loadNews(table: Table, some: readonly NewsRecord[]): Promise<NewsRecord[]> {
  const rows = await table.batchGet(some.map(keyOf));
  const byKey = new Map(rows.map((row) => [row.sk, newsFromRow(row)]));
  return some.flatMap((record) => byKey.get(placeOf(record)) ?? []);
}
