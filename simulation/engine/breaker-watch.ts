import { type Duration, type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import { QUEUE_NAMES } from '../../functions/platform/queues.ts';
import type { System } from '../../functions/platform/system.ts';
import type { Attempts } from '../faults/attempts.ts';
import { type EventLoop, RANK } from './event-loop.ts';
import type { Service } from './service.port.ts';
import type { SimQueues } from './sim-queues.ts';
import { SimWorkerControl } from './worker-control.ts';

/** The breaker is looked after for so long after a failure; before, it would find nothing. */
const WATCHED_FOR: Duration = 15 * MINUTE;

/** What it works with. */
export interface BreakerWatchParts {
  loop: EventLoop;
  service: Service;
  queues: SimQueues;
  attempts: Attempts;
  system: System;
}

/** Runs the breaker each minute while something failed lately or a queue is paused. */
export class BreakerWatch {
  readonly #parts: BreakerWatchParts;
  readonly #control: SimWorkerControl;
  #watchedUntil: Instant = Number.NEGATIVE_INFINITY;
  #isAwake = false;

  constructor(parts: BreakerWatchParts) {
    this.#parts = parts;
    const { queues, attempts, system } = parts;
    this.#control = new SimWorkerControl({ queues, attempts, version: system.config.functionVersion });
  }

  /** Something failed. */
  wake(): void {
    const { loop } = this.#parts;
    this.#watchedUntil = loop.clock.now() + WATCHED_FOR;
    if (this.#isAwake) return;
    this.#isAwake = true;
    this.#next();
  }

  #next(): void {
    const { loop } = this.#parts;
    const minute = Math.floor(loop.clock.now() / MINUTE) * MINUTE;
    loop.at(minute + MINUTE, RANK.delayed, () => this.#run());
  }

  async #run(): Promise<void> {
    const { loop, service, queues, attempts } = this.#parts;
    const now = loop.clock.now();
    await attempts.beside('breaker', (system) => service.watch(system, this.#control, now));
    const goesOn = now < this.#watchedUntil || QUEUE_NAMES.some((queue) => queues.isPaused(queue));
    if (goesOn) this.#next();
    else this.#isAwake = false;
  }
}
