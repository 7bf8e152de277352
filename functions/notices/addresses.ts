import { createHash } from 'node:crypto';
import { visible } from './escape.ts';

const LONGEST = 254;
// The specials of RFC 5322: what has one is a display name, a comment, a list or a quoted local part.
const SPECIALS = /[\s<>()[\]\\,;:"]/;

/**
 * The one form of a mail address in which it is stored, compared and hashed: trimmed, lower case. Undefined
 * where the text is no plain address: control or invisible characters, line breaks, spaces, a display name,
 * a missing or second `@`, an empty part, more than 254 characters.
 */
export function normaliseAddress(text: string): string | undefined {
  const address = text
    .replace(/^ +| +$/g, '')
    .normalize('NFC')
    .toLowerCase();
  if (address.length > LONGEST || address !== visible(address) || SPECIALS.test(address)) return undefined;
  const parts = address.split('@');
  const [local, domain] = parts;
  if (parts.length !== 2 || !local || !domain) return undefined;
  return domain.startsWith('.') || domain.endsWith('.') || domain.includes('..') ? undefined : address;
}

/** Stands where the address of somebody who was forgotten stood; no address reads so. */
export const FORGOTTEN = 'forgotten';

/** The key of a recipient: the first 32 hex digits of the SHA-256 of the normalised address. */
export function recipientKey(address: string): string {
  return createHash('sha256')
    .update(normaliseAddress(address) ?? address)
    .digest('hex')
    .slice(0, 32);
}

/** The part after the last `@`, in lower case; empty where there is none. */
export function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0
    ? ''
    : address
        .slice(at + 1)
        .trim()
        .toLowerCase();
}
