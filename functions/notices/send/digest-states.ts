import type { DigestState } from '../../store/digests.ts';

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
export function standingOf(state: DigestState): 'open' | 'accepted' | 'failed' | 'void' {
  if (state === 'sending') return 'open';
  if (state === 'superseded') return 'void';
  return state === 'sent' || state === 'delivered' ? 'accepted' : 'failed';
}
