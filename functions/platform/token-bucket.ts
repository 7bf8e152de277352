import { setTimeout } from 'node:timers/promises';
import type { Clock } from './ports.ts';

export interface TokenBucketOptions {
  /** Tokens a second; this worker's part of the account's rate. */
  perSecond: number;
  /** How many may be taken at once after a rest; default: a second's worth, at least one. */
  burst?: number;
  clock: Clock;
  /** Waits that many milliseconds; default: for real. */
  sleep?: (milliseconds: number) => Promise<unknown>;
}

/** Limits the rate of one process: tokens come back steadily, and who takes one waits for their turn. */
export class TokenBucket {
  readonly #options: TokenBucketOptions;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  /** Throws a RangeError where the rate is not above zero or the burst is under one. */
  constructor(options: TokenBucketOptions) {
    this.#options = options;
    this.#burst = options.burst ?? Math.max(1, options.perSecond);
    if (!(options.perSecond > 0) || !(this.#burst >= 1)) {
      throw new RangeError(
        `a rate above 0 and a burst of at least 1, got ${options.perSecond} and ${this.#burst}`,
      );
    }
    this.#tokens = this.#burst;
    this.#filledAt = options.clock.now();
  }

  /**
   * Takes a token, after a wait where there is none. False, with none taken and without waiting, where its
   * turn would come later than in `longestWait` milliseconds.
   */
  async take(longestWait: number = Number.POSITIVE_INFINITY): Promise<boolean> {
    this.#fill();
    const wait = Math.max(0, Math.ceil(((1 - this.#tokens) / this.#options.perSecond) * 1000));
    if (wait > longestWait) return false;
    this.#tokens -= 1;
    if (wait > 0) await (this.#options.sleep ?? setTimeout)(wait);
    return true;
  }

  #fill(): void {
    const now = this.#options.clock.now();
    const gained = (Math.max(0, now - this.#filledAt) / 1000) * this.#options.perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    this.#filledAt = now;
  }
}
