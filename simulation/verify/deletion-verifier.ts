import { formatInstant, type Instant } from '../../functions/abandonment/time.ts';
import type { Checks, VerifierParts } from './checks.ts';
import type { FleetFacts, TrueTask } from './fleet-facts.ts';

/** One data plane that is deleted, as operators hear of it. */
interface Deletion {
  since: Instant;
  /** How often operators were notified of it while it parked something. */
  told: number;
  /** How many scans were completed when Taskwarden could know of it and of a task that it parks. */
  scans: number;
}

/** So often a message may reach operators again whose sender could not note that it was sent, or who was overtaken. */
const REPEATS_OF_FAULTS = 3;

/** Checks that operators hear once of a deleted data plane that parks tasks, and can end that (promise 5). */
export class DeletionVerifier {
  readonly #checks: Checks;
  readonly #facts: FleetFacts;
  readonly #isBehind: () => boolean;
  readonly #mostTold: number;
  readonly #deletions = new Map<string, Deletion>();
  #scans = 0;

  constructor(checks: Checks, { facts, isBehind = () => false, isFaulty = false }: VerifierParts) {
    this.#checks = checks;
    this.#facts = facts;
    this.#isBehind = isBehind;
    this.#mostTold = isFaulty ? 1 + REPEATS_OF_FAULTS : 1;
  }

  operatorAlerted(code: string, plane: string): void {
    if (code !== 'data-plane-deleted') return;
    const deletion = this.#deletionOf(plane);
    if (!deletion) return;
    deletion.told += 1;
    const isNews = deletion.told <= this.#mostTold;
    const what = () =>
      `operators were told again that ${plane} is deleted since ${formatInstant(deletion.since)}`;
    this.#checks.check(5, isNews, what);
  }

  /** An operator dismissed whatever a name has; `done`: whether Taskwarden took it for the end of a deletion. */
  dismissed(plane: string, done: boolean): void {
    if (this.#facts.deletedSince(plane) === null || this.#isBehind()) return;
    this.#checks.check(5, done, () => `an operator could not dismiss that ${plane} is deleted`);
  }

  /** A scan came to its end. */
  scanCompleted(): void {
    this.#scans += 1;
  }

  /** Two scans after Taskwarden could know that a deleted plane parks tasks, operators do. */
  scanOver(): void {
    if (!this.#facts.hasDeletions) return;
    for (const plane of new Set([...this.#facts.tasks.values()].map(({ dataPlane }) => dataPlane))) {
      const deletion = this.#deletionOf(plane);
      if (deletion) this.#checkNotified(plane, deletion);
    }
  }

  #checkNotified(plane: string, deletion: Deletion): void {
    const parks = [...this.#facts.tasks.values()].some((task) => task.dataPlane === plane && canFail(task));
    if (!parks) deletion.told = 0;
    if (!parks || this.#isBehind()) deletion.scans = this.#scans;
    if (this.#scans < deletion.scans + 2) return;
    this.#checks.check(5, deletion.told > 0, () => `operators were not told that ${plane} is deleted`);
  }

  /** What is known of the deletion of a plane that parks its tasks now. */
  #deletionOf(plane: string): Deletion | undefined {
    const since = this.#facts.deletedSince(plane);
    if (since === null) return undefined;
    const earlier = this.#deletions.get(plane);
    if (earlier?.since === since) return earlier;
    const deletion = { since, told: 0, scans: this.#scans };
    this.#deletions.set(plane, deletion);
    return deletion;
  }
}

/** Whether a task is watched at all, so that something is parked with it. */
function canFail({ enabled, deleted, kind, dekaf }: TrueTask): boolean {
  return enabled && !deleted && kind !== 'collection' && kind !== 'job' && !dekaf;
}
