import { DAY, type Instant } from '../../functions/abandonment/time.ts';
import type { DisabledTask } from '../engine/effects.ts';
import type { Checks } from './checks.ts';
import type { FleetFacts, TrueTask } from './fleet-facts.ts';

interface Done {
  task: string;
  run: string;
  at: Instant;
  dataPlane: string;
  approved: boolean;
}

/** Checks that no spike is disabled and that the rate limit is kept (promise 10). */
export class RateLimitVerifier {
  readonly #checks: Checks;
  readonly #facts: FleetFacts;
  readonly #now: () => Instant;
  readonly #asked = new Map<string, Done>();
  #last: Done[] = [];
  /** The size of the fleet and of planes at one instant: what is disabled then stays counted. */
  #sizes = { at: Number.NaN, of: new Map<string | null, number>() };

  constructor(checks: Checks, facts: FleetFacts, now: () => Instant) {
    this.#checks = checks;
    this.#facts = facts;
    this.#now = now;
  }

  /** The owning system is asked to disable a task. */
  asked(task: TrueTask, { run, episode }: DisabledTask): void {
    const key = `${task.id} #${episode}`;
    const approvedAt = this.#facts.approvedAt.get(task.id);
    if (run === null) return;
    const { dataPlane } = task;
    this.#asked.set(key, {
      task: task.id,
      run,
      at: this.#now(),
      dataPlane,
      approved: approvedAt !== undefined,
    });
  }

  /** It was disabled. */
  disabled({ task, episode }: DisabledTask): void {
    const done = this.#asked.get(`${task} #${episode}`);
    if (!done) return;
    const now = this.#now();
    this.#last = [...this.#last.filter(({ at }) => at > now - DAY), { ...done, at: now }];
    const { perRun, perDay, share, shareFloor } = this.#facts.blastRadius();
    const ofRun = this.#last.filter(({ run }) => run === done.run);
    this.#checks.check(
      10,
      ofRun.length <= perRun,
      () => `run ${done.run} disabled ${ofRun.length}, of at most ${perRun}`,
    );
    const ofDay = new Set(this.#last.map(({ task: id }) => id)).size;
    // What was queued in one day may be done in the next, where the owning system or a worker was slow.
    this.#checks.check(10, ofDay <= 2 * perDay, () => `${ofDay} disabled in a day, of at most ${perDay}`);
    // A spike of several runs may have lost the group that was held of it: what one run does is no spike itself.
    const unapproved = ofRun.filter(({ approved }) => !approved);
    this.#checkSpike(unapproved, null, { share, shareFloor });
    this.#checkSpike(
      unapproved.filter(({ dataPlane }) => dataPlane === done.dataPlane),
      done.dataPlane,
      { share, shareFloor },
    );
  }

  /** More than the share of the fleet, or of one data plane, and more than the floor, is a spike (promise 10). */
  #checkSpike(
    done: readonly Done[],
    dataPlane: string | null,
    { share, shareFloor }: { share: number; shareFloor: number },
  ): void {
    const where = dataPlane === null ? '' : ` of data plane ${dataPlane}`;
    this.#checks.check(
      10,
      done.length <= shareFloor || done.length <= share * this.#sizeOf(dataPlane),
      () => `a spike of ${done.length}${where} was disabled without approval`,
    );
  }

  #sizeOf(dataPlane: string | null): number {
    if (this.#sizes.at !== this.#now()) this.#sizes = { at: this.#now(), of: new Map() };
    const size = this.#sizes.of.get(dataPlane) ?? this.#fleet(dataPlane);
    this.#sizes.of.set(dataPlane, size);
    return size;
  }

  /** Tasks that are eligible now or were disabled in the last day, each once; of one data plane or (null) of all. */
  #fleet(dataPlane: string | null): number {
    const isHere = (plane: string) => dataPlane === null || plane === dataPlane;
    const off = new Set(this.#last.filter((done) => isHere(done.dataPlane)).map(({ task }) => task));
    let size = off.size;
    for (const task of this.#facts.tasks.values())
      if (isHere(task.dataPlane) && isEligible(task) && !off.has(task.id)) size += 1;
    return size;
  }
}

function isEligible({ enabled, deleted, kind, dekaf, startedAt, endedAt }: TrueTask): boolean {
  const isRunning = kind !== 'job' || (startedAt !== null && endedAt === null);
  return enabled && !deleted && isRunning && kind !== 'collection' && !dekaf;
}
