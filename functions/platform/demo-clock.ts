import type { Duration, Instant } from '../abandonment/time.ts';
import type { Clock } from './ports.ts';
import type { Key, Row } from './table.port.ts';

/** The row that holds the demo's instant (`at`, epoch milliseconds). */
export const DEMO_CLOCK_KEY: Key = { pk: 'META', sk: 'CLOCK' };

/**
 * A clock that stands at the instant told by a row of the table, and follows another clock while there is
 * none. The environment lets only the stage `local` have it.
 */
export class DemoClock implements Clock {
  readonly #otherwise: Clock;
  readonly #read: (key: Key) => Promise<Row | undefined>;
  #told: Instant | undefined;

  /** `read`: a strongly consistent read of one row. */
  constructor(otherwise: Clock, read: (key: Key) => Promise<Row | undefined>) {
    this.#otherwise = otherwise;
    this.#read = read;
  }

  /** Takes the instant from its row; to be called as each invocation begins. */
  async refresh(): Promise<void> {
    const at = (await this.#read(DEMO_CLOCK_KEY))?.at;
    this.#told = typeof at === 'number' && Number.isFinite(at) ? at : undefined;
  }

  /** Whether somebody told the time. */
  get isTold(): boolean {
    return this.#told !== undefined;
  }

  now(): Instant {
    return this.#told ?? this.#otherwise.now();
  }

  timer(duration: Duration, ring: () => void): () => void {
    return this.#otherwise.timer?.(duration, ring) ?? (() => {});
  }
}
