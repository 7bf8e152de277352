import { HOUR, type Instant } from '../../abandonment/time.ts';
import { recipientKey } from '../../platform/addresses.ts';
import { type DigestRecord, loadDigest } from '../../store/digests.ts';
import { mailsBetween } from '../../store/mails.ts';
import { loadRecipient } from '../../store/recipients.ts';
import type { Table } from '../../store/table/table.port.ts';
import type { MailEvent } from '../ses/ses-events.ts';

/** How far SES's clock and ours, and a claim and its sending, lie apart at most. */
const NEAR = HOUR;

/** Our mails that an event is about; `unsettled`: none yet, but the id of a mail under way may still become known. */
export type Whose = { ours: DigestRecord[] } | 'unsettled' | 'not ours';

/**
 * Whose mail an event is about. A configuration set and an identity may be shared: only what our tag, our header or the
 * id that SES gave our mail proves is ours (docs/rules.md#feedback), and only where it went to whom that digest is for.
 */
export async function whoseMail(table: Table, event: MailEvent): Promise<Whose> {
  if (event.digest !== undefined) {
    // The digest's row is written before its mail is sent, so that what names none was never ours.
    const digest = await loadDigest(table, event.digest);
    return digest && isFor(digest, event) ? { ours: [digest] } : 'not ours';
  }
  const answers = await Promise.all(
    addressesOf(event).map((address) => mailTo(table, recipientKey(address), event)),
  );
  const ours = answers.filter((answer) => answer !== undefined && answer !== 'unsettled');
  if (ours.length > 0) return { ours };
  return answers.includes('unsettled') ? 'unsettled' : 'not ours';
}

/** A bounce may name whom the mailbox forwards to: where the mail went proves it as well. */
function addressesOf({ recipients, destination = [] }: MailEvent): string[] {
  return [...new Set([...recipients, ...destination])];
}

function isFor(digest: DigestRecord, event: MailEvent): boolean {
  const addresses = addressesOf(event);
  return (
    addresses.length === 0 ||
    addresses.some((address) => address === digest.address || recipientKey(address) === digest.recipient)
  );
}

/** The mail to a recipient that has the id of an event without a tag or a header. */
async function mailTo(
  table: Table,
  key: string,
  { messageId, sentAt }: MailEvent,
): Promise<DigestRecord | 'unsettled' | undefined> {
  const recipient = await loadRecipient(table, key);
  if (!recipient) return undefined;
  const last = recipient.lastDigest === null ? undefined : await loadDigest(table, recipient.lastDigest);
  if (last?.messageId === messageId) return last;
  if (sentAt !== undefined) {
    const around = { from: sentAt - NEAR, to: sentAt + NEAR };
    for (const digest of await mailsBetween(table, key, around)) {
      if (digest.messageId === messageId) return digest;
    }
  }
  return recipient.sending === null ? undefined : 'unsettled';
}

/** The instant of an event by our clock: not later than now, not before the mail it is about was claimed. */
export function boundedAt({ at }: MailEvent, { claimedAt }: DigestRecord, now: Instant): Instant {
  return Math.min(now, Math.max(at, claimedAt));
}
