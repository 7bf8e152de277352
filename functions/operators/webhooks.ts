import { scopeProblem } from '../abandonment/policy-scope.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import type { WebhookSecretStore } from '../platform/ports.ts';
import type { System } from '../platform/system.ts';
import { webhookSecretProblem } from '../platform/webhook-signature.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import { loadPauses } from '../store/pauses.ts';
import type { Table, Write } from '../store/table/table.port.ts';
import { type DeliveryRecord, deliveryWrite, loadDeliveries } from '../store/webhook-deliveries.ts';
import {
  changeWebhook,
  loadWebhook,
  loadWebhooks,
  MOST_WEBHOOKS,
  type NewsType,
  scopeWrite,
  type WebhookFormat,
  type WebhookRecord,
  type WebhookSecrets,
  webhookWrite,
} from '../store/webhooks.ts';
import { alertsClosed } from '../webhooks/end-deliveries.ts';
import { hint } from '../webhooks/hint.ts';
import { newDelivery, withDue } from '../webhooks/take-news.ts';
import { allowedHosts, urlProblem } from '../webhooks/url-problem.ts';

/** What an operator asks for. */
export interface NewWebhook {
  url: string;
  prefix: string;
  /** None: all. */
  types: readonly NewsType[];
  format: WebhookFormat;
  /** Absent: one is made. */
  secret?: string;
}

export type AddedWebhook =
  /** `secret`: the one that was made, to be shown once; absent where it was given. */
  { outcome: 'added'; webhook: WebhookRecord; secret?: string } | { outcome: 'refused'; problem: string };

/** What became of a webhook that was named; undefined: there is none. */
export type Known<Value> = Value | undefined;

/**
 * Subscribes a URL to what happens to the tasks of a prefix (the empty one: to all), or to one task. Its secret is kept
 * before its row is, so that no call is ever made without one.
 */
export async function addWebhook(
  system: System,
  secrets: WebhookSecretStore,
  asked: NewWebhook,
  by: string,
): Promise<AddedWebhook> {
  const problem = await problemOf(system, asked);
  if (problem !== undefined) return { outcome: 'refused', problem };
  const now = system.clock.now();
  const id = `wh-${system.random.id(now).slice(-10).toLowerCase()}`;
  const secret = asked.secret ?? secrets.make();
  const version = await secrets.write(id, secret);
  const webhook = newWebhook(id, asked, { version }, { now, by });
  try {
    await storeNew(system, webhook, by);
  } catch (error) {
    await secrets.remove(id);
    throw error;
  }
  return { outcome: 'added', webhook, ...(asked.secret === undefined && { secret }) };
}

async function problemOf(system: System, asked: NewWebhook): Promise<string | undefined> {
  const { url, prefix, secret } = asked;
  const ofUrl = urlProblem(url, allowedHosts(system.config.webhookHosts ?? []));
  if (ofUrl !== undefined) return `the URL is refused: ${ofUrl}`;
  const ofPrefix = prefix === '' ? undefined : scopeProblem(prefix);
  if (ofPrefix !== undefined) return `prefix ${JSON.stringify(prefix)} ${ofPrefix}`;
  const ofSecret = secret === undefined ? undefined : webhookSecretProblem(secret);
  if (ofSecret !== undefined) return ofSecret;
  const { webhooks = [] } = await loadPauses(system.table);
  if (webhooks.length < MOST_WEBHOOKS) return undefined;
  return `there are ${webhooks.length} webhooks already; allowed are ${MOST_WEBHOOKS}, those whose history is to end included`;
}

function newWebhook(
  id: string,
  { url, prefix, types, format }: NewWebhook,
  secrets: WebhookSecrets,
  { now, by }: { now: Instant; by: string },
): WebhookRecord {
  return {
    id,
    url,
    prefix,
    types: [...types],
    format,
    state: 'active',
    createdAt: now,
    by,
    secrets,
    next: 1,
    due: 0,
    queuedAt: null,
    lease: null,
    failures: 0,
    failingSince: null,
    notBefore: null,
    restUntil: null,
    last: null,
    isTold: false,
    rev: 0,
  };
}

function storeNew(system: System, webhook: WebhookRecord, by: string): Promise<void> {
  const { id, prefix, types } = webhook;
  return commit(system, `webhook ${id}`, async () => {
    const scope = await scopeWrite(system.table, id, { id, prefix, types });
    return { writes: [webhookWrite(webhook), scope, audited(system, 'add', webhook, by)], value: undefined };
  });
}

/** The path of a URL may be a secret: only the host is audited. */
export function audited(
  { clock }: System,
  act: string,
  { id, url, prefix, types }: WebhookRecord,
  by: string,
): Write {
  const evidence = { webhook: id, host: new URL(url).host, prefix, types };
  const at = clock.now();
  return auditWrite({
    subject: 'operators',
    at,
    act: `webhooks ${act}`,
    by,
    reason: '',
    evidence,
    mails: [],
  });
}

/** All webhooks but those that are removed. */
export async function listWebhooks(table: Table): Promise<WebhookRecord[]> {
  return (await loadWebhooks(table)).filter(({ state }) => state !== 'removed');
}

/** A webhook that is not removed. */
export async function knownWebhook(table: Table, id: string): Promise<Known<WebhookRecord>> {
  const webhook = await loadWebhook(table, id);
  return webhook?.state === 'removed' ? undefined : webhook;
}

/** Changes a webhook and says who did, in one transaction. */
function change<Value>(
  system: System,
  id: string,
  by: string,
  make: (webhook: WebhookRecord) => { act: string; webhook: WebhookRecord; beside?: Write[]; value: Value },
): Promise<Known<Value>> {
  return changeWebhook<Known<Value>>(system, id, (before) => {
    if (!before || before.state === 'removed') return { value: undefined };
    const { act, webhook, beside = [], value } = make(before);
    if (webhook === before) return { value };
    return { webhook, beside: [...beside, audited(system, act, webhook, by)], value };
  });
}

/** Lets a webhook rest: what it is to hear waits, each event for seven days. Answers whether it was active. */
export function pauseWebhook(system: System, id: string, by: string): Promise<Known<{ changed: boolean }>> {
  return change<{ changed: boolean }>(system, id, by, (webhook) => {
    if (webhook.state !== 'active') return { act: 'pause', webhook, value: { changed: false } };
    const paused = { ...webhook, state: 'paused' as const, isTold: false };
    return {
      act: 'pause',
      webhook: paused,
      beside: alertsClosed(id, system.clock.now()),
      value: { changed: true },
    };
  });
}

/** Calls a webhook again, one that is let be for its failures as well; what waits goes at once. */
export async function resumeWebhook(
  system: System,
  id: string,
  by: string,
): Promise<Known<{ changed: boolean; due: number }>> {
  const resumed = await change<{ changed: boolean; due: number }>(system, id, by, (webhook) => {
    const { state, notBefore, due } = webhook;
    if (state === 'active' && notBefore === null)
      return { act: 'resume', webhook, value: { changed: false, due } };
    const fresh = { failures: 0, failingSince: null, notBefore: null, restUntil: null, isTold: false };
    const active = { ...webhook, ...fresh, state: 'active' as const };
    return {
      act: 'resume',
      webhook: active,
      beside: alertsClosed(id, system.clock.now()),
      value: { changed: true, due },
    };
  });
  if (resumed?.changed) await hint(system, id, false);
  return resumed;
}

/**
 * Signs with a further secret from now on, and with the one before beside it for a while, so that receivers can change in
 * between. Answers the new secret where it was made here.
 *
 * @param secret the new one; absent: one is made
 * @param overlap how long both sign
 */
export async function rotateWebhook(
  system: System,
  secrets: WebhookSecretStore,
  id: string,
  { secret: own, overlap }: { secret?: string; overlap: Duration },
  by: string,
): Promise<Known<{ until: Instant; secret?: string } | { problem: string }>> {
  const problem = own === undefined ? undefined : webhookSecretProblem(own);
  if (problem !== undefined) return { problem };
  if (!(await knownWebhook(system.table, id))) return undefined;
  const secret = own ?? secrets.make();
  const version = await secrets.write(id, secret);
  const until = system.clock.now() + overlap;
  return change(system, id, by, (webhook) => {
    const next = { version, before: { version: webhook.secrets.version, until } };
    const value = { until, ...(own === undefined && { secret }) };
    return { act: 'rotate', webhook: { ...webhook, secrets: next }, value };
  });
}

/** Ends a webhook: it hears of nothing more, what is due for it ends as `removed`, and its secrets are forgotten. */
export async function removeWebhook(
  system: System,
  secrets: WebhookSecretStore,
  id: string,
  by: string,
): Promise<Known<{ due: number }>> {
  const removed = await commit<Known<{ due: number }>>(system, `webhook ${id}`, async () => {
    const webhook = await knownWebhook(system.table, id);
    if (!webhook) return { value: undefined };
    const scope = await scopeWrite(system.table, id, { id, prefix: '', types: [], removed: true });
    const ended = webhookWrite({ ...webhook, state: 'removed' });
    const writes = [
      ended,
      scope,
      ...alertsClosed(id, system.clock.now()),
      audited(system, 'remove', webhook, by),
    ];
    return { writes, value: { due: webhook.due } };
  });
  if (removed) await secrets.remove(id);
  return removed;
}

/** Sends a webhook an event that is about nothing. Answers its id, by which the history tells what came of it. */
export async function testWebhook(
  system: System,
  id: string,
  by: string,
): Promise<Known<{ event: string; state: WebhookRecord['state'] }>> {
  const at = system.clock.now();
  const event = `evt_${system.random.id(at)}`;
  const data = { message: 'Taskwarden can reach this webhook.' };
  const tested = await change(system, id, by, (webhook) => {
    const delivery = newDelivery(webhook, { id: event, type: 'webhook.test', task: null, at, data });
    const beside = [deliveryWrite({ ...delivery, seq: webhook.next })];
    return { act: 'test', webhook: withDue(webhook, 1), beside, value: { event, state: webhook.state } };
  });
  if (tested) await hint(system, id, false);
  return tested;
}

/** Which of the events of a webhook are meant. */
export interface Meant {
  /** One event, by its id. */
  event?: string | undefined;
  /** Those in a state. */
  state?: DeliveryRecord['state'] | undefined;
}

/** The history of a webhook: what is due in its order, then what ended, the newest first. */
export async function webhookHistory(
  table: Table,
  id: string,
  { event, state, limit }: Meant & { limit: number },
): Promise<DeliveryRecord[]> {
  const found: DeliveryRecord[] = [];
  const isMeant = (delivery: DeliveryRecord) =>
    (event === undefined || delivery.id === event) && (state === undefined || delivery.state === state);
  for (const part of ['D', 'E'] as const)
    for await (const delivery of eachDelivery(table, id, part)) {
      if (isMeant(delivery)) found.push(delivery);
      if (found.length >= limit) return found;
    }
  return found;
}

/** What is due for a webhook, in order; or what ended, the newest first. */
export async function* eachDelivery(
  table: Table,
  id: string,
  part: 'D' | 'E',
): AsyncGenerator<DeliveryRecord> {
  let cursor: string | undefined;
  do {
    const page = await loadDeliveries(table, id, part, { limit: 100, cursor });
    yield* page.records;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
