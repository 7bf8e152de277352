import type { WebhookStanding } from '../functions/operators/overview/webhook-standings.ts';
import { amount, oneOr } from '../functions/platform/amounts.ts';
import type { WebhookRecord } from '../functions/store/webhooks.ts';
import type { Tone } from './colour.ts';
import type { Session } from './command.ts';
import { UsageError } from './errors.ts';
import { instantText } from './readable.ts';

/** The error where no webhook has an id. */
function noSuchWebhook({ stage }: Session, id: string): UsageError {
  return new UsageError(
    `no webhook ${JSON.stringify(id)} in stage ${stage.name}; \`taskwarden webhooks list\` names them`,
  );
}

/** What was done to a webhook, or the error where there is none. */
export function knownOr<Value>(session: Session, id: string, value: Value | undefined): Value {
  if (value === undefined) throw noSuchWebhook(session, id);
  return value;
}

/** A URL as it is shown: that of a chat tool is a secret behind its host, and so is any query. */
function shownUrl({ url, format }: Pick<WebhookRecord, 'url' | 'format'>): string {
  const { origin, pathname, search } = new URL(url);
  if (format !== 'standard') return `${origin}/…`;
  return `${origin}${pathname}${search === '' ? '' : '?…'}`;
}

/** What is the matter with a webhook, in words that follow its id; undefined: nothing is. */
export function problemOf(webhook: WebhookStanding): { says: string; tone: Tone } | undefined {
  const { state, waiting, failures, failingSince, why, refusedUntil } = webhook;
  const wait = `${amount(waiting, 'event')} ${oneOr(waiting, 'waits', 'wait')}`;
  if (state === 'gone') return { says: `answered 410 Gone and is paused; ${wait}`, tone: 'bad' };
  if (state === 'paused') return { says: `is paused; ${wait}`, tone: 'warn' };
  if (failingSince !== null)
    return { says: `fails since ${failingSince} (${failures} in a row: ${why}); ${wait}`, tone: 'bad' };
  if (refusedUntil === null) return undefined;
  return {
    says: `refuses what waits for it; ${wait}, the next is tried from ${refusedUntil} on`,
    tone: 'warn',
  };
}

/** A webhook for people and other programs; its secrets are nowhere in it. */
export function webhookView(webhook: WebhookRecord) {
  const { id, prefix, types, format, state, due, failures, last, secrets } = webhook;
  return {
    id,
    url: shownUrl(webhook),
    prefix,
    types,
    format,
    state,
    due,
    failures,
    failingSince: instantText(webhook.failingSince),
    letBeUntil: instantText(webhook.notBefore),
    last: last && { at: instantText(last.at), result: last.reason, status: last.status },
    secretVersion: secrets.version,
    oldSecretUntil: instantText(secrets.before?.until),
    createdAt: instantText(webhook.createdAt),
    by: webhook.by,
  };
}
