import type { Instant } from '../abandonment/time.ts';

/** What became of a mail, as far as an episode is concerned. */
export interface MailOutcome {
  digest: string;
  /** The recipient's key. */
  recipient: string;
  /** When it was claimed, and when it counts as accepted. */
  claimedAt: Instant;
  acceptedAt: Instant;
  /** Taken, come to nothing, never given away; or nobody knows yet. */
  standing: 'open' | 'accepted' | 'failed' | 'void';
  /** Taken by its channel, whatever became of it then. */
  isPrinted: boolean;
  /** Whether its dates are out in the world, or may be: of a mail that nothing was heard of nobody knows (promise 2). */
  mayBeOut: boolean;
  /** Taken and not sent, for what it says: what it was to tell is told again. */
  isUnsent: boolean;
}
