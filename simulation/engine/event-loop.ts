import { setImmediate as turn } from 'node:timers/promises';
import type { Instant } from '../../functions/abandonment/time.ts';
import type { VirtualClock } from './virtual-clock.ts';

/**
 * The order of what happens at one instant: what was caused just now, then the scenario's events, the scan,
 * work whose delay ends now, and last what was gathered (docs/scenario.md#order-at-one-instant).
 */
export const RANK = { caused: 0, event: 1, scan: 2, delayed: 3, gathered: 4 } as const;
export type Rank = (typeof RANK)[keyof typeof RANK];

/** Milliseconds of real time after which signals are heard: what runs is never idle by itself. */
const HEARD_EVERY = 50;

/** Something that happens at an instant; time waits until it is through. */
export type Act = () => void | Promise<void>;

interface Entry {
  at: Instant;
  rank: Rank;
  /** Among equals, first come first served. */
  sequence: number;
  act: Act;
}

/** Runs acts in the order of their instants, ranks and coming, one after the other. */
export class EventLoop {
  readonly clock: VirtualClock;
  readonly #heap: Entry[] = [];
  #sequence = 0;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  /** How many acts wait. */
  get waiting(): number {
    return this.#heap.length;
  }

  /** Asks for an act at an instant; one that lies in the past happens now. */
  at(instant: Instant, rank: Rank, act: Act): void {
    const at = Math.max(instant, this.clock.now());
    this.#push({ at, rank, sequence: this.#sequence, act });
    this.#sequence += 1;
  }

  /**
   * Runs everything that is due up to and including `until`, also what these acts ask for, and leaves the clock
   * there. `instantOver` runs when nothing is left to do at an instant. What an act throws ends the run.
   */
  async run(until: Instant, instantOver?: () => void): Promise<void> {
    let heardAt = performance.now();
    for (let next = this.#heap[0]; next !== undefined && next.at <= until; next = this.#heap[0]) {
      this.#pop();
      this.clock.moveTo(next.at);
      const pending = next.act();
      if (pending) await pending;
      if (this.#heap[0]?.at !== next.at) instantOver?.();
      if (performance.now() - heardAt > HEARD_EVERY) {
        await turn();
        heardAt = performance.now();
      }
    }
    this.clock.moveTo(Math.max(until, this.clock.now()));
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let hole = heap.length;
    heap.push(entry);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!before(entry, above)) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let hole = 0;
    for (let child = 1; child < heap.length; child = 2 * hole + 1) {
      const right = heap[child + 1];
      const smaller = right !== undefined && before(right, heap[child] as Entry) ? child + 1 : child;
      const below = heap[smaller] as Entry;
      if (!before(below, last)) break;
      heap[hole] = below;
      hole = smaller;
    }
    heap[hole] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at - b.at < 0 || (a.at === b.at && (a.rank - b.rank || a.sequence - b.sequence) < 0);
}
