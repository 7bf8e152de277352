import type { MailOutcome } from '../../episodes/mail.ts';
import type { DigestRecord, DigestState } from '../../store/digests.ts';

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
export function raised(state: DigestState, to: DigestState): DigestState {
  return RANK[to] > RANK[state] ? to : state;
}

/** What the state means for the notices in it: it was taken, it came to nothing, or it was never given away. */
export function standingOf(state: DigestState): MailOutcome['standing'] {
  if (state === 'sending') return 'open';
  if (state === 'superseded') return 'void';
  return state === 'sent' || state === 'delivered' ? 'accepted' : 'failed';
}

/** What an event makes of a digest: it is applied again where its notices stand otherwise by that. */
export function raisedBy(
  { state, applied, sentAt, claimedAt }: DigestRecord,
  to: DigestState,
): Pick<DigestRecord, 'state' | 'applied' | 'sentAt'> {
  const next = raised(state, to);
  const standing = standingOf(next);
  return {
    state: next,
    applied: standing === standingOf(state) ? applied : false,
    sentAt: sentAt ?? (standing === 'accepted' ? claimedAt : null),
  };
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
    mayBeOut: isPrinted || (state === 'superseded' && digest.unsettled === true),
    isUnsent: state === 'unsent',
  };
}

/** Whether the channel took the mail, whatever became of it then. */
function wasPrinted({ state }: DigestRecord): boolean {
  return state !== 'sending' && state !== 'superseded' && state !== 'rejected' && state !== 'unsent';
}
