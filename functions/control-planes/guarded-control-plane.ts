import { formatInstant, type Instant, SECOND } from '../abandonment/time.ts';
import {
  type ControlAnswer,
  ControlPlaneUnavailable,
  type DisableRequest,
  type EnableRequest,
  type ListedControlPlane,
  type ListedTask,
} from '../platform/control-plane.port.ts';
import { commit, type Writing } from '../store/commit.ts';
import {
  type ControlPlaneBreakerRecord,
  controlPlaneBreakerEnd,
  controlPlaneBreakerWrite,
  loadControlPlaneBreaker,
} from '../store/control-plane-breakers.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import { admit, afterFailure } from './breaker.ts';

/**
 * A control plane that is left alone while it fails, so that none slows the others, nor is asked by all functions at once
 * when it comes back. What is known of it stands in the table: all instances of all functions see it.
 */
export class GuardedControlPlane implements ListedControlPlane {
  readonly #name: string;
  readonly #inner: ListedControlPlane;
  readonly #writing: Writing;

  constructor(name: string, inner: ListedControlPlane, writing: Writing) {
    this.#name = name;
    this.#inner = inner;
    this.#writing = writing;
  }

  list(cursor: string | null, tag?: string): ReturnType<ListedControlPlane['list']> {
    return this.#ask(() => this.#inner.list(cursor, tag));
  }

  get(task: string): Promise<ListedTask | undefined> {
    return this.#ask(() => this.#inner.get(task));
  }

  disable(request: DisableRequest): Promise<ControlAnswer> {
    return this.#ask(() => this.#inner.disable(request));
  }

  enable(request: EnableRequest): Promise<ControlAnswer> {
    return this.#ask(() => this.#inner.enable(request));
  }

  check(): Promise<void> {
    return this.#ask(() => this.#inner.check());
  }

  async #ask<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const breaker = await this.#admitted();
    try {
      const answer = await call();
      if (breaker) await this.#answers(breaker);
      return answer;
    } catch (error) {
      if (error instanceof ControlPlaneUnavailable && !error.isUnasked) await this.#fails(error);
      throw error;
    }
  }

  /**
   * What is known of it, where it may be asked.
   * @throws ControlPlaneUnavailable where it may not, and nothing was sent
   */
  async #admitted(): Promise<ControlPlaneBreakerRecord | undefined> {
    const record = await loadControlPlaneBreaker(this.#writing.table, this.#name);
    const admission = admit(record, this.#writing.clock.now());
    if (admission.may === 'ask') return record;
    if (admission.may === 'wait') throw this.#leftAlone(record, admission.until);
    const isOurs = await writeUnlessRefused(
      this.#writing,
      [controlPlaneBreakerWrite(admission.record)],
      `the trial of ${this.#name}`,
    );
    // Another was first, and tries it.
    if (!isOurs) throw this.#leftAlone(record, admission.record.triedUntil ?? 0);
    return { ...admission.record, rev: admission.record.rev + 1 };
  }

  #leftAlone(record: ControlPlaneBreakerRecord | undefined, until: Instant): ControlPlaneUnavailable {
    const seconds = Math.max(1, Math.ceil((until - this.#writing.clock.now()) / SECOND));
    const why = `it is not asked before ${formatInstant(until)}, for it fails: ${record?.why ?? ''}`;
    return new ControlPlaneUnavailable(this.#name, why, seconds, true);
  }

  async #answers(breaker: ControlPlaneBreakerRecord): Promise<void> {
    // Refused where it failed meanwhile: that is newer.
    await writeUnlessRefused(
      this.#writing,
      [controlPlaneBreakerEnd(breaker)],
      `that ${this.#name} answers again`,
    );
  }

  #fails(error: ControlPlaneUnavailable): Promise<void> {
    const { table, clock, random } = this.#writing;
    return commit(this.#writing, `the breaker of ${this.#name}`, async () => {
      const before = await loadControlPlaneBreaker(table, this.#name);
      const at = { now: clock.now(), chance: random.next() };
      return {
        writes: [controlPlaneBreakerWrite(afterFailure(before, this.#name, error, at))],
        value: undefined,
      };
    });
  }
}
