import type { QuietHours } from '../../functions/abandonment/policy.ts';
import type { Duration, Instant } from '../../functions/abandonment/time.ts';
import { DAY, formatInstant } from '../../functions/abandonment/time.ts';
import { wakesAt } from '../engine/sleep.ts';
import type { Scenario } from '../scenario/scenario-types.ts';
import type { FleetFacts, TrueTask } from './fleet-facts.ts';
import type { Verifier } from './verifier.ts';

/** So few tasks are neither an outage nor, where the policy does not say so, a spike or above the rate limit. */
const SMALL_FLEET = 9;

/** A task that nobody can be notified of any more. */
interface Unreachable {
  task: TrueTask;
  version: number;
  /** How many scans were completed before. */
  scans: number;
}

/**
 * Checks that what is due is done: one bad task does not stop the others (promise 15), and operators hear of a
 * warned task that nobody can be notified of any more (promise 4). It checks only where nothing but time can have
 * delayed the work, so that it never cries wolf.
 */
export class ProgressVerifier {
  readonly #facts: FleetFacts;
  readonly #verifier: Verifier;
  readonly #scanEvery: Duration;
  readonly #slack: Duration;
  readonly #start: Instant;
  readonly #scenario: Scenario;
  /** From here on nothing but time delays a notice. */
  readonly #calmFrom: () => Instant;
  readonly #undisturbed: ReadonlySet<string>;
  readonly #warned = new Set<string>();
  readonly #operatorAlerts = new Set<string>();
  /** Task -> how many scans were completed when Taskwarden could know. */
  readonly #reverted = new Map<string, number>();
  readonly #isBehind: () => boolean;
  #unreachable: Unreachable[] = [];
  #scans = 0;

  constructor(parts: {
    facts: FleetFacts;
    verifier: Verifier;
    scenario: Scenario;
    /** Whether Taskwarden may not know yet what the bus told it. By default it does. */
    isBehind?: () => boolean;
    /** When the last thing that goes wrong or is done is over. By default nobody knows. */
    calmSince?: () => Instant;
    /** Tasks of which it cannot know at times, whatever the scenario says. By default none. */
    isDisturbed?: (task: string) => boolean;
  }) {
    this.#isBehind = parts.isBehind ?? (() => false);
    this.#facts = parts.facts;
    this.#verifier = parts.verifier;
    this.#scanEvery = parts.scenario.scanEvery;
    this.#start = parts.scenario.start;
    this.#scenario = parts.scenario;
    const { start, until } = parts.scenario;
    const { calmSince = () => until } = parts;
    this.#calmFrom = isCalm(parts.scenario) ? () => start : () => calmSince() + DAY;
    this.#slack = 2 * parts.scenario.scanEvery + parts.facts.policy('', 'digestEvery');
    const { isDisturbed = () => false } = parts;
    const undisturbed = [...undisturbedTasks(parts.scenario, parts.facts)];
    this.#undisturbed = new Set(undisturbed.filter((task) => !isDisturbed(task)));
  }

  /** An address was suppressed: tasks may be left with nobody to notify. */
  addressSuppressed(now: Instant): void {
    for (const task of this.#facts.tasks.values()) {
      if (!this.#isFailing(task) || !this.#isAnnounced(task, now)) continue;
      const left = this.#facts.recipientsOf(task, 'task_abandoned', (address) =>
        this.#verifier.isSuppressed(address),
      );
      if (left.length === 0) this.#unreachable.push({ task, version: task.version, scans: this.#scans });
    }
  }

  operatorAlerted(code: string, subject: string): void {
    this.#operatorAlerts.add(`${code} ${subject}`);
  }

  /** A scan came to its end. */
  scanCompleted(): void {
    this.#scans += 1;
  }

  /** A scan and all it caused are through. */
  scanOver(now: Instant): void {
    for (const id of this.#undisturbed) {
      const task = this.#facts.tasks.get(id);
      if (task && this.#isFailing(task)) this.#isTimely(task, now);
    }
    if (now >= this.#calmFrom() && !this.#isBehind()) this.#areAnnounced(now);
    if (this.#unreachable.length > 0) this.#checkUnreachable(now);
    this.#checkReversals();
  }

  /** Deadlines that are due are announced, to whom no window or quiet hours hold back. */
  #areAnnounced(now: Instant): void {
    const { deadlines, softSuppressions, spacing } = this.#verifier;
    deadlines.scanOver(now, this.#scenario, {
      isSuppressed: (address) =>
        this.#verifier.isSuppressed(address) || softSuppressions.isSuppressed(address, now),
      isFull: (address) => spacing.fullUntil(address) > now,
    });
  }

  /** A system enabled again what was disabled: operators are to hear of it. */
  reverted(task: string): void {
    this.#operatorAlerts.delete(`disable-reverted ${task}`);
    this.#reverted.set(task, this.#scans);
  }

  /** Two scans after Taskwarden could know of a reversal, operators do (promise 15). */
  #checkReversals(): void {
    for (const [task, scans] of this.#reverted) {
      // Whoever dismissed it knows of it.
      if (this.#facts.tasks.get(task)?.revertedAt === null) this.#reverted.delete(task);
      else if (this.#isBehind()) this.#reverted.set(task, this.#scans);
      else if (this.#scans >= scans + 2) {
        this.#reverted.delete(task);
        const isAlerted = this.#operatorAlerts.has(`disable-reverted ${task}`);
        this.#verifier.check(
          15,
          isAlerted,
          () => `operators were not told that the disabling of ${task} was reverted`,
        );
      }
    }
  }

  /**
   * The scenario is over: what failed for long enough since the last thing that went wrong or was done is off
   * (promises 11, 13 and 15). `factsLost`: the broker gave up what Taskwarden was told.
   */
  finish(now: Instant, calmSince: Instant, factsLost: boolean): void {
    const facts = this.#facts;
    if (factsLost || facts.paused.size > 0 || facts.tasks.size > SMALL_FLEET || isLimited(facts)) return;
    for (const task of facts.tasks.values()) {
      if (!this.#isFailing(task) || !this.#isToBeDisabled(task) || facts.isUnknown(task)) continue;
      const veto = (task.publishedByUserAt ?? 0) + facts.policy(task.id, 'publicationVeto');
      const free = Math.max(
        calmSince,
        facts.failingSince(task, now),
        facts.keptUntil.get(task.id) ?? 0,
        // A twitch holds what is due for as long as it lasts.
        task.twitchedAt ?? 0,
        this.#fullUntil(task),
        veto,
      );
      const span = facts.policy(task.id, 'warnAfter') + facts.policy(task.id, 'disableAfter');
      // A warning sleeps once, and so may a reminder, which then moves the date.
      const slept = this.#quietHoursOf(task).length > 0 ? 3 * DAY : 0;
      if (now < free + span + 4 * this.#scanEvery + DAY + slept) continue;
      this.#verifier.check(15, false, () => `${task.id} still runs into nothing at the end`);
    }
  }

  /** Counts a task that was disabled as one that was. */
  disabled(): void {
    this.#verifier.check(15, true, () => '');
  }

  /** Whether somebody can be notified of it and it is to be disabled at all. */
  #isToBeDisabled(task: TrueTask): boolean {
    const isSuppressed = (address: string) => this.#verifier.isSuppressed(address);
    const hasShards = hasShardsToLose(task);
    if (!hasShards || this.#facts.recipientsOf(task, 'task_abandoned', isSuppressed).length === 0)
      return false;
    return this.#facts.policy(task.id, 'mode') === 'disable' && isNeverQuiet(this.#facts, task.id);
  }

  #isFailing(task: TrueTask): boolean {
    if (task.kind === 'job' || this.#facts.ownDeadline(task) !== null) return false;
    return task.enabled && !task.deleted && !this.#facts.isAlive(task) && !this.#facts.isReverted(task);
  }

  /** Whether a date to come stands in a mail, and no user published since. */
  #isAnnounced(task: TrueTask, now: Instant): boolean {
    const date = this.#verifier.latestDateOf(task.id);
    const published = task.publishedByUserAt;
    const vetoed = published !== null && now < published + this.#facts.policy(task.id, 'publicationVeto');
    return date !== null && date > now && !vetoed && !this.#isKept(task, now);
  }

  #isKept(task: TrueTask, now: Instant): boolean {
    return now < (this.#facts.keptUntil.get(task.id) ?? 0);
  }

  #isTimely(task: TrueTask, now: Instant): void {
    const failingSince = this.#facts.failingSince(task, now);
    const due = failingSince + this.#facts.policy(task.id, 'warnAfter');
    const free = Math.max(this.#start, task.twitchedAt ?? 0);
    if (now < this.#notifiedBy(task, Math.max(due, free))) return;
    const span = `${task.id} ${failingSince}`;
    if (!this.#warned.has(span)) {
      this.#warned.add(span);
      const areWarned = task.owners.every(
        (owner) => (this.#verifier.newestWarning(task.id, owner) ?? 0) >= due,
      );
      this.#verifier.check(15, areWarned, () => `${task.id} was to be warned about by ${formatInstant(now)}`);
    }
    const date = this.#verifier.latestDateOf(task.id);
    if (date === null || date < due || now < this.#notifiedBy(task, Math.max(date, free))) return;
    this.#verifier.check(15, false, () => `${task.id} was to be disabled at ${formatInstant(date)}`);
  }

  /** When all notices of a task that are due from an instant on are mailed, once the last of its recipients is awake. */
  #notifiedBy(task: TrueTask, from: Instant): Instant {
    const by = Math.max(from, this.#fullUntil(task)) + this.#slack;
    const awake = Math.max(by, ...this.#quietHoursOf(task).map((quietHours) => wakesAt(quietHours, by)));
    return awake === by ? by : awake + this.#slack;
  }

  /** Until when so many mails went to one of its recipients that others had to wait. */
  #fullUntil(task: TrueTask): Instant {
    const to = this.#facts.recipientsOf(task, 'task_abandoned', (address) =>
      this.#verifier.isSuppressed(address),
    );
    return Math.max(0, ...to.map((address) => this.#verifier.spacing.fullUntil(address)));
  }

  #quietHoursOf(task: TrueTask): QuietHours[] {
    return this.#facts
      .recipientsOf(task, 'task_abandoned', (address) => this.#verifier.isSuppressed(address))
      .flatMap((recipient) => this.#facts.quietHours.get(recipient) ?? []);
  }

  #checkUnreachable(now: Instant): void {
    const waiting: Unreachable[] = [];
    for (const unreachable of this.#unreachable) {
      if (this.#scans < unreachable.scans + 2) waiting.push(unreachable);
      else if (this.#isStillStuck(unreachable.task, unreachable.version, now))
        this.#check(unreachable.task.id);
    }
    this.#unreachable = waiting;
  }

  #isStillStuck(task: TrueTask, version: number, now: Instant): boolean {
    const facts = this.#facts;
    const isFree = facts.paused.size === 0 && !facts.isUnknown(task) && !this.#isKept(task, now);
    const isDisabling = facts.policy(task.id, 'mode') === 'disable';
    const isSuppressed = (address: string) => this.#verifier.isKnownSuppressed(address);
    const isLeft = facts.recipientsOf(task, 'task_abandoned', isSuppressed).length > 0;
    // One that recovered meanwhile, for however short, is abandoned anew only after its threshold.
    const isAbandoned = now - facts.failingSince(task, now) >= facts.policy(task.id, 'warnAfter');
    const isStuck = isDisabling && !isLeft && isAbandoned && this.#isFailing(task);
    return isFree && isStuck && task.version === version;
  }

  #check(task: string): void {
    const isAlerted = this.#operatorAlerts.has(`no-reachable-owner ${task}`);
    this.#verifier.check(
      4,
      isAlerted,
      () => `operators were not told that nobody can be notified of ${task}`,
    );
  }
}

/** Whether neither faults, nor operators, people or mails that come back, nor outages change what is told. */
function isCalm({ events, soakFaults }: Scenario): boolean {
  const loud = ['fault', 'operator', 'action', 'mail-event', 'data-plane'];
  return !soakFaults && events.every(({ type }) => !loud.includes(type));
}

/** Tasks that nothing but their own health and time changes, in a fleet too small for holds. */
function undisturbedTasks(scenario: Scenario, facts: FleetFacts): Set<string> {
  const harmless = new Set(['shards', 'restarted', 'published', 'owners', 'deleted', 'created']);
  const calm = scenario.events.every(({ type }) => harmless.has(type));
  const isSmall = scenario.tasks.length > 0 && scenario.tasks.length <= SMALL_FLEET;
  if (!calm || scenario.soakFaults || !isSmall || isLimited(facts)) return new Set();
  const tasks = new Set(scenario.tasks.filter((task) => isSimple(task.id, facts)).map(({ id }) => id));
  for (const event of scenario.events) {
    if (event.type === 'created') return new Set();
    if (event.type !== 'shards' && event.type !== 'restarted' && 'task' in event)
      tasks.delete(event.task as string);
  }
  return tasks;
}

function hasShardsToLose({ kind, dekaf }: TrueTask): boolean {
  return kind !== 'collection' && kind !== 'job' && !dekaf;
}

function isSimple(id: string, facts: FleetFacts): boolean {
  const task = facts.tasks.get(id);
  if (!task || task.owners.length === 0 || !hasShardsToLose(task)) return false;
  return facts.policy(id, 'mode') !== 'detect' && isNeverQuiet(facts, id);
}

/** Whether the rate limit, the blast radius or the warm-up limit of today can hold back even a small fleet. */
function isLimited(facts: FleetFacts): boolean {
  const { perRun, perDay, shareFloor } = facts.blastRadius();
  if (Math.min(perRun, perDay, shareFloor) < SMALL_FLEET) return true;
  const recipients = [...facts.tasks.values()].flatMap((task) =>
    facts.recipientsOf(task, 'task_abandoned', () => false),
  );
  return facts.policy('', 'rampPerDay') < new Set(recipients).size;
}

/** Whether disabling is not held at any time of day or on any day. */
function isNeverQuiet(facts: FleetFacts, id: string): boolean {
  return facts.policy(id, 'quietHours') === null && facts.policy(id, 'quietDays') === null;
}
