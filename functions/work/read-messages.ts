import * as z from 'zod/mini';
import type { Parsed } from './consumer.ts';
import { MESSAGE_VERSION } from './messages.ts';

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

/** Hints at a webhook that has something to hear; `key` is its id. */
export const webhookMessage = z.object({ ...envelope, kind: z.literal('webhook') });

export type WebhookMessage = z.infer<typeof webhookMessage>;
export type ReportMessage = z.infer<typeof reportMessage>;
export type NotifierMessage = z.infer<typeof notifierMessage>;
export type DisablerMessage = z.infer<typeof disablerMessage>;
export type ListingMessage = z.infer<typeof listingMessage>;

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
