import { FORGOTTEN, recipientKey } from '../platform/addresses.ts';
import { keyIdOf, type LinkScope, readLink } from '../platform/link-token.ts';
import type { LinkKeys } from '../platform/ports.ts';
import type { System } from '../platform/system.ts';
import { type DigestRecord, loadDigest } from '../store/digests.ts';
import { type AddressedRecipient, loadRecipient, newRecipient } from '../store/recipients.ts';

/** What a link opens: one mail and its recipient. */
export interface Visit {
  digest: DigestRecord;
  recipient: AddressedRecipient;
}

export type Opened =
  | { outcome: 'open'; visit: Visit }
  /** Not a link of ours, or not one of this kind. */
  | { outcome: 'invalid' }
  /** `recipient`: whose it was, where its mail is still kept. */
  | { outcome: 'expired'; recipient?: AddressedRecipient }
  /** It was a good link, and what it was about is no longer kept. */
  | { outcome: 'gone' };

/** Opens a link. Nothing is read from the table before its signature was found right. */
export async function openLink(
  system: System,
  keys: LinkKeys,
  scope: LinkScope,
  text: string,
): Promise<Opened> {
  const keyId = keyIdOf(text);
  const key = keyId === undefined ? undefined : await keys.accepted(keyId);
  const link = key && readLink(text, scope, key);
  if (!link) return { outcome: 'invalid' };
  const isExpired = link.expires <= system.clock.now();
  const digest = await loadDigest(system.table, link.digest);
  if (!digest || digest.address === FORGOTTEN) return { outcome: isExpired ? 'expired' : 'gone' };
  if (!link.isFor(digest.recipient)) return { outcome: 'invalid' };
  const stored = await loadRecipient(system.table, digest.recipient);
  const recipient = stored
    ? { ...stored, address: stored.address ?? digest.address }
    : newRecipient(recipientKey(digest.address), digest.address);
  if (isExpired) return { outcome: 'expired', recipient };
  return { outcome: 'open', visit: { digest, recipient } };
}
