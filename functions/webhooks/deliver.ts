import { type Duration, HOUR, type Instant, MINUTE, SECOND } from '../abandonment/time.ts';
import { webhookSecretParameter } from '../platform/names.ts';
import type { WebhookAnswer } from '../platform/ports.ts';
import { recordable } from '../platform/recorded-text.ts';
import { argument } from '../platform/shell-word.ts';
import type { System } from '../platform/system.ts';
import { webhookHeaders } from '../platform/webhook-signature.ts';
import { keys } from '../store/keys.ts';
import { operatorAlert } from '../store/operator-alerts.ts';
import type { Write } from '../store/table/table.port.ts';
import {
  type DeliveryRecord,
  deliveryEndWrites,
  deliveryWrite,
  loadDeliveries,
  orderOf,
} from '../store/webhook-deliveries.ts';
import { changeWebhook, type WebhookRecord } from '../store/webhooks.ts';
import type { Delivery, Outcome } from '../work/consumer.ts';
import { dead, endDeliveries } from './end-deliveries.ts';
import { bodyOf } from './formats.ts';
import { afterFailure, afterSuccess, backOff, type Verdict, verdictOf } from './verdict.ts';

/** No call begins when so little time is left: it may take ten seconds, and is recorded after that. */
const MARGIN: Duration = 20 * SECOND;
/** How much longer than its process a lease lasts, for clocks differ. */
const LEASE_MARGIN: Duration = MINUTE;
/** Where nobody says when the process ends. */
const USUAL_TIME: Duration = 30 * SECOND;
/** A longer message is not sent. */
const LONGEST_BODY = 65_536;
/** Operators are notified of a webhook whose calls fail for so long. */
const TOLD_AFTER: Duration = HOUR;
const PAGE = 50;

/** Who sends the events of one webhook, alone, for a while. */
interface Shift {
  system: System;
  id: string;
  by: string;
  endsBy: Instant;
}

/** Why a shift is over. `more`: time ran out. `taken`: another sends, or an operator stopped it. */
type End = { why: 'all'; restUntil: Instant | null; next: number } | { why: 'failing' | 'more' | 'taken' };

/**
 * Sends what a webhook is to hear, one call after another, in the order of its events; those of a task wait for the one
 * before (docs/webhooks.md#order). One shift at a time has the webhook; a message that finds another at it does
 * nothing.
 */
export async function deliver(system: System, id: string, delivery: Delivery): Promise<Outcome> {
  const now = system.clock.now();
  const shift = { system, id, by: system.random.id(now), endsBy: delivery.endsBy ?? now + USUAL_TIME };
  const begun = await begin(shift);
  if ('skipped' in begun) return { outcome: 'skipped', reason: begun.skipped };
  const end = await sendAll(shift, begun.webhook);
  await release(shift, end);
  switch (end.why) {
    case 'more':
      return { outcome: 'retry', reason: 'more to send', delaySeconds: 1, failed: false };
    case 'all':
      return { outcome: 'done', reason: 'sent' };
    default:
      return { outcome: 'skipped', reason: end.why };
  }
}

function begin({ system, id, by, endsBy }: Shift): Promise<{ webhook: WebhookRecord } | { skipped: string }> {
  const now = system.clock.now();
  return changeWebhook<{ webhook: WebhookRecord } | { skipped: string }>(system, id, (webhook) => {
    if (!webhook) return { value: { skipped: 'no-such-webhook' } };
    if (webhook.lease && now < webhook.lease.until) return { value: { skipped: 'in-use' } };
    const isLetBe = now < (webhook.notBefore ?? 0);
    if (webhook.state !== 'active' || isLetBe) {
      const skipped = webhook.state === 'active' ? 'failing' : webhook.state;
      return { webhook: { ...webhook, queuedAt: null, lease: null }, value: { skipped } };
    }
    const leased = { ...webhook, lease: { by, until: endsBy + LEASE_MARGIN } };
    return { webhook: leased, value: { webhook: leased } };
  });
}

/** One more message stays in flight where there is more to send, and none else. */
function release({ system, id, by }: Shift, end: End): Promise<void> {
  const now = system.clock.now();
  return changeWebhook(system, id, (webhook) => {
    if (webhook?.lease?.by !== by) return { value: undefined };
    const isNewer = end.why !== 'all' || webhook.next !== end.next;
    const released = {
      ...webhook,
      lease: null,
      queuedAt: end.why === 'more' ? now : null,
      restUntil: isNewer ? null : end.restUntil,
    };
    return { webhook: released, value: undefined };
  });
}

/** How far a shift came. */
interface Walk {
  webhook: WebhookRecord;
  /**
   * Tasks, and operator alerts, with an event that waits: their later events wait for it. Of others none waits for
   * another.
   */
  waiting: Set<string>;
  /** When the first of these may be sent. */
  restUntil: Instant | null;
}

async function sendAll(shift: Shift, webhook: WebhookRecord): Promise<End> {
  const walk: Walk = { webhook, waiting: new Set(), restUntil: null };
  let cursor: string | undefined;
  do {
    const page = await loadDeliveries(shift.system.table, shift.id, 'D', { limit: PAGE, cursor });
    const stopped = await sendPage(shift, walk, page.records);
    if (stopped) return { why: stopped };
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { why: 'all', restUntil: walk.restUntil, next: webhook.next };
}

type Stop = Exclude<End['why'], 'all'>;

/** Ends what is over, and sends the others; why the shift is over, where it is. */
async function sendPage(
  shift: Shift,
  walk: Walk,
  records: readonly DeliveryRecord[],
): Promise<Stop | undefined> {
  const now = shift.system.clock.now();
  const ended = records.filter(({ until }) => until <= now).map((record) => dead(record, 'expired', now));
  if (!(await endDeliveries(shift.system, shift.id, ended, shift.by))) return 'taken';
  for (const record of records.filter(({ until }) => until > now)) {
    const order = orderOf(record);
    if (order !== null && walk.waiting.has(order)) continue;
    if (isShort(shift)) return 'more';
    const stopped = await sendNext(shift, walk, record);
    if (stopped) return stopped;
  }
  return isShort(shift) ? 'more' : undefined;
}

async function sendNext(shift: Shift, walk: Walk, record: DeliveryRecord): Promise<Stop | undefined> {
  if (record.nextAt > shift.system.clock.now()) {
    waits(walk, orderOf(record), record.nextAt);
    return undefined;
  }
  const sent = await sendOne(shift, walk.webhook, record);
  if (sent.outcome !== 'goes-on') return sent.outcome;
  walk.webhook = sent.webhook;
  if (sent.waitsUntil !== undefined) waits(walk, orderOf(record), sent.waitsUntil);
  return undefined;
}

function waits(walk: Walk, order: string | null, until: Instant): void {
  if (order !== null) walk.waiting.add(order);
  walk.restUntil = Math.min(walk.restUntil ?? until, until);
}

function isShort({ system, endsBy }: Shift): boolean {
  return system.clock.now() + MARGIN > endsBy;
}

type Sent =
  /** `waitsUntil`: this event was not taken, and waits. */
  { outcome: 'goes-on'; webhook: WebhookRecord; waitsUntil?: Instant } | { outcome: 'failing' | 'taken' };

async function sendOne(shift: Shift, webhook: WebhookRecord, record: DeliveryRecord): Promise<Sent> {
  const { system } = shift;
  const body = bodyOf(webhook.format, record);
  const isTooLarge = Buffer.byteLength(body) > LONGEST_BODY;
  const answer = isTooLarge ? undefined : await callOf(system, webhook, record, body);
  const now = system.clock.now();
  const verdict: Verdict = answer ? verdictIn(answer, now) : { outcome: 'sent' };
  const chance = system.random.next();
  return changeWebhook<Sent>(system, shift.id, (before) => {
    if (before?.lease?.by !== shift.by) return { value: { outcome: 'taken' } };
    if (!answer) return ended(before, dead(record, 'too-large', now));
    const tried = withAttempt(record, answer, now);
    const status = answer.outcome === 'answered' ? answer.status : 0;
    if (verdict.outcome === 'sent') {
      const sent: DeliveryRecord = {
        ...tried,
        state: 'sent',
        reason: null,
        ended: { at: now, reason: null },
      };
      return ended(afterSuccess(before, status, now), sent, before.isTold ? [alertOver(before)] : []);
    }
    return failed(before, tried, verdict, { now, chance });
  });
}

function ended(webhook: WebhookRecord, record: DeliveryRecord, beside: readonly Write[] = []) {
  const after = { ...webhook, due: Math.max(0, webhook.due - 1) };
  const value: Sent =
    webhook.state === 'active' ? { outcome: 'goes-on', webhook: after } : { outcome: 'taken' };
  return { webhook: after, beside: [...deliveryEndWrites(record), ...beside], value };
}

function failed(
  before: WebhookRecord,
  tried: DeliveryRecord,
  verdict: Extract<Verdict, { outcome: 'failed' }>,
  at: { now: Instant; chance: number },
) {
  const { now, chance } = at;
  const isOfEvent = verdict.about === 'event';
  const nextAt = isOfEvent ? now + backOff(tried.attempts, chance) : now;
  const record: DeliveryRecord = { ...tried, state: 'failed', reason: verdict.reason, nextAt };
  const after = afterFailure(before, verdict, tried.status, at);
  const alerts = alertFor(after, now);
  const webhook = { ...after, isTold: after.isTold || alerts.length > 0 };
  const isOver = after.notBefore !== null || after.state !== 'active';
  const value: Sent = isOver ? { outcome: 'failing' } : { outcome: 'goes-on', webhook, waitsUntil: nextAt };
  return {
    webhook,
    beside: [{ ...deliveryWrite(record), if: [{ exists: true as const }] }, ...alerts],
    value,
  };
}

/** Operators are notified of one that is gone, and of one whose calls fail for an hour. */
function alertFor({ id, state, isTold, last, failingSince }: WebhookRecord, now: Instant): Write[] {
  const show = `\`taskwarden webhooks show ${argument(id)}\``;
  if (state === 'gone') {
    const detail = `it answered 410 Gone and is paused; ${show}, then \`resume\` or \`remove\` it`;
    return [operatorAlert('webhook-gone', id, detail, now)];
  }
  if (isTold || failingSince === null || now - failingSince < TOLD_AFTER) return [];
  const detail = `its calls fail (${last?.reason}); what it is to hear waits, each event for seven days; ${show}`;
  return [operatorAlert('webhook-failing', id, detail, now)];
}

const alertOver = ({ id }: WebhookRecord): Write => ({ delete: keys.operatorAlert('webhook-failing', id) });

type Called = WebhookAnswer | { outcome: 'no-secret' };

function verdictIn(answer: Called, now: Instant): Verdict {
  if (answer.outcome === 'no-secret') return { outcome: 'failed', reason: 'no-secret', about: 'webhook' };
  return verdictOf(answer, now);
}

/** What a call told is kept for those who look for its cause: no more than the first kilobyte. */
function withAttempt(record: DeliveryRecord, answer: Called, now: Instant): DeliveryRecord {
  const isAnswered = answer.outcome === 'answered';
  const detail = answer.outcome === 'failed' ? answer.detail : null;
  return {
    ...record,
    attempts: record.attempts + 1,
    triedAt: now,
    status: isAnswered ? answer.status : null,
    answer: isAnswered ? firstOf(answer.body) : detail,
  };
}

const ANSWER_BYTES = 1_024;

/** The first kilobyte of an answer, whole characters. */
function firstOf(body: string): string {
  return new TextDecoder().decode(Buffer.from(body).subarray(0, ANSWER_BYTES), { stream: true });
}

async function callOf(
  system: System,
  webhook: WebhookRecord,
  record: DeliveryRecord,
  body: string,
): Promise<Called> {
  const { webhooks: ports, clock, telemetry } = system;
  if (!ports) throw new Error('only the sender of webhooks calls them');
  const signed = await signedBy(system, webhook, { id: record.id, at: clock.now(), body }).catch(
    (error: unknown) => {
      const properties = { webhook: webhook.id, error: recordable(String(error)) };
      telemetry.log('warn', 'the secret of a webhook cannot be read', properties);
      return undefined;
    },
  );
  if (!signed) return { outcome: 'no-secret' };
  return ports.call({ url: webhook.url, headers: { ...HEADERS, ...signed }, body });
}

const HEADERS = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Taskwarden-Webhooks/1' };

/** Signed with the secret, and beside it with the one before while that still counts. */
async function signedBy(
  { config, clock, webhooks: ports }: System,
  { id, secrets: { version, before } }: WebhookRecord,
  message: { id: string; at: Instant; body: string },
): Promise<Record<string, string>> {
  const versions = before && clock.now() < before.until ? [version, before.version] : [version];
  const parameter = webhookSecretParameter(config.stage, id);
  const reading = versions.map((version) => ports?.secrets.read({ parameter: `${parameter}:${version}` }));
  return webhookHeaders(message, (await Promise.all(reading)).join(' '));
}
