import type { Duration, Instant } from '../../functions/abandonment/time.ts';
import type { FleetFacts } from './fleet-facts.ts';

/** A promise of docs/promises.md that did not hold. */
export interface BrokenPromise {
  promise: number;
  at: Instant;
  what: string;
}

/** Where the parts of the verifier say what they found. */
export interface Checks {
  /** Counts a check of a promise, and notes it as broken where it does not hold. */
  check(promise: number, holds: boolean, what: () => string): void;
  /** Checks a promise; counted only where it was at stake. */
  checkWhere(atStake: boolean, promise: number, holds: boolean, what: () => string): void;
}

/** What all parts of it are told. */
export interface VerifierParts {
  facts: FleetFacts;
  now: () => Instant;
  /** How long what was disabled is gathered for one mail. */
  gathered: Duration;
  /** How far clocks of processes differ from the true one at most. @default 0 */
  skew?: Duration;
  /** Whether Taskwarden may not know yet what the bus and SES told it. By default it does. */
  isBehind?: () => boolean;
  /** Whether anything goes wrong in the scenario, so that what is caused may come later. @default false */
  isFaulty?: boolean;
}
