import { DAY, type Instant } from '../functions/abandonment/time.ts';
import type { TurnedOff } from './effects.ts';
import type { FleetFacts, TrueTask } from './fleet-facts.ts';
import type { Verifier } from './verifier.ts';

interface Done {
  task: string;
  run: string;
  at: Instant;
  dataPlane: string;
  approved: boolean;
}

/** Checks that no spike is turned off and that the pace is kept (promise 10). */
export class PaceVerifier {
  readonly #verifier: Verifier;
  readonly #facts: FleetFacts;
  readonly #now: () => Instant;
  readonly #asked = new Map<string, Done>();
  #last: Done[] = [];

  constructor(verifier: Verifier, facts: FleetFacts, now: () => Instant) {
    this.#verifier = verifier;
    this.#facts = facts;
    this.#now = now;
  }

  /** The owning system is asked to turn a task off. */
  asked(task: TrueTask, { run, episode }: TurnedOff): void {
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

  /** It was turned off. */
  turnedOff({ task, episode }: TurnedOff): void {
    const done = this.#asked.get(`${task} #${episode}`);
    if (!done) return;
    const now = this.#now();
    this.#last = [...this.#last.filter(({ at }) => at > now - DAY), { ...done, at: now }];
    const { perRun, perDay, share, shareFloor } = this.#facts.blastRadius();
    const ofRun = this.#last.filter(({ run }) => run === done.run).length;
    this.#verifier.check(
      10,
      ofRun <= perRun,
      () => `run ${done.run} turned off ${ofRun}, of at most ${perRun}`,
    );
    const ofDay = new Set(this.#last.map(({ task: id }) => id)).size;
    // What was queued in one day may be done in the next, where the owning system or a worker was slow.
    this.#verifier.check(10, ofDay <= 2 * perDay, () => `${ofDay} turned off in a day, of at most ${perDay}`);
    const unapproved = this.#last.filter(({ approved }) => !approved);
    const allowed = Math.max(shareFloor, share * this.#fleet());
    const isSpike = unapproved.length > allowed && new Set(unapproved.map(({ run }) => run)).size === 1;
    this.#verifier.check(
      10,
      !isSpike,
      () => `a spike of ${unapproved.length} was turned off without approval`,
    );
  }

  /** Tasks that are eligible now or were turned off in the last day. */
  #fleet(): number {
    let size = this.#last.length;
    for (const task of this.#facts.tasks.values()) {
      const eligible = task.enabled && !task.deleted && task.kind !== 'collection' && !task.dekaf;
      if (eligible) size += 1;
    }
    return size;
  }
}
