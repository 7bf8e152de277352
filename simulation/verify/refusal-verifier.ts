import { DAY, type Duration, formatInstant, type Instant } from '../../functions/abandonment/time.ts';
import type { DisabledTask } from '../engine/effects.ts';
import type { EndedAttempt } from '../faults/attempts.ts';
import type { Checks, VerifierParts } from './checks.ts';
import type { FleetFacts, TrueTask } from './fleet-facts.ts';

/** The newest word of the owning system that it does not disable a task. */
interface Refusal {
  task: TrueTask;
  at: Instant;
  /** What it was said of. */
  episode: number;
  version: number;
  /** When Taskwarden said that it had taken it in; null where it did not. */
  heardAt: Instant | null;
  /** A worker died that may have taken it in before it could say so. */
  mayBeHeard?: true;
  /** How many scans were completed when Taskwarden could know; null while it cannot. */
  scans: number | null;
  /** What was true of the task then, by which its episode may end. */
  before: string;
}

/**
 * Checks that what an owning system refuses to disable is let be for a day, unless somebody asks for it or it is
 * published anew, and that operators hear of it (promise 15).
 */
export class RefusalVerifier {
  readonly #checks: Checks;
  readonly #facts: FleetFacts;
  readonly #now: () => Instant;
  readonly #skew: Duration;
  readonly #isBehind: () => boolean;
  readonly #newest = new Map<string, Refusal>();
  /** Tasks of which operators were notified that they are not disabled. */
  readonly #told = new Set<string>();
  #scans = 0;

  constructor(checks: Checks, { facts, now, skew = 0, isBehind = () => false }: VerifierParts) {
    this.#checks = checks;
    this.#facts = facts;
    this.#now = now;
    this.#skew = skew;
    this.#isBehind = isBehind;
  }

  /** The owning system refuses; `isTold`: by an event, which is not lost where the bus has it. */
  refused({ task: id, episode }: DisabledTask, isTold: boolean): void {
    const task = this.#facts.tasks.get(id);
    if (!task) return;
    const at = this.#now();
    const earlier = this.#newest.get(id);
    // Asked twice at one instant, it is one refusal to whoever heard of it.
    const heardAt = earlier?.at === at ? earlier.heardAt : null;
    const scans = isTold || heardAt !== null ? this.#scans : null;
    const before = this.#stateOf(task);
    this.#newest.set(id, { task, at, episode, version: task.version, heardAt, scans, before });
  }

  /** A receive of a worker ended: it may say that it has taken a refusal in. */
  ended({ queue, body, outcome, reason }: EndedAttempt): void {
    if (outcome !== null && reason !== 'refused') return;
    if (queue !== 'ingest' && queue !== 'disable') return;
    const refusal = this.#newest.get(taskIn(body) ?? '');
    if (!refusal || refusal.heardAt !== null) return;
    if (outcome === null) {
      refusal.mayBeHeard = true;
      return;
    }
    refusal.heardAt = this.#now();
    refusal.scans ??= this.#scans;
  }

  operatorAlerted(code: string, subject: string): void {
    if (code !== 'disable-failing') return;
    this.#told.add(subject);
    // It is stored with the refusal: who died right after that never said so.
    const refusal = this.#newest.get(subject);
    if (refusal) refusal.heardAt ??= this.#now();
  }

  /** Taskwarden asks the owning system to disable a task. Who asked for it at once is let ask again. */
  asked({ task: id, episode, disableAt }: DisabledTask): void {
    const refusal = this.#newest.get(id);
    if (!refusal || refusal.heardAt === null || disableAt === null) return;
    const isOther = refusal.episode !== episode || refusal.version !== refusal.task.version;
    if (isOther) return;
    const now = this.#now();
    const isFree = now <= refusal.heardAt || now + 2 * this.#skew >= refusal.at + DAY;
    const what = () => `${id} #${episode} is asked for again, refused at ${formatInstant(refusal.at)}`;
    this.#checks.check(15, isFree, what);
  }

  /** A scan came to its end. */
  scanCompleted(): void {
    this.#scans += 1;
  }

  /** Two scans after Taskwarden could know of a refusal, operators do, unless something else ended its episode. */
  scanOver(): void {
    for (const refusal of this.#newest.values()) {
      if (refusal.scans === null) continue;
      const { task, at, before } = refusal;
      const isOver = this.#stateOf(task) !== before || this.#now() >= at + DAY - 2 * this.#skew;
      if (isOver) refusal.scans = null;
      else if (this.#isBehind()) refusal.scans = this.#scans;
      else if (this.#scans >= refusal.scans + 2) {
        refusal.scans = null;
        const isHeard = refusal.heardAt !== null || refusal.mayBeHeard === true;
        this.#checks.check(15, isHeard, () => `nobody took in that ${task.id} is refused`);
        const isTold = this.#told.has(task.id);
        this.#checks.check(15, isTold, () => `operators were not told that ${task.id} is refused`);
      }
    }
  }

  /** All by which an episode may end, and its alert with it, but for time. */
  #stateOf({ id, version, deleted, history, deadline, startedAt, endedAt }: TrueTask): string {
    const keptAt = this.#facts.keptAt.get(id) ?? 0;
    const { stirs } = this.#facts;
    return [version, deleted, history.length, deadline, startedAt, endedAt, keptAt, stirs].join();
  }
}

/** The task that a message is about; undefined where it is none that can be read. */
function taskIn(body: string): string | undefined {
  try {
    const event = JSON.parse(body) as { task?: string; detail?: { task?: string } };
    return event.detail?.task ?? event.task;
  } catch {
    return undefined;
  }
}
