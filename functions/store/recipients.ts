import type { Language } from '../../emails/languages.ts';
import type { Instant } from '../abandonment/time.ts';
import { bucketOf, index, keys } from './keys.ts';
import { type NoticeRecord, noticeFromRow } from './notices.ts';
import { eachRow, recordIn, revised } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/**
 * Why nobody is mailed at an address: for good, until an operator or its owner revives it, or for a time, after which a
 * scan lets it live again.
 */
export type Suppression = { at: Instant } & (
  | { reason: LastingReason }
  | { reason: 'soft-bounce'; until: Instant }
);

/** `forgotten`: an operator erased all that was known of them; `unmailable`: no mail can be written to it. */
export type LastingReason = 'bounce' | 'complaint' | 'suppressed' | 'rejected' | 'forgotten' | 'unmailable';

/** What is known of an address. */
export type RecipientRecord = ReachableRecipient | SuppressedRecipient;

/** Mails are written to them. */
export type ReachableRecipient = Recipient & { dead: null };

/** No mail is written to them, for a reason. */
type SuppressedRecipient = Recipient & { dead: Suppression };

interface Recipient {
  key: string;
  /** Null where they are known by their key alone, until a mail is written to them. */
  address: string | null;
  /** Mails that came back for the time being, with none delivered since. */
  soft: { digest: string; at: Instant }[];
  /** Reminders and `recovered` are declined. */
  declined: boolean;
  /** The IANA time zone that dates are written in, and by which the quiet hours are judged; absent: UTC. */
  zone?: string;
  /** The language of mails; absent: the first of them. */
  language?: Language;
  /** No mail between these times of day (`HH:MM`) in the zone; `from` is inside, `to` is not. Null: none. */
  quietHours: { from: string; to: string } | null;
  /** The newest mail with warnings or reminders, and the newest with a warning. */
  lastMailAt: Instant | null;
  lastWarnedAt: Instant | null;
  /** The newest mail with a withdrawal; absent before the first. */
  lastWithdrawnAt?: Instant;
  /**
   * The mails of the last day that SES took, may have taken or may be about to take, by their instants: at most as many
   * as go to one address.
   */
  mailedAt: Instant[];
  /** The newest mail of any kind: where an event that names a mail by SES's id alone is looked for first. */
  lastDigest: string | null;
  /** The digest that is being sent. */
  sending: string | null;
  /** Not before this instant, after a failed attempt. */
  retryAt: Instant | null;
  /** When the warm-up limit let them be warned. */
  admittedAt: Instant | null;
  /** When the message for this recipient that is on the queue is to be worked; null once it was. */
  queuedFor: Instant | null;
  /** Until when `disabled` notices are gathered; a message is on the queue for that instant. */
  gatheringUntil: Instant | null;
  rev: number;
}

/** Somebody whose address is known. */
export type AddressedRecipient = RecipientRecord & { address: string };

/** Somebody of whom nothing is known yet. */
export function newRecipient<Address extends string | null>(
  key: string,
  address: Address,
): ReachableRecipient & { address: Address } {
  return {
    key,
    address,
    ...EMPTY,
    dead: null,
    declined: false,
    lastMailAt: null,
    lastWarnedAt: null,
    lastDigest: null,
    sending: null,
    retryAt: null,
    admittedAt: null,
    queuedFor: null,
    gatheringUntil: null,
    rev: 0,
  };
}

export async function loadRecipient(table: Table, key: string): Promise<RecipientRecord | undefined> {
  const row = await table.get(keys.recipient(key));
  return row && recipientFromRow(row);
}

/** The record in a recipient's row. */
export function recipientFromRow(row: Row): RecipientRecord {
  const { address, ...facts } = recordIn<RecipientRecord>(row);
  return { ...EMPTY, ...facts, address: address === '' ? null : address };
}

/** Left out of a row where there is nothing to say; rows of older versions never had them. */
const EMPTY = { soft: [], mailedAt: [], quietHours: null } satisfies Partial<RecipientRecord>;

export async function loadRecipients(
  table: Table,
  recipients: Iterable<string>,
): Promise<Map<string, RecipientRecord>> {
  const rows = await table.batchGet([...new Set(recipients)].map((key) => keys.recipient(key)));
  return new Map(rows.map(recipientFromRow).map((record) => [record.key, record]));
}

export function recipientWrite(record: RecipientRecord): Write {
  const { soft, mailedAt, quietHours, address, ...rest } = record;
  const facts = {
    ...rest,
    // Older code reads a text.
    address: address ?? '',
    ...(soft.length > 0 && { soft }),
    ...(mailedAt.length > 0 && { mailedAt }),
    ...(quietHours && { quietHours }),
  };
  return revised(keys.recipient(record.key), facts, {
    g2pk: index.recipients(bucketOf(record.key)),
    g2sk: `${record.dead ? 'dead' : 'alive'}#${record.key}`,
  });
}

/** A recipient with all their notices, strongly consistent. */
export async function loadRecipientWithNotices(
  table: Table,
  recipient: string,
): Promise<{ recipient: RecipientRecord | undefined; notices: NoticeRecord[] }> {
  const notices: NoticeRecord[] = [];
  let found: RecipientRecord | undefined;
  for await (const row of eachRow(table, { pk: keys.recipient(recipient).pk, consistent: true })) {
    if (row.sk === 'R') found = recipientFromRow(row);
    else notices.push(noticeFromRow(row));
  }
  return { recipient: found, notices };
}
