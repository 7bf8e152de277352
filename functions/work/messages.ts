import * as z from 'zod/mini';
import { tenantOf } from '../abandonment/task.ts';
import { DAY, type Instant } from '../abandonment/time.ts';
import type { TaskRecord } from '../store/tasks.ts';
import type { Parsed } from './consumer.ts';

/** The version of the messages that this code writes; it reads this one and refuses newer ones for a later try. */
export const MESSAGE_VERSION = 1;

const envelope = {
  v: z.literal(MESSAGE_VERSION),
  /** What it is about: a recipient's key for `notify`, a task's id for `disable` and `enable`. */
  key: z.string().check(z.minLength(1)),
  /** After this instant (epoch milliseconds) the message is of no use. */
  notAfter: z.number(),
  correlationId: z.string(),
};

const notifyMessage = z.object({ ...envelope, kind: z.literal('notify') });
/** Asks for the two mails of a round of the canary of the feedback path; `key` is the round's id. */
const feedbackCanaryMessage = z.object({ ...envelope, kind: z.literal('feedback-canary') });
/** Asks for the report of the week that begins on a Monday. `tenants`: `''` stands for all. */
const reportMessage = z.object({
  ...envelope,
  kind: z.literal('report'),
  week: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/)),
  tenants: z.array(z.string()).check(z.minLength(1)),
});
/** What the notifier works. */
export const notifierMessage = z.discriminatedUnion('kind', [
  notifyMessage,
  feedbackCanaryMessage,
  reportMessage,
]);
const disableMessage = z.object({ ...envelope, kind: z.literal('disable'), episode: z.number() });
/** `episode`: the one whose disabling is taken back. */
const enableMessage = z.object({ ...envelope, kind: z.literal('enable'), episode: z.number() });
/** What the disabler works: it alone may ask control planes that are listed. */
export const disablerMessage = z.discriminatedUnion('kind', [disableMessage, enableMessage]);

/** Asks for the next pages of a listing, or, without its number, for one that is due to begin. */
export const listingMessage = z.object({
  ...envelope,
  kind: z.literal('listing'),
  listing: z.optional(z.number()),
});

/** Hints at a webhook that has something to be told; `key` is its id. */
export const webhookMessage = z.object({ ...envelope, kind: z.literal('webhook') });

export type WebhookMessage = z.infer<typeof webhookMessage>;
export type ReportMessage = z.infer<typeof reportMessage>;
export type NotifierMessage = z.infer<typeof notifierMessage>;
export type DisablerMessage = z.infer<typeof disablerMessage>;
export type ListingMessage = z.infer<typeof listingMessage>;

/** A message is a hint; one that is older than this says nothing that the state does not. */
const MESSAGE_LIFE = 4 * DAY;

/** When a message is made, and the name under which it is traced. */
interface MessageOrigin {
  now: Instant;
  id: string;
}

/** The message that hints at a disabling. */
export function disableMessageFor(from: MessageOrigin, record: TaskRecord): { body: string; group: string } {
  return disablerMessageFor(from, 'disable', record.task.id, record.open?.number ?? 0);
}

/** The message that hints at a disabling that is to be taken back. */
export function enableMessageFor(
  from: MessageOrigin,
  { task, disabledByUs }: TaskRecord,
): { body: string; group: string } {
  return disablerMessageFor(from, 'enable', task.id, disabledByUs?.episode ?? 0);
}

function disablerMessageFor(
  from: MessageOrigin,
  kind: DisablerMessage['kind'],
  task: string,
  episode: number,
): { body: string; group: string } {
  const body = JSON.stringify({
    v: MESSAGE_VERSION,
    kind,
    key: task,
    episode,
    notAfter: from.now + MESSAGE_LIFE,
    correlationId: from.id,
  });
  return { body, group: tenantOf(task) };
}

/** The message that hints at a listing under way; without its number, at one that is due to begin. */
export function listingMessageFor(
  from: MessageOrigin,
  controlPlane: string,
  listing?: number,
  delaySeconds = 0,
): { body: string; group: string; delaySeconds: number } {
  const body = JSON.stringify({
    v: MESSAGE_VERSION,
    kind: 'listing',
    key: controlPlane,
    ...(listing !== undefined && { listing }),
    notAfter: from.now + MESSAGE_LIFE,
    correlationId: from.id,
  });
  return { body, group: controlPlane, delaySeconds };
}

/** The message that hints at what a webhook is to be told. */
export function webhookMessageFor(from: MessageOrigin, webhook: string): { body: string; group: string } {
  const body = JSON.stringify({
    v: MESSAGE_VERSION,
    kind: 'webhook',
    key: webhook,
    notAfter: from.now + MESSAGE_LIFE,
    correlationId: from.id,
  });
  return { body, group: webhook };
}

/** The message that hints at a recipient's notices. */
export function notifyMessageFor(
  from: MessageOrigin,
  recipient: string,
  group: string,
  delaySeconds = 0,
): { body: string; group: string; delaySeconds: number } {
  const body = JSON.stringify({
    v: MESSAGE_VERSION,
    kind: 'notify',
    key: recipient,
    notAfter: from.now + MESSAGE_LIFE,
    correlationId: from.id,
  });
  return { body, group, delaySeconds };
}

/** The message that asks for a week's report to a recipient. */
export function reportMessageFor(
  from: MessageOrigin,
  { key, week, tenants }: Pick<ReportMessage, 'key' | 'week' | 'tenants'>,
): { body: string; group: string } {
  const body = JSON.stringify({
    v: MESSAGE_VERSION,
    kind: 'report',
    key,
    week,
    tenants,
    notAfter: from.now + MESSAGE_LIFE,
    correlationId: from.id,
  });
  return { body, group: 'weekly-report' };
}

/** Reads a message of one kind; says whether an unreadable one was written by newer code. */
export function parseMessage<Schema extends z.ZodMiniType>(
  schema: Schema,
  body: unknown,
): Parsed<z.infer<Schema>> {
  const result = schema.safeParse(body);
  if (result.success) return { ok: true, message: result.data };
  const version = (body as { v?: unknown } | null)?.v;
  const newer = typeof version === 'number' && version > MESSAGE_VERSION;
  const issue = result.error.issues[0];
  const reason = newer
    ? `version ${version} is newer`
    : `${issue?.path.join('.') || 'message'}: ${issue?.message}`;
  return { ok: false, reason, newer };
}
