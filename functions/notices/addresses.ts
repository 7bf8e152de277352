import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { visible } from './escape.ts';

const LONGEST = 254;
const OTHER_LETTERS = /\P{ASCII}/u;
// The specials of RFC 5322: what has one is a display name, a comment, a list or a quoted local part.
const SPECIALS = /[\s<>()[\]\\,;:"]/;

/**
 * The one form of a mail address in which it is stored, compared, hashed and mailed: trimmed, lower case, a domain of
 * other letters in its ASCII form (`xn--…`), as SES takes it and speaks of it. What stands behind a `+` stays, for it
 * may be another mailbox. Undefined where the text is no plain address: control or invisible characters, line breaks,
 * spaces, a display name, a missing or second `@`, an empty part, more than 254 characters.
 */
export function normaliseAddress(text: string): string | undefined {
  const trimmed = text.replace(/^ +| +$/g, '');
  if (trimmed !== visible(trimmed) || SPECIALS.test(trimmed)) return undefined;
  const parts = trimmed.normalize('NFC').toLowerCase().split('@');
  const local = parts[0];
  const domain = inAscii(parts[1] ?? '');
  if (parts.length !== 2 || !local || !domain) return undefined;
  if (domain.startsWith('.') || domain.endsWith('.') || domain.includes('..')) return undefined;
  const address = `${local}@${domain}`;
  return address.length > LONGEST ? undefined : address;
}

/** The domain in ASCII; empty where it has letters that no domain may have. */
function inAscii(domain: string): string {
  return OTHER_LETTERS.test(domain) ? domainToASCII(domain) : domain;
}

/** Stands where the address of somebody who was forgotten stood; no address reads so. */
export const FORGOTTEN = 'forgotten';

/** So many keys are remembered: a task of 1,000 owners is looked at once for each of their mails. */
const MOST_KNOWN = 5_000;
const known = new Map<string, string>();

/** The key of a recipient: the first 32 hex digits of the SHA-256 of the normalised address. */
export function recipientKey(address: string): string {
  const before = known.get(address);
  if (before !== undefined) return before;
  const key = createHash('sha256')
    .update(normaliseAddress(address) ?? address)
    .digest('hex')
    .slice(0, 32);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(address, key);
  return key;
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
