import { type Duration, formatInstant, type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import type { DigestItem } from '../../functions/store/digests.ts';
import type { Scenario } from '../scenario/scenario-types.ts';
import type { Checks, VerifierParts } from './checks.ts';
import type { FleetFacts, TrueTask } from './fleet-facts.ts';

/** A notice of a task's own deadline that SES took. */
interface Announcement {
  at: Instant;
  /** The mail that it stood in. */
  digest: string;
  deadline: Instant;
  /** Whether the task was to be disabled at its deadline when it went. */
  binds: boolean;
}

/** Who cannot be mailed now. */
interface Reach {
  isSuppressed: (address: string) => boolean;
  isFull: (address: string) => boolean;
}

/** A notice that a task outlives its deadline. */
interface Overdue {
  to: string;
  at: Instant;
  disableAt: Instant | null;
}

/**
 * Checks what is promised of tasks' own deadlines (promises 1, 2, 3 and 6): each is announced once to each recipient,
 * in time and truly, and nothing is disabled for one without a notice of it, for as long as `stopNotice` says.
 */
export class DeadlineVerifier {
  readonly #checks: Checks;
  readonly #facts: FleetFacts;
  readonly #now: () => Instant;
  readonly #skew: Duration;
  readonly #isBehind: () => boolean;
  readonly #isFaulty: boolean;
  /** `task address` -> the newest announcement, and all of them. */
  readonly #announced = new Map<string, Announcement[]>();
  /** Mails of which SES reported that they did not reach their recipients. */
  readonly #takenBack = new Set<string>();
  readonly #overdue = new Map<string, Overdue[]>();
  /** `task address` -> since which scan an announcement is due. */
  readonly #dueSince = new Map<string, Instant>();

  constructor(checks: Checks, parts: VerifierParts) {
    this.#checks = checks;
    this.#facts = parts.facts;
    this.#now = parts.now;
    this.#skew = parts.skew ?? 0;
    this.#isBehind = parts.isBehind ?? (() => false);
    this.#isFaulty = parts.isFaulty ?? false;
  }

  /** SES took a notice of a task's own deadline. */
  announced(to: string, item: DigestItem, digest: string): void {
    const now = this.#now();
    const about = `the deadline of ${item.task} was announced`;
    const deadline = item.disableAt ?? 0;
    const key = `${item.task} ${to}`;
    const before = this.#announced.get(key) ?? [];
    const last = before.at(-1);
    const mode = this.#facts.policy(item.task, 'mode');
    this.#checks.check(3, mode !== 'detect' || this.#isBehind(), () => `${about} in mode ${mode}`);
    this.#checks.check(3, now < deadline + this.#skew, () => `${about} when it was past`);
    const task = this.#facts.tasks.get(item.task);
    if (task && !this.#isBehind() && !this.#isFaulty) {
      const true_ = this.#facts.ownDeadline(task);
      this.#checks.check(
        3,
        true_ === deadline,
        () => `${about} as ${formatInstant(deadline)}, which is not true`,
      );
      const lead = this.#facts.policy(item.task, 'stopNotice') ?? 0;
      this.#checks.check(6, now >= deadline - lead, () => `${about} before its notice was due`);
      const isNew = !last || this.#takenBack.has(last.digest) || this.#isArmed(task, last);
      this.#checks.check(6, isNew, () => `${about} again to the same recipient`);
    }
    const binds = mode === 'disable' && this.#facts.policy(item.task, 'atDeadline') === 'disable';
    this.#announced.set(key, [...before, { at: now, digest, deadline, binds }]);
    this.#dueSince.delete(key);
  }

  /** SES reported that a mail did not reach its recipient: what it announced is due anew. */
  takenBack(digest: string): void {
    this.#takenBack.add(digest);
  }

  /** Whether a deadline of a task was announced to somebody. */
  hasHeard(task: string, to: string): boolean {
    return this.#announced.has(`${task} ${to}`);
  }

  /** SES took a notice that a task outlives its deadline. */
  overdue(to: string, item: DigestItem, episode: string): void {
    const now = this.#now();
    const about = `a mail says that ${episode} outlives its deadline`;
    const at = this.#facts.policy(item.task, 'atDeadline');
    const isDisabling = at === 'disable' && this.#facts.policy(item.task, 'mode') === 'disable';
    this.#overdue.set(episode, [
      ...(this.#overdue.get(episode) ?? []),
      { to, at: now, disableAt: item.disableAt },
    ]);
    if (this.#isBehind() || this.#isFaulty) return;
    this.#checks.check(3, item.disableAt === null || isDisabling, () => `${about} and names a date of ours`);
    const task = this.#facts.tasks.get(item.task);
    const deadline = task ? this.#facts.ownDeadline(task) : null;
    this.#checks.check(
      3,
      at !== 'nothing' && deadline !== null && now >= deadline,
      () => `${about}, which it does not`,
    );
  }

  /** Whether a task may be disabled now because it outlives a deadline that was announced in time (promises 1, 2). */
  isAnnouncedInFull(
    task: TrueTask,
    episode: string,
    recipientsOf: (alert: 'task_stopping' | 'task_overdue') => string[],
  ): boolean {
    const now = this.#now() + this.#skew;
    const deadline = this.#facts.ownDeadline(task);
    const lead = this.#facts.policy(task.id, 'stopNotice');
    if (lead === null) return false;
    const isBehind = this.#isBehind();
    if (!isBehind && (deadline === null || now < deadline)) return false;
    // What Taskwarden has not heard of yet may have moved it: then one before it was announced.
    const isMeant = (announced: Instant) => (isBehind ? announced <= now : announced === deadline);
    if (this.#facts.policy(task.id, 'atDeadline') !== 'disable') return false;
    const since = Math.max(this.#facts.disableModeSince(task.id) ?? now, task.enabledAt ?? 0);
    const free = Math.max(since, this.#facts.keptAt.get(task.id) ?? 0);
    const isFull = (at: Instant) => this.#facts.counted(task, at, now) + 2 * this.#skew >= lead;
    const byStopping = recipientsOf('task_stopping').some((to) =>
      (this.#announced.get(`${task.id} ${to}`) ?? []).some(
        (notice) =>
          isMeant(notice.deadline) &&
          notice.binds &&
          !this.#isKnownTakenBack(notice) &&
          notice.at >= free &&
          isFull(notice.at) &&
          now >= Math.ceil(Math.max(notice.deadline, notice.at + lead) / MINUTE) * MINUTE - this.#skew,
      ),
    );
    if (byStopping) return true;
    const to = recipientsOf('task_overdue');
    return (this.#overdue.get(episode) ?? []).some(
      (notice) =>
        notice.disableAt !== null &&
        notice.disableAt <= now &&
        notice.at >= since &&
        to.includes(notice.to) &&
        isFull(notice.at),
    );
  }

  /** A scan and all it caused are through: what was due for long enough is announced. */
  scanOver(now: Instant, { scanEvery }: Scenario, { isSuppressed, isFull }: Reach): void {
    if (this.#facts.paused.has('notify')) return;
    const slack = 2 * scanEvery + this.#facts.policy('', 'digestEvery');
    for (const task of this.#facts.thoseThatMayEnd()) {
      for (const to of this.#facts.recipientsOf(task, 'task_stopping', isSuppressed)) {
        const key = `${task.id} ${to}`;
        if (isFull(to) || !this.#isDue(task, to, now)) {
          this.#dueSince.delete(key);
          continue;
        }
        const since = this.#dueSince.get(key) ?? now;
        this.#dueSince.set(key, since);
        const isLate = now - since >= slack;
        this.#checks.check(
          6,
          !isLate,
          () => `the deadline of ${task.id} was to be announced since ${formatInstant(since)}`,
        );
      }
    }
  }

  /** Whether a recipient is to be notified of the deadline of a task now, and was not. */
  #isDue(task: TrueTask, to: string, now: Instant): boolean {
    const facts = this.#facts;
    const deadline = facts.ownDeadline(task);
    const lead = facts.policy(task.id, 'stopNotice');
    if (deadline === null || lead === null || facts.policy(task.id, 'mode') === 'detect') return false;
    if (now < deadline - lead || now >= deadline || facts.declined.has(to) || facts.quietHours.has(to))
      return false;
    const isHeld = facts.isReverted(task) || now < (facts.keptUntil.get(task.id) ?? 0);
    if (isHeld && facts.policy(task.id, 'atDeadline') === 'disable') return false;
    const last = this.#announced.get(`${task.id} ${to}`)?.at(-1);
    if (!last || this.#isKnownTakenBack(last)) return true;
    return last.deadline !== deadline && this.#isArmed(task, last);
  }

  /** Among faults nobody knows when Taskwarden hears of it. */
  #isKnownTakenBack({ digest }: Announcement): boolean {
    return this.#takenBack.has(digest) && !this.#isFaulty;
  }

  /** Whether the deadline moved since it was announced last so that it is announced anew. */
  #isArmed(task: TrueTask, last: Announcement): boolean {
    let armed = false;
    for (const { at, from, to, lead } of this.#facts.movesOf(task.id)) {
      if (at < last.at) continue;
      if (to === last.deadline) armed = false;
      else if (to !== null && (from === null || to < from || to - at > lead)) armed = true;
    }
    return armed;
  }
}
