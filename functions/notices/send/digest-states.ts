import type { Instant } from '../../abandonment/time.ts';
import type { MailOutcome } from '../../episodes/mail.ts';
import {
  type AcceptedDigest,
  type DigestRecord,
  type DigestState,
  isAccepted,
  isSuppressing,
  type SuppressingDigest,
} from '../../store/digests.ts';

const RANK: Record<DigestState, number> = {
  sending: 0,
  superseded: 1,
  sent: 2,
  unsent: 3,
  delivered: 4,
  rejected: 5,
  bounced: 6,
  complained: 7,
};

/** All states, from the first to the last. */
export const DIGEST_STATES = Object.keys(RANK) as DigestState[];

/** A digest's state only rises, whichever of the sender and SES's events comes first (docs/rules.md#mail). */
function isRise(from: DigestState, to: DigestState): boolean {
  return RANK[to] > RANK[from];
}

/** What the state means for the notices in it: it was taken, it came to nothing, or it was never given away. */
export function standingOf(state: DigestState): MailOutcome['standing'] {
  if (state === 'sending') return 'open';
  if (state === 'superseded') return 'void';
  return state === 'sent' || state === 'delivered' ? 'accepted' : 'failed';
}

/** The digest that its channel took; where more is known of it, that state stands. */
export function withAnswer(
  digest: DigestRecord,
  answer: { sentAt: Instant; messageId: string },
): DigestRecord {
  return digest.state === 'sending' || digest.state === 'superseded'
    ? { ...digest, ...answer, state: 'sent', applied: false }
    : { ...digest, ...answer, applied: false };
}

/** How a digest is given up: SES surely did not take it, or nobody knows whether it went. */
export type GivingUp = { retryAt: Instant | null } | { retryAt: null; unsettled: true };

/** The digest that is given up; where more is known of it, that state stands. */
export function superseded(digest: DigestRecord, how: GivingUp): DigestRecord {
  return digest.state === 'sending'
    ? { ...digest, ...how, state: 'superseded', applied: false }
    : { ...digest, ...how, applied: false };
}

/** The digest that SES took and did not send; undefined where it was decided again already. */
export function unsent(digest: DigestRecord): DigestRecord | undefined {
  return digest.state === 'sending' || digest.state === 'sent'
    ? { ...digest, state: 'unsent', applied: false }
    : undefined;
}

/** The digest that SES refused in the words in which it refused many; undefined where more is known of it. */
export function blameless(digest: DigestRecord): DigestRecord | undefined {
  if (digest.state !== 'sending' && digest.state !== 'rejected') return undefined;
  const { dead: _, ...rest } = digest;
  return { ...rest, state: 'unsent', blameless: true, applied: false };
}

/** By which state of its mail an address is suppressed, and why. */
export type SuppressingNews = Pick<SuppressingDigest, 'state' | 'dead'>;

/** The digest that showed that its address is suppressed; undefined where no refusal of it suppresses anybody. */
export function withSuppression(
  digest: DigestRecord,
  { state, dead }: SuppressingNews,
): SuppressingDigest | undefined {
  if (digest.blameless && dead === 'rejected') return undefined;
  const isKnown = isSuppressing(digest) && !isRise(digest.state, state);
  return isKnown ? { ...digest, dead, applied: false } : { ...digest, state, dead, applied: false };
}

/** That a mail is under way or arrived, as SES says; `delayedAt`: it goes on trying since. */
export interface Progress {
  state: AcceptedDigest['state'];
  delayedAt?: Instant;
}

/** The digest after word of its progress; undefined where it stays as it is. */
export function withProgress(digest: DigestRecord, { state, delayedAt }: Progress): DigestRecord | undefined {
  const isOpen = digest.state === 'sending' || digest.state === 'superseded';
  const isNews = isOpen || (!isSuppressing(digest) && isRise(digest.state, state));
  const isNewlyDelayed = delayedAt !== undefined && digest.delayedAt === undefined;
  if (!isNews && digest.applied && !isNewlyDelayed) return undefined;
  const next = isNews ? accepted(digest, state) : digest;
  return isNewlyDelayed ? { ...next, delayedAt } : next;
}

/** It is applied again where its notices stand otherwise by that; nobody knows when it went but that it was claimed. */
function accepted(
  digest: Exclude<DigestRecord, SuppressingDigest>,
  state: AcceptedDigest['state'],
): AcceptedDigest {
  const sentAt = digest.sentAt ?? digest.claimedAt;
  return { ...digest, state, sentAt, applied: isAccepted(digest) && digest.applied };
}

/** What became of a mail, as far as the episodes in it are concerned. */
export function outcomeOf(digest: DigestRecord): MailOutcome {
  const { id, recipient, state, claimedAt, sentAt } = digest;
  const isPrinted = wasPrinted(digest);
  return {
    digest: id,
    recipient,
    claimedAt,
    acceptedAt: sentAt ?? claimedAt,
    standing: standingOf(state),
    isPrinted,
    mayBeOut: isPrinted || (state === 'superseded' && digest.unsettled),
    isUnsent: state === 'unsent',
  };
}

/** Whether the channel took the mail, whatever became of it then. */
function wasPrinted({ state }: DigestRecord): boolean {
  return state !== 'sending' && state !== 'superseded' && state !== 'rejected' && state !== 'unsent';
}
