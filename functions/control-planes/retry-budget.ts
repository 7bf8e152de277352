/** What a call that went well gives back. */
const PER_SUCCESS = 0.1;
/** So many calls may be tried again in a row. */
const MOST = 10;

/**
 * How often calls of one process may be tried again: about one in ten, so that repetitions do not multiply what a control
 * plane that fails has to bear.
 */
export class RetryBudget {
  #left = MOST;

  /** A call went well. */
  succeeded(): void {
    this.#left = Math.min(MOST, this.#left + PER_SUCCESS);
  }

  /** Takes one repetition; false where none is left. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
