import { createHmac } from 'node:crypto';
import { type Instant, SECOND } from '../abandonment/time.ts';

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** What Standard Webhooks ask of a secret, in bytes. */
const SECRET_BYTES = { least: 24, most: 64 } as const;

/** A message that is signed: its id, the same whenever it is sent again, and its body as it is sent. */
export interface SignedMessage {
  id: string;
  at: Instant;
  body: string;
}

/**
 * The headers that say that a message is ours and when it was sent, as Standard Webhooks do it
 * (https://www.standardwebhooks.com): an HMAC with SHA-256 over `id.timestamp.body`.
 *
 * @param secret `whsec_` and 24 to 64 bytes in base64; two, separated by a space, while one follows the other: the message is
 *   signed with both
 * @throws Error where the secret is none; it does not name it
 */
export function webhookHeaders({ id, at, body }: SignedMessage, secret: string): Record<string, string> {
  const timestamp = String(Math.floor(at / SECOND));
  const signatures = keysOf(secret).map((key) => {
    const code = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    return `v1,${code}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

/** Why a text is no secret for signatures; it does not name it. Undefined where it is one. */
export function webhookSecretProblem(text: string): string | undefined {
  try {
    keyOf(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A secret for signatures, of 32 bytes by chance. */
export function webhookSecretOf(bytes: Uint8Array): string {
  return `${PREFIX}${Buffer.from(bytes).toString('base64')}`;
}

function keysOf(secret: string): Buffer[] {
  return secret.trim().split(/\s+/).map(keyOf);
}

function keyOf(secret: string): Buffer {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const key = Buffer.from(BASE64.test(text) ? text : '', 'base64');
  if (key.length >= SECRET_BYTES.least && key.length <= SECRET_BYTES.most) return key;
  throw new Error('a secret for signatures is whsec_ and 24 to 64 bytes in base64; this one is not');
}
