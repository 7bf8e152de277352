import { DAY, type Duration, HOUR, type Instant, MINUTE, SECOND } from '../abandonment/time.ts';
import type { WebhookAnswer } from '../platform/ports.ts';
import { retryAfterSeconds } from '../platform/retry-after.ts';
import type { CallReason } from '../store/webhook-deliveries.ts';
import type { WebhookRecord } from '../store/webhooks.ts';

/** What a call came to. */
export type Verdict =
  | { outcome: 'sent' }
  /** `about`: whether the next event would fare the same, or this one alone is not taken. */
  | {
      outcome: 'failed';
      reason: CallReason;
      about: 'webhook' | 'event';
      /** How long it asks to be let be. */
      asked?: Duration;
    };

/** Answers that blame what was sent. */
const REFUSING = new Set([400, 409, 413, 415, 422]);
/** It asks for no more than this. */
const LONGEST_ASKED: Duration = DAY;

/**
 * What an answer means (docs/webhooks.md#answers): 2xx is taken; 410 is gone for good; what blames the event holds up the
 * events of its task alone; all else holds up the webhook. Pure.
 */
export function verdictOf(answer: WebhookAnswer, now: Instant): Verdict {
  if (answer.outcome === 'failed') return { outcome: 'failed', reason: answer.reason, about: 'webhook' };
  const { status } = answer;
  if (status >= 200 && status < 300) return { outcome: 'sent' };
  if (REFUSING.has(status)) return { outcome: 'failed', reason: 'event-refused', about: 'event' };
  const asked = retryAfterSeconds(answer.retryAfter, now);
  const wait = asked === undefined ? {} : { asked: Math.min(LONGEST_ASKED, asked * SECOND) };
  return { outcome: 'failed', reason: reasonOf(status), about: 'webhook', ...wait };
}

function reasonOf(status: number): CallReason {
  if (status === 410) return 'gone';
  if (status === 408) return 'timed-out';
  if (status === 425 || status === 429) return 'throttled';
  if (status >= 300 && status < 400) return 'redirected';
  return status >= 500 ? 'server-error' : 'client-error';
}

const FIRST_WAIT: Duration = MINUTE;
const LONGEST_WAIT: Duration = 6 * HOUR;
/** So many failed calls in a row let a webhook be, whatever they blame. */
const FAILURES = 5;

/** One minute × 2^n, at most six hours, with half of it left to chance. Pure. */
export function backOff(failures: number, chance: number): Duration {
  const full = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures - 1, 16));
  return Math.round(full / 2 + (full / 2) * chance);
}

/** How a webhook fares after a call that failed, and whether it is let be for a while. Pure. */
export function afterFailure(
  webhook: WebhookRecord,
  { reason, about, asked = 0 }: Extract<Verdict, { outcome: 'failed' }>,
  status: number | null,
  { now, chance }: { now: Instant; chance: number },
): WebhookRecord {
  const failures = webhook.failures + 1;
  const isLetBe = about === 'webhook' || failures >= FAILURES;
  return {
    ...webhook,
    ...(reason === 'gone' && { state: 'gone' as const }),
    failures,
    failingSince: webhook.failingSince ?? now,
    notBefore: isLetBe ? now + Math.max(asked, backOff(failures, chance)) : null,
    last: { at: now, reason, status },
  };
}

/** How a webhook fares after a call that was taken. Pure. */
export function afterSuccess(webhook: WebhookRecord, status: number, now: Instant): WebhookRecord {
  const last = { at: now, reason: 'sent', status };
  return { ...webhook, failures: 0, failingSince: null, notBefore: null, isTold: false, last };
}
