import type { Notice } from '../abandonment/task.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import { bucketOf, index, keys, sortable } from './keys.ts';
import type { LastingReason } from './recipients.ts';
import { recordIn, revised } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Table, Write } from './table/table.port.ts';

export type DigestState =
  | 'sending'
  | 'sent'
  /**
   * SES took it and then did not send it, for what it says, or refused it in the words in which it refused many: not the
   * recipient's fault.
   */
  | 'unsent'
  | 'delivered'
  | 'bounced'
  | 'complained'
  | 'rejected'
  | 'superseded';

export interface DigestItem {
  task: string;
  /** 0 of a notice of a task's own deadline, which is of no episode. */
  episode: number;
  /** Of what alert; absent: `task_abandoned`. */
  alert?: 'task_overdue';
  notice: Notice;
  grace: number;
  /** Instant in dated warnings and reminders, and the deadline in a notice of it; else null. */
  disableAt: Instant | null;
  /** The length of time that date promised. */
  after?: Duration;
  since: Instant;
  restarts: number;
  /** Spells too short to be a recovery; absent where there were none. */
  twitches?: number;
  lead?: Duration;
  /** Of a notice of a deadline: the task was to be turned off at it. `grace` counts the moves of the deadline. */
  binds?: true;
  /** When the notice came to be: tells it from a later one of the same kind. */
  asked: Instant;
}

/** One mail: what it says (frozen when claimed), and what became of it. */
export interface DigestRecord {
  id: string;
  recipient: string;
  address: string;
  state: DigestState;
  claimedAt: Instant;
  /** After this instant an attempt that never answered may be taken for dead. */
  leaseUntil: Instant;
  /** After this instant it must not be sent any more. */
  notAfter: Instant;
  sentAt: Instant | null;
  messageId: string | null;
  items: DigestItem[];
  /** Where SES did not take it: not tried again before this instant. */
  retryAt: Instant | null;
  /** Nothing was heard of it in time: nobody knows whether it went. */
  unsettled: boolean;
  /** How often its links were used to change something. */
  acts: number;
  /** When SES first said that it goes on trying to deliver it. */
  delayedAt?: Instant;
  /** Where it showed that the address is dead: why. */
  dead?: LastingReason;
  /** SES refused many in the words in which it refused this one: no refusal of it kills anybody. */
  blameless?: true;
  /** Of a weekly mail, which has no items: the Monday of its week, and the tenants (`''`: all) that it tells of. */
  report?: { week: string; tenants: readonly string[] };
  /** Whether the state has been carried over to the tasks, the notices and the recipient. */
  applied: boolean;
  rev: number;
}

/** A mail that is claimed and not sent yet; past its lease it must not be sent any more. */
export function newDigest<Address>(
  given: Pick<DigestRecord, 'id' | 'recipient' | 'claimedAt' | 'leaseUntil'> & { address: Address },
): Omit<DigestRecord, 'address'> & { address: Address } {
  return {
    ...given,
    ...EMPTY,
    state: 'sending',
    notAfter: given.leaseUntil,
    sentAt: null,
    messageId: null,
    retryAt: null,
    items: [],
    applied: false,
    rev: 0,
  };
}

export async function loadDigest(table: Table, id: string): Promise<DigestRecord | undefined> {
  const row = await table.get(keys.digest(id));
  return row && digestFromRow(row);
}

/** Reads digests by id; unknown ones are left out, order is free. */
export async function loadDigests(table: Table, ids: Iterable<string>): Promise<DigestRecord[]> {
  const rows = await table.batchGet([...new Set(ids)].map((id) => keys.digest(id)));
  return rows.map(digestFromRow);
}

/** The record in a digest's row. */
export function digestFromRow(row: Row): DigestRecord {
  return { ...EMPTY, ...recordIn<DigestRecord>(row) };
}

/** Left out of a row; rows of older versions never had them. */
const EMPTY = { unsettled: false, acts: 0 } satisfies Partial<DigestRecord>;

/** When to look at a mail again, while it is not settled or not applied; or since when it is done. */
export type MailPlan = { lookAt: Instant } | { doneAt: Instant };

/** Stores a mail over the revision that was read. */
export function digestWrite(record: DigestRecord, plan: MailPlan): Write {
  const bucket = bucketOf(record.id);
  const { unsettled, acts, ...rest } = record;
  const said = { ...rest, ...(unsettled && { unsettled }), ...(acts > 0 && { acts }) };
  return revised(keys.digest(record.id), said, {
    // Never moves, so that only the first write pays for it.
    g2pk: index.mails(bucket),
    g2sk: `${sortable(record.claimedAt)}#${record.id}#${record.recipient}`,
    ...('doneAt' in plan
      ? endingOf('mails', plan.doneAt)
      : { g1pk: index.openDigests(bucket), g1sk: `${sortable(plan.lookAt)}#${record.id}` }),
  });
}
