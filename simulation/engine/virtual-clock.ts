import type { Instant } from '../../functions/abandonment/time.ts';
import { formatInstant } from '../../functions/abandonment/time.ts';
import type { Clock } from '../../functions/platform/ports.ts';

/** Time that stands still until it is moved, and never goes back. */
export class VirtualClock implements Clock {
  #now: Instant;

  constructor(start: Instant) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  /** Moves to a later instant, or stays. Throws where it would go back. */
  moveTo(instant: Instant): void {
    if (instant < this.#now) {
      throw new RangeError(
        `time cannot go back from ${formatInstant(this.#now)} to ${formatInstant(instant)}`,
      );
    }
    this.#now = instant;
  }
}
