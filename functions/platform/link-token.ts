import { createHmac, timingSafeEqual } from 'node:crypto';
import { DAY, type Duration, type Instant, SECOND } from '../abandonment/time.ts';
import type { LinkKey } from './ports.ts';

/** How long a link is good for after its mail was written. */
export const LINK_LIFE: Duration = 60 * DAY;

/** What a link opens: the page of one mail, or nothing but the declining of reminders. */
export type LinkScope = 'd' | 'u';

/** What a link is for: one mail to one recipient, until an instant. */
export interface LinkGrant {
  scope: LinkScope;
  digest: string;
  /** The key of the recipient's rows; only a keyed digest of it stands in the link. */
  recipient: string;
  /** Rounded down to seconds. */
  expires: Instant;
}

/** A link whose signature is right. */
export interface OpenedLink {
  digest: string;
  expires: Instant;
  /** Whether it was made for this recipient; to be asked with what the digest's row says. */
  isFor(recipient: string): boolean;
}

const FORM =
  /^(?<key>[a-z0-9]{1,16})\.(?<digest>[A-Za-z0-9_-]{1,64})\.(?<expires>[0-9a-z]{1,8})\.(?<binding>[0-9a-f]{16})\.(?<mac>[0-9a-f]{32})$/;

/**
 * The text of a link: `key.digest.expires.binding.mac`, letters, digits and dots that no mail program breaks.
 * It names the mail, never the person or a task.
 */
export function signLink(grant: LinkGrant, key: LinkKey): string {
  const expires = Math.floor(grant.expires / SECOND).toString(36);
  const signed = `${key.id}.${grant.digest}.${expires}.${bindingOf(grant.digest, grant.recipient, key)}`;
  return `${signed}.${macOf(grant.scope, signed, key)}`;
}

/** The id of the key that a text claims to be signed with; undefined where it has not the form of a link. */
export function keyIdOf(text: string): string | undefined {
  return FORM.exec(text)?.groups?.key;
}

/**
 * Reads a link; undefined where its form or signature is wrong, or it was made for another scope. Whether it
 * is still good is for the caller to see from `expires`.
 */
export function readLink(text: string, scope: LinkScope, key: LinkKey): OpenedLink | undefined {
  const { digest, expires, binding, mac } = FORM.exec(text)?.groups ?? {};
  if (digest === undefined || expires === undefined || binding === undefined || mac === undefined)
    return undefined;
  const signed = text.slice(0, text.lastIndexOf('.'));
  if (!text.startsWith(`${key.id}.`) || !isSame(mac, macOf(scope, signed, key))) return undefined;
  return {
    digest,
    expires: Number.parseInt(expires, 36) * SECOND,
    isFor: (recipient) => isSame(binding, bindingOf(digest, recipient, key)),
  };
}

function macOf(scope: LinkScope, signed: string, { secret }: LinkKey): string {
  return hmac(secret, `taskwarden link 1\n${scope}\n${signed}`).slice(0, 32);
}

function bindingOf(digest: string, recipient: string, { secret }: LinkKey): string {
  return hmac(secret, `taskwarden recipient 1\n${digest}\n${recipient}`).slice(0, 16);
}

function hmac(secret: Uint8Array, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** Compares two texts of one length in a time that does not tell where they differ. */
function isSame(actual: string, expected: string): boolean {
  return actual.length === expected.length && timingSafeEqual(Buffer.from(actual), Buffer.from(expected));
}
