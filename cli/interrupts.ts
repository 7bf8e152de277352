/**
 * What a command that is stopped by Ctrl-C says: what was done, and how to go on. The command says so as it begins and as it
 * comes along; one that says nothing is only said to be interrupted.
 */
export class Interrupts {
  #lines: readonly string[] = [];
  readonly #removals: (() => void)[] = [];

  /** Says what holds from now on, if the command is stopped. */
  whileDoing(...lines: string[]): void {
    this.#lines = lines;
  }

  /** Has something put aside removed, if the command is stopped. */
  removing(remove: () => void): void {
    this.#removals.push(remove);
  }

  /** Removes what was put aside; what cannot be removed stays. */
  removeAll(): void {
    for (const remove of this.#removals) {
      try {
        remove();
      } catch {
        // The word on what was done matters more.
      }
    }
  }

  /** What to say now. */
  lines(): string[] {
    const [first, ...others] = this.#lines;
    return [first === undefined ? 'interrupted' : `interrupted: ${first}`, ...others];
  }
}

/** The exit code of what Ctrl-C ended: 128 and the number of the signal. */
export const INTERRUPTED = 130;
