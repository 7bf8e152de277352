import * as z from 'zod/mini';

export type EventKind =
  | 'sent'
  | 'delivered'
  | 'bounced'
  | 'complained'
  /** A complaint that is none: the recipient took the mail out of the spam folder. */
  | 'not-spam'
  | 'rejected'
  | 'delayed'
  | 'rendering-failed';

const KINDS = new Map<string, EventKind | 'of-no-interest'>(
  Object.entries({
    send: 'sent',
    delivery: 'delivered',
    bounce: 'bounced',
    complaint: 'complained',
    reject: 'rejected',
    deliverydelay: 'delayed',
    renderingfailure: 'rendering-failed',
    open: 'of-no-interest',
    click: 'of-no-interest',
    subscription: 'of-no-interest',
    amazonsnssubscriptionsucceeded: 'of-no-interest',
  } as const),
);

const typed = z.object({ eventType: z.optional(z.string()), notificationType: z.optional(z.string()) });

/**
 * What the record tells; undefined where its type is absent or not known. SES spells some types with a
 * space.
 */
export function kindOf(record: unknown): EventKind | 'of-no-interest' | undefined {
  const parsed = typed.safeParse(record);
  const type = parsed.success ? (parsed.data.eventType ?? parsed.data.notificationType) : undefined;
  return type === undefined ? undefined : KINDS.get(type.replaceAll(' ', '').toLowerCase());
}

const sns = z.object({ Type: z.string(), Message: z.string() });
const bridge = z.object({ 'detail-type': z.string(), detail: z.record(z.string(), z.unknown()) });

export type Unwrapped =
  | { ok: true; record: unknown }
  /** A new topic's test message, which is about no mail. */
  | { ok: true; test: true }
  | { ok: false; reason: string };

/** The text that SES publishes to a topic when an event destination is made. */
const TEST_MESSAGE = /^\s*Successfully validated SNS topic/i;

function parseJson(text: string): Unwrapped {
  try {
    return { ok: true, record: JSON.parse(text) };
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
}

function unwrapSns(envelope: z.infer<typeof sns>): Unwrapped {
  if (envelope.Type !== 'Notification')
    return { ok: false, reason: `an SNS message of type ${envelope.Type}` };
  return TEST_MESSAGE.test(envelope.Message) ? { ok: true, test: true } : parseJson(envelope.Message);
}

/** The record of SES inside its envelope, given as text or parsed. */
export function unwrap(body: unknown): Unwrapped {
  if (typeof body === 'string') {
    if (TEST_MESSAGE.test(body)) return { ok: true, test: true };
    const parsed = parseJson(body);
    if (!('record' in parsed)) return { ok: false, reason: 'not JSON' };
    const isText = typeof parsed.record === 'string' && !TEST_MESSAGE.test(parsed.record);
    return isText ? { ok: false, reason: 'not JSON' } : unwrap(parsed.record);
  }
  const inSns = sns.safeParse(body);
  if (inSns.success) return unwrapSns(inSns.data);
  const inBridge = bridge.safeParse(body);
  return { ok: true, record: inBridge.success ? inBridge.data.detail : body };
}
