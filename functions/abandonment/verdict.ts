import type { Duration, Instant } from './time.ts';

/** What becomes of a notice that waits for a mail: it goes (with this date), waits, or no longer holds. */
export type Verdict =
  | { verdict: 'send'; disableAt: Instant | null; after?: Duration }
  | { verdict: 'wait'; reason: string }
  | { verdict: 'void'; reason: string };
