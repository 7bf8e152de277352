import type { Notice } from '../abandonment/task.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import { bucketOf, index, keys, sortable } from './keys.ts';
import type { LastingReason } from './recipients.ts';
import { recordIn, revised } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Table, Write } from './table/table.port.ts';

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
  /** Of a notice of a deadline: the task was to be disabled at it. `grace` counts the moves of the deadline. */
  binds?: true;
  /** When the notice came to be: tells it from a later one of the same kind. */
  asked: Instant;
}

/** What each mail has, whatever became of it. */
interface Mail {
  id: string;
  recipient: string;
  address: string;
  claimedAt: Instant;
  /** After this instant an attempt that never answered may be taken for dead. */
  leaseUntil: Instant;
  /** After this instant it must not be sent any more. */
  notAfter: Instant;
  items: DigestItem[];
  /** How often its links were used to change something. */
  acts: number;
  /** Of a weekly mail, which has no items: the Monday of its week, and the tenants (`''`: all) that it tells of. */
  report?: { week: string; tenants: readonly string[] };
  /** Whether the state has been carried over to the tasks, the notices and the recipient. */
  applied: boolean;
  rev: number;
}

/** One mail: what it says (frozen when claimed), and what became of it. */
export type DigestRecord = Mail &
  (SendingState | SupersededState | AcceptedState | UnsentState | SuppressingState);
export type DigestState = DigestRecord['state'];

/** It is claimed, and nobody knows yet what becomes of it. */
export type SendingDigest = Mail & SendingState;
/** It went, as far as is known. */
export type AcceptedDigest = Mail & AcceptedState;
/** Its address is suppressed. */
export type SuppressingDigest = Mail & SuppressingState;

interface SendingState extends NotTaken {
  state: 'sending';
  retryAt: null;
  unsettled: false;
  delayedAt?: never;
  dead?: never;
  blameless?: never;
}

/** Given up: its notices are decided again. */
interface SupersededState extends NotTaken, GivenUp {
  state: 'superseded';
  delayedAt?: never;
  dead?: never;
  blameless?: never;
}

interface AcceptedState extends Taken, GivenUp, Reported {
  state: 'sent' | 'delivered';
  dead?: never;
}

/**
 * SES took it and then did not send it, for what it says, or refused it in the words in which it refused many: not the
 * recipient's fault.
 */
type UnsentState = (Taken | NotTaken) & GivenUp & Reported & { state: 'unsent'; dead?: never };

/** It showed that the address is suppressed. */
type SuppressingState = (Taken | NotTaken) &
  GivenUp &
  Reported & { state: 'bounced' | 'complained' | 'rejected'; dead: LastingReason };

/** Its channel took it, or an event of SES says so. */
interface Taken {
  sentAt: Instant;
  /** The channel's name of it; null where its answer is not known, because an event came before it or it was lost. */
  messageId: string | null;
}

interface NotTaken {
  sentAt: null;
  messageId: null;
}

/** How it was given up; kept where more became known of it since. */
interface GivenUp {
  /** Where SES did not take it: not tried again before this instant. */
  retryAt: Instant | null;
  /** Nothing was heard of it in time: nobody knows whether it went. */
  unsettled: boolean;
}

/** What may have been heard of it before its newest state. */
interface Reported {
  /** When SES first said that it goes on trying to deliver it. */
  delayedAt?: Instant;
  /** SES refused many in the words in which it refused this one: no refusal of it suppresses anybody. */
  blameless?: true;
}

/** A mail that is to be claimed. */
export type DigestDraft<Address> = Omit<SendingDigest, 'address'> & { address: Address };

/** A mail that is claimed and not sent yet; past its lease it must not be sent any more. */
export function newDigest<Address>(
  claim: Pick<Mail, 'id' | 'recipient' | 'claimedAt' | 'leaseUntil'> & { address: Address },
): DigestDraft<Address> {
  return {
    ...claim,
    acts: 0,
    state: 'sending',
    notAfter: claim.leaseUntil,
    sentAt: null,
    messageId: null,
    retryAt: null,
    unsettled: false,
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

/** A mail as its row has it, where nothing says which fields a state has. */
type DigestRow = Mail &
  GivenUp &
  Reported & { state: DigestState; sentAt: Instant | null; messageId: string | null; dead?: LastingReason };

/** The record in a digest's row: one that went has an instant, one by which its address is suppressed a reason. */
export function digestFromRow(row: Row): DigestRecord {
  const digest = { ...EMPTY, ...recordIn<DigestRow>(row) };
  if (isAcceptedState(digest.state)) digest.sentAt ??= digest.claimedAt;
  if (isSuppressingState(digest.state)) digest.dead ??= 'rejected';
  return digest as DigestRecord;
}

/** Left out of a row; rows of older versions never had them. */
const EMPTY = { unsettled: false, acts: 0 };

function isAcceptedState(state: DigestState): state is AcceptedDigest['state'] {
  return state === 'sent' || state === 'delivered';
}

function isSuppressingState(state: DigestState): state is SuppressingDigest['state'] {
  return state === 'bounced' || state === 'complained' || state === 'rejected';
}

/** Whether a mail went, as far as is known. */
export function isAccepted(digest: DigestRecord): digest is AcceptedDigest {
  return isAcceptedState(digest.state);
}

/** Whether a mail showed that its address is suppressed. */
export function isSuppressing(digest: DigestRecord): digest is SuppressingDigest {
  return isSuppressingState(digest.state);
}

/** When to check a mail again, while its outcome is unknown or not applied; or since when it is done. */
export type MailPlan = { lookAt: Instant } | { doneAt: Instant };

/** Stores a mail over the revision that was read. */
export function digestWrite(record: DigestRecord, plan: MailPlan): Write {
  const bucket = bucketOf(record.id);
  const { unsettled, acts, ...rest } = record;
  const row = { ...rest, ...(unsettled && { unsettled }), ...(acts > 0 && { acts }) };
  return revised(keys.digest(record.id), row, {
    // Never moves, so that only the first write pays for it.
    g2pk: index.mails(bucket),
    g2sk: `${sortable(record.claimedAt)}#${record.id}#${record.recipient}`,
    ...('doneAt' in plan
      ? endingOf('mails', plan.doneAt)
      : { g1pk: index.openDigests(bucket), g1sk: `${sortable(plan.lookAt)}#${record.id}` }),
  });
}
