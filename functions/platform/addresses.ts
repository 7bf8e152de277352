import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { visible } from './escape.ts';

/** RFC 5321, 4.5.3.1: octets of a path without its brackets, of a local part, of a domain and of one of its labels. */
const LONGEST = 254;
const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 253;
const LONGEST_LABEL = 63;

const OTHER_LETTERS = /\P{ASCII}/u;
// The specials of RFC 5322: what has one is a display name, a comment, a list or a quoted local part.
const SPECIALS = /[\s<>()[\]\\,;:"]/;
/** Not seen: two addresses that look the same would be two people. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u2800]/u;
/** Begins an encoded word (RFC 2047); some mail servers decode one in an address, and it is another's then. */
const ENCODED_WORD = /=\?/;

/** The forms of addresses that were read lately, by their spelling. */
const forms = new Map<string, string>();

/**
 * The one form of a mail address in which it is stored, compared, hashed and mailed: trimmed, lower case, composed
 * (NFC), a domain of other letters in its ASCII form (`xn--…`), as SES takes it and speaks of it. What stands behind a
 * `+` stays, for it may be another mailbox. Undefined where the text is no plain address: control or invisible
 * characters, line breaks, spaces, an encoded word, a display name, a missing or second `@`, an empty part, or more than 64 bytes before
 * the `@`, 63 between two dots behind it, 254 in all. It is judged by its form, and is its own form: what is taken once
 * is taken for ever.
 */
export function normaliseAddress(text: string): string | undefined {
  const before = forms.get(text);
  if (before !== undefined) return before;
  const address = normalised(text);
  if (address !== undefined) remember(forms, text, address);
  return address;
}

function normalised(text: string): string | undefined {
  const trimmed = text.replace(/^ +| +$/g, '');
  if (trimmed !== visible(trimmed)) return undefined;
  const address = formOf(trimmed);
  return address !== undefined && formOf(address) === address ? address : undefined;
}

/** Checked after it was folded: a letter may become one of the specials, such as U+037E a semicolon. */
function formOf(text: string): string | undefined {
  const folded = text.normalize('NFC').toLowerCase().normalize('NFC');
  const [local, written, ...more] = folded.split('@');
  if (!local || !written || more.length > 0) return undefined;
  const domain = inAscii(written);
  const address = `${local}@${domain}`;
  if (address !== visible(address) || SPECIALS.test(address)) return undefined;
  if (UNSEEN.test(address) || ENCODED_WORD.test(local)) return undefined;
  return isDomain(domain) && fits(local, LONGEST_LOCAL) && fits(address, LONGEST) ? address : undefined;
}

function isDomain(domain: string): boolean {
  const labels = domain.split('.');
  return labels.every((label) => label !== '' && fits(label, LONGEST_LABEL)) && fits(domain, LONGEST_DOMAIN);
}

function fits(text: string, bytes: number): boolean {
  return Buffer.byteLength(text) <= bytes;
}

/** The domain in ASCII; empty where it has letters that no domain may have. */
function inAscii(domain: string): string {
  return OTHER_LETTERS.test(domain) ? domainToASCII(domain) : domain;
}

/** Stands where the address of somebody who was forgotten stood; no address reads so. */
export const FORGOTTEN = 'forgotten';

const keys = new Map<string, string>();

/** The key of a recipient: the first 32 hex digits of the SHA-256 of the normalised address. */
export function recipientKey(address: string): string {
  const before = keys.get(address);
  if (before !== undefined) return before;
  const key = createHash('sha256')
    .update(normaliseAddress(address) ?? address)
    .digest('hex')
    .slice(0, 32);
  remember(keys, address, key);
  return key;
}

/** So many are remembered: a task of 1,000 owners is looked at once for each of their mails, and owners have many tasks. */
const MOST_KNOWN = 5_000;

function remember(cache: Map<string, string>, address: string, value: string): void {
  if (cache.size >= MOST_KNOWN) cache.clear();
  cache.set(address, value);
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
