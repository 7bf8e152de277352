import { DAY, type Duration, type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import type { Attempts } from '../faults/attempts.ts';
import { type FaultInjector, ProcessDied } from '../faults/crashing-process.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import type { FaultMode } from '../scenario/scenario-types.ts';
import { type EventLoop, RANK } from './event-loop.ts';

/** A scheduler tries a throttled invocation again after this long. */
const TRIED_AGAIN_AFTER: Duration = MINUTE;
/** How long the alarm on completed scans waits beyond two missed ones. */
const MISSED = 2;
/** An alarm that lasts rings again after this long. */
const WEEK: Duration = 7 * DAY;
/** Calls of a tick that is to die half way, before any other tick is known. */
const USUAL_CALLS = 40;

/** What it works with. */
export interface ScheduleParts {
  loop: EventLoop;
  until: Instant;
  scanEvery: Duration;
  plan: FaultPlan;
  attempts: Attempts;
  /** Before the tick of an instant. */
  before: () => Promise<void>;
  /** When the tick and all it caused at its instant is through. */
  over: (at: Instant) => void;
  /** A tick ended by what is no fault of the scenario. */
  defect: (at: Instant, error: unknown) => void;
  /** The alarm rings for operators. */
  alarm: (detail: string) => void;
  lateBy: (at: Instant) => Duration;
}

/** The schedule of ticks, with the faults of the scanner, and the alarm that watches it from outside. */
export class Schedule {
  /** Ticks that were run. */
  scans = 0;
  readonly #parts: ScheduleParts;
  readonly #start: Instant;
  #completedAt: Instant;
  #alarmedAt: Instant | null = null;
  #calls = USUAL_CALLS;

  constructor(parts: ScheduleParts) {
    this.#parts = parts;
    this.#start = parts.loop.clock.now();
    this.#completedAt = this.#start;
  }

  /** A scan is completed: that of the newest tick, which may have come late. */
  completed(at: Instant): void {
    this.#completedAt = at - ((at - this.#start) % this.#parts.scanEvery);
    this.#alarmedAt = null;
  }

  /** Asks for the tick of an instant and all later ones. */
  from(at: Instant): void {
    const { loop, until, scanEvery, before, over } = this.#parts;
    if (at > until) return;
    loop.at(at, RANK.event, before);
    loop.at(at, RANK.scan, async () => {
      await this.#tick(at);
      loop.at(at, RANK.scan, () => over(at));
      this.from(at + scanEvery);
    });
  }

  async #tick(at: Instant): Promise<void> {
    const { plan, loop, lateBy } = this.#parts;
    if (!this.#isDown()) {
      const mode = plan.areAny ? plan.inject('scanner', at, MODES, { concerns: () => true }) : undefined;
      const late = mode === 'throttle' ? TRIED_AGAIN_AFTER : lateBy(at);
      if (late > 0) loop.at(at + late, RANK.delayed, () => this.#runLate(at));
      else await this.#runWithFault(at, mode);
    }
    this.#watch(at);
  }

  /** A scanner that is down has no ticks, late ones included, whatever other fault holds. */
  #isDown(): boolean {
    const { plan, loop } = this.#parts;
    return plan.areAny && plan.inject('scanner', loop.clock.now(), ['down']) !== undefined;
  }

  async #runLate(at: Instant): Promise<void> {
    if (!this.#isDown()) await this.#run(at);
  }

  async #runWithFault(at: Instant, mode: FaultMode | undefined): Promise<void> {
    switch (mode) {
      case 'crash': {
        const half = Math.floor(this.#calls / 2) + 1;
        return this.#run(at, (_call, process) => (process.calls >= half ? { dies: 'before' } : undefined));
      }
      case 'duplicate':
        await Promise.all([this.#run(at), this.#run(at)]);
        return;
      case 'timeout-after-accept':
        await this.#run(at);
        this.#parts.loop.at(at + TRIED_AGAIN_AFTER, RANK.delayed, () => this.#runLate(at));
        return;
      case 'reject':
        return this.#run(at, this.#parts.attempts.failsFor('scanner'));
      default:
        return this.#run(at);
    }
  }

  async #run(at: Instant, also?: FaultInjector): Promise<void> {
    this.scans += 1;
    try {
      const calls = await this.#parts.attempts.scan(at, also);
      this.#calls = Math.max(calls, 2);
    } catch (error) {
      if (!(error instanceof ProcessDied)) this.#parts.defect(at, error);
    }
  }

  /** The alarm watches the metric of completed scans alone, so it needs no scanner. */
  #watch(at: Instant): void {
    const missing = at - this.#completedAt;
    if (missing < MISSED * this.#parts.scanEvery || at < (this.#alarmedAt ?? at - WEEK) + WEEK) return;
    this.#alarmedAt = at;
    this.#parts.alarm(`no scan was completed for ${Math.round(missing / MINUTE)} minutes`);
  }
}

const MODES = ['crash', 'duplicate', 'throttle', 'timeout-after-accept', 'reject'] as const;
