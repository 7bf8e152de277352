import type { GlobalPolicy, QuietHours, ScopedPolicy } from '../../functions/abandonment/policy.ts';
import { DEFAULTS } from '../../functions/abandonment/policy-book.ts';
import type { ParsedPolicy } from '../../functions/abandonment/policy-parse.ts';
import {
  type AlertType,
  prefixesOf,
  type ShardStatus,
  type SubscriptionType,
  type TaskKind,
} from '../../functions/abandonment/task.ts';
import type { Duration, Instant, Interval } from '../../functions/abandonment/time.ts';
import { normaliseAddress } from '../../functions/platform/addresses.ts';
import type { PlaneState } from '../scenario/scenario-types.ts';

/** A move of a task's deadline; null: it had none, or has none; the notice of it that was asked for then. */
interface DeadlineMove {
  at: Instant;
  from: Instant | null;
  to: Instant | null;
  lead: Duration;
}

/** A task as it truly is. */
export interface TrueTask {
  id: string;
  kind: TaskKind;
  dekaf: boolean;
  owners: string[];
  dataPlane: string;
  enabled: boolean;
  createdAt: Instant;
  enabledAt: Instant | null;
  firstSeenAt: Instant;
  publishedByUserAt: Instant | null;
  /** When the owning system will end it; null: it will not. */
  deadline: Instant | null;
  /** Of a job: when it last began to run, and when that run ended; null: not. */
  startedAt: Instant | null;
  endedAt: Instant | null;
  /** When it was disabled on our request; null once it is on again. */
  disabledByUsAt: Instant | null;
  /** When a system enabled it again within days of our disabling; null where not, and once that is over. */
  revertedAt: Instant | null;
  deleted: boolean;
  /** The owning system's; rises with each publication. */
  version: number;
  /** Restarts so far. */
  restarts: number;
  statuses: ShardStatus[];
  /** For each status: the newest instant at which it was known to have had it in a spell that lasted. */
  lastSeen: Partial<Record<ShardStatus, Instant>>;
  /** What was seen of it, in order. */
  history: { at: Instant; statuses: readonly ShardStatus[] }[];
  /** The beginning of a spell that was found to have lasted; null before the first. */
  lastedFrom: Instant | null;
  /** When a spell last ended too short to be a recovery; null where none did. */
  twitchedAt: Instant | null;
}

export interface Subscription {
  prefix: string;
  email: string;
  alertTypes: readonly SubscriptionType[];
}

const addresses = new Map<string, string>();

/** One form of an address to compare by: that of the product, for what is one address is no matter of opinion. */
export function sameAddress(address: string): string {
  const cached = addresses.get(address);
  if (cached !== undefined) return cached;
  const same = normaliseAddress(address) ?? address;
  addresses.set(address, same);
  return same;
}

type Policies = Omit<ScopedPolicy & GlobalPolicy, 'blastRadius'>;

/**
 * What is true of the scenario's world at an instant, told by its inputs alone: the fleet, who is to be notified, the
 * policies, the spans in which health could not be known. Kept apart from the code under test.
 */
export class FleetFacts {
  readonly tasks = new Map<string, TrueTask>();
  readonly subscriptions: Subscription[] = [];
  /** Prefix -> addresses. */
  readonly admins = new Map<string, string[]>();
  /** Scope (`` for the global one) -> what was written there. */
  readonly policies = new Map<string, ParsedPolicy>();
  /** How often an address stopped being an owner of a task: `task address` -> times. */
  readonly departures = new Map<string, number>();
  /** How often owners or policies changed: admins may come and go with it. */
  stirs = 0;
  readonly paused = new Set<'evaluate' | 'notify' | 'disable'>();
  /** Task -> until when its owner keeps or snoozes it; the last word stands. */
  readonly keptUntil = new Map<string, Instant>();
  /** Task -> when somebody last kept or snoozed it. */
  readonly keptAt = new Map<string, Instant>();
  readonly #moves = new Map<string, DeadlineMove[]>();
  readonly #deadlines = new Map<string, Instant | null>();
  readonly #mayEnd = new Set<string>();
  /** Task -> when operators approved what the blast radius held of it. */
  readonly approvedAt = new Map<string, Instant>();
  /** Address -> when no mail may come. */
  readonly quietHours = new Map<string, QuietHours>();
  /** Addresses that declined reminders and `recovered`. */
  readonly declined = new Set<string>();
  readonly #unknownOfPlane = new Map<string, Interval[]>();
  readonly #deletions = new Map<string, { at: Instant; isDismissed: boolean }>();
  readonly #evaluatePaused: Interval[] = [];
  readonly #disableModeSince = new Map<string, Instant>();
  /** What was looked up since the policies last changed: key -> task -> its value. */
  readonly #effective = new Map<keyof Policies, Map<string, unknown>>();
  /** Whether anybody wrote a policy but the global one: else all tasks have the same. */
  #hasScopes = false;
  /** Whether `PRIMARY` is alive under every policy, as it is but where somebody wrote otherwise. */
  #isPrimaryAlive = true;
  /** Tasks whose spell is to be judged by the next scan: that of all others was, since they or their policy last changed. */
  readonly #unjudged = new Set<TrueTask>();
  /** Undefined until somebody asks, since a status or a policy last changed: of a large fleet few fail. */
  #notRunning: readonly TrueTask[] | undefined;

  /** Takes a task in, or one that came back. */
  addTask(task: TrueTask, now: Instant): void {
    this.#notRunning = undefined;
    // A list that is filled later keeps room for many more: in a large fleet most have one entry for good.
    task.history = [...task.history, { at: now, statuses: task.statuses }];
    this.tasks.set(task.id, task);
    this.#unjudged.add(task);
    this.#noteMode(task.id, now);
    this.noteDeadline(task, now);
    if (this.policy(task.id, 'minHealthy') === 0) this.#noteSpell(task, now);
  }

  setPolicy(scope: string, policy: ParsedPolicy, now: Instant): void {
    this.policies.set(scope, policy);
    this.#effective.clear();
    this.#hasScopes = this.policies.size > (this.policies.has('') ? 1 : 0);
    this.#notRunning = undefined;
    this.#isPrimaryAlive = [...this.policies.values()].every(
      ({ aliveStatuses }) => aliveStatuses?.includes('PRIMARY') ?? true,
    );
    this.stirs += 1;
    for (const task of this.tasks.values()) {
      this.#unjudged.add(task);
      this.#noteMode(task.id, now);
      this.noteDeadline(task, now);
    }
  }

  setOwners(id: string, owners: readonly string[]): void {
    const task = this.tasks.get(id);
    if (!task) return;
    const staying = new Set(owners.map(sameAddress));
    for (const owner of task.owners.map(sameAddress)) {
      const key = `${id} ${owner}`;
      if (!staying.has(owner)) this.departures.set(key, (this.departures.get(key) ?? 0) + 1);
    }
    task.owners = [...owners];
    this.stirs += 1;
  }

  setStatuses(id: string, statuses: readonly ShardStatus[], now: Instant): void {
    const task = this.tasks.get(id);
    if (!task) return;
    const wasAlive = this.isAlive(task);
    const lasted = wasAlive && this.isHealthy(task, now);
    const alive = this.policy(id, 'aliveStatuses');
    const least = this.policy(id, 'minHealthy');
    for (const status of task.statuses.filter((before) => !statuses.includes(before))) {
      if (alive.includes(status) ? lasted : now - runOf(task, [status]) >= least) task.lastSeen[status] = now;
    }
    task.statuses = [...new Set(statuses)];
    this.#notRunning = undefined;
    task.history.push({ at: now, statuses: task.statuses });
    this.#unjudged.add(task);
    if (wasAlive && !lasted && !this.isAlive(task)) task.twitchedAt = now;
    if (least === 0) this.#noteSpell(task, now);
  }

  /** A scan evaluated the fleet: a spell that had lasted by then is a recovery, whatever the policy becomes. */
  scanned(now: Instant): void {
    for (const task of this.#unjudged) {
      const isOpen = this.isAlive(task) && !this.#noteSpell(task, now);
      if (!isOpen) this.#unjudged.delete(task);
    }
  }

  /** Whether its spell has lasted. */
  #noteSpell(task: TrueTask, now: Instant): boolean {
    if (!this.isAlive(task)) return false;
    const from = this.#spellFrom(task);
    const lasts = this.#lasts(task, from, now);
    if (lasts) task.lastedFrom = from;
    return lasts;
  }

  #lasts(task: TrueTask, from: Instant, now: Instant): boolean {
    return now - from >= this.policy(task.id, 'minHealthy') || from === task.lastedFrom;
  }

  #spellFrom(task: TrueTask): Instant {
    return runOf(task, this.policy(task.id, 'aliveStatuses'));
  }

  /** A person keeps or snoozes a task. */
  keep(task: string, until: Instant, at: Instant): void {
    this.keptUntil.set(task, until);
    this.keptAt.set(task, at);
  }

  /** When a task is to end: what its owning system says, or its start + `failAfter` (docs/rules.md#deadlines). */
  ownDeadline(task: TrueTask): Instant | null {
    if (task.deleted || !task.enabled) return null;
    const ends = task.deadline === null ? [] : [task.deadline];
    if (task.kind === 'job') {
      if (task.startedAt === null || task.endedAt !== null) return null;
      const failAfter = this.policy(task.id, 'failAfter');
      if (failAfter !== null) ends.push(task.startedAt + failAfter);
    }
    return ends.length > 0 ? Math.min(...ends) : null;
  }

  /** The moves of a task's deadline, the oldest first. */
  movesOf(id: string): readonly DeadlineMove[] {
    return this.#moves.get(id) ?? [];
  }

  /** Takes in that something happened by which a task's deadline may have moved. */
  noteDeadline(task: TrueTask, at: Instant): void {
    if (task.deadline !== null || task.startedAt !== null) this.#mayEnd.add(task.id);
    const to = this.ownDeadline(task);
    const from = this.#deadlines.get(task.id) ?? null;
    if (from === to) return;
    this.#deadlines.set(task.id, to);
    const move = { at, from, to, lead: this.policy(task.id, 'stopNotice') ?? 0 };
    this.#moves.set(task.id, [...this.movesOf(task.id), move]);
  }

  /** Tasks that had a deadline of their own or ran as a job at some time. */
  *thoseThatMayEnd(): Generator<TrueTask> {
    for (const id of this.#mayEnd) {
      const task = this.tasks.get(id);
      if (task) yield task;
    }
  }

  /** Whether our disabling was reverted by a system, and it neither recovered since nor did a person act (promise 15). */
  isReverted(task: TrueTask): boolean {
    if (task.revertedAt === null || !task.enabled || task.deleted || this.isAlive(task)) return false;
    return (this.lastAliveAt(task, 0) ?? 0) <= task.revertedAt;
  }

  /** Whether a task was seen in two states at one instant since another one: which came last is as they were heard. */
  hadTwoStatesAtOnce({ history }: TrueTask, since: Instant): boolean {
    return history.some(({ at }, place) => at >= since && history[place + 1]?.at === at);
  }

  /** Operators dismiss what holds a task whose disabling was reverted. */
  dismissReversal(id: string): void {
    const task = this.tasks.get(id);
    if (task) task.revertedAt = null;
  }

  /** Operators approved the disabling of tasks. */
  approve(tasks: readonly string[], now: Instant): void {
    for (const task of tasks) this.approvedAt.set(task, now);
  }

  /** A plane is said to be in a state; false where that is a deletion that was dismissed before: it is no news. */
  setPlaneState(plane: string, state: PlaneState, now: Instant): boolean {
    const deletion = this.#deletions.get(plane);
    if (state === 'deleted' && deletion?.isDismissed) return false;
    if (deletion?.isDismissed === false && state !== 'up') return false;
    if (state === 'deleted') this.#deletions.set(plane, { at: now, isDismissed: false });
    else this.#deletions.delete(plane);
    this.setPlaneKnown(plane, state === 'up', now);
    return true;
  }

  /** Since when a plane is deleted and parks its tasks; null where it does not. */
  deletedSince(plane: string): Instant | null {
    const deletion = this.#deletions.get(plane);
    return deletion && !deletion.isDismissed ? deletion.at : null;
  }

  /** Operators say that a deleted plane parks its tasks no longer; false where it is not deleted. */
  dismissDeletion(plane: string, now: Instant): boolean {
    const at = this.deletedSince(plane);
    if (at === null) return false;
    this.#deletions.set(plane, { at, isDismissed: true });
    this.setPlaneKnown(plane, true, now);
    return true;
  }

  /** A plane of which nothing can be known from now on, or again. */
  setPlaneKnown(plane: string, isKnown: boolean, now: Instant): void {
    const spans = this.#unknownOfPlane.get(plane) ?? [];
    this.#unknownOfPlane.set(plane, spans);
    openOrClose(spans, !isKnown, now);
  }

  setPaused(what: 'evaluate' | 'notify' | 'disable', paused: boolean, now: Instant): void {
    if (paused) this.paused.add(what);
    else this.paused.delete(what);
    if (what === 'evaluate') openOrClose(this.#evaluatePaused, paused, now);
  }

  /** What holds for a task: its own policy, then its prefixes from the longest, the global one, the default. */
  policy<Key extends keyof Policies>(id: string, key: Key): Policies[Key] {
    const taskId = this.#hasScopes ? id : '';
    const byTask = this.#effective.get(key) ?? new Map<string, unknown>();
    this.#effective.set(key, byTask);
    const found = byTask.get(taskId);
    if (found !== undefined) return found as Policies[Key];
    const value = this.#lookUp(taskId, key);
    byTask.set(taskId, value);
    return value;
  }

  #lookUp<Key extends keyof Policies>(taskId: string, key: Key): Policies[Key] {
    for (const scope of [taskId, ...prefixesOf(taskId).reverse(), '']) {
      const value = this.policies.get(scope)?.[key as keyof ParsedPolicy];
      if (value === null) return DEFAULTS[key];
      if (value !== undefined) return value as Policies[Key];
    }
    return DEFAULTS[key];
  }

  /** The limits of disabling: the global policy's, the default for a leaf that is not set or taken back. */
  blastRadius(): GlobalPolicy['blastRadius'] {
    const own = Object.entries(this.policies.get('')?.blastRadius ?? {});
    const set = Object.fromEntries(own.filter(([, value]) => value !== null));
    return { perRun: 50, perDay: 200, share: 0.1, shareFloor: 10, ...set };
  }

  /** Since when the task's mode is `disable` without a break; null where it is not. */
  disableModeSince(taskId: string): Instant | null {
    return this.#disableModeSince.get(taskId) ?? null;
  }

  /** Spans in which the task's health could not be known for its data plane or a pause; not all there may be. */
  unknownOf(task: TrueTask): Interval[] {
    return [...(this.#unknownOfPlane.get(task.dataPlane) ?? []), ...this.#evaluatePaused];
  }

  isUnknown(task: TrueTask): boolean {
    return this.unknownOf(task).some((span) => span.to === null);
  }

  /** Wall time since `from` less the spans of unknown health. */
  counted(task: TrueTask, from: Instant, now: Instant): Duration {
    const spans = this.unknownOf(task)
      .map((span) => [Math.max(span.from, from), Math.min(span.to ?? now, now)] as const)
      .filter(([start, end]) => end > start)
      .sort(([a], [b]) => a - b);
    let left = now - from;
    let reached = from;
    for (const [start, end] of spans) {
      left -= Math.max(0, end - Math.max(start, reached));
      reached = Math.max(reached, end);
    }
    return left;
  }

  /** Whether it is `PRIMARY`, and that is alive. */
  isRunning(task: TrueTask): boolean {
    return task.statuses.includes('PRIMARY') && this.isAlive(task);
  }

  /** The tasks that are not, in the order in which they came. */
  notRunning(): readonly TrueTask[] {
    this.#notRunning ??= [...this.tasks.values()].filter((task) => !this.isRunning(task));
    return this.#notRunning;
  }

  isAlive(task: TrueTask): boolean {
    if (this.#isPrimaryAlive && task.statuses.includes('PRIMARY')) return true;
    const alive = this.policy(task.id, 'aliveStatuses');
    return task.statuses.some((status) => alive.includes(status));
  }

  /** Whether any data plane is said to be deleted. */
  get hasDeletions(): boolean {
    return this.#deletions.size > 0;
  }

  /** Whether it is alive, and has been for so long that it is a recovery (docs/rules.md#healthy-spells). */
  isHealthy(task: TrueTask, now: Instant): boolean {
    return this.isAlive(task) && this.#lasts(task, this.#spellFrom(task), now);
  }

  /** The newest instant at which it was alive in a spell that lasted; now while it is; null where it never was. */
  lastAliveAt(task: TrueTask, now: Instant): Instant | null {
    if (this.isHealthy(task, now)) return now;
    const seen = this.policy(task.id, 'aliveStatuses')
      .map((status) => task.lastSeen[status])
      .filter((instant) => instant !== undefined);
    return seen.length > 0 ? Math.max(...seen) : null;
  }

  /** Since when it does not run (docs/rules.md#tasks). */
  failingSince(task: TrueTask, now: Instant): Instant {
    const alive = this.lastAliveAt(task, now) ?? Math.max(task.createdAt, task.firstSeenAt);
    return Math.max(alive, task.enabledAt ?? alive);
  }

  /** Owners, and subscribers to the alert; where `isSuppressed` says so of all these, the admins. */
  recipientsOf(task: TrueTask, alert: AlertType, isSuppressed: (address: string) => boolean): string[] {
    const reachable = this.baseOf(task, alert).filter((address) => !isSuppressed(address));
    return reachable.length > 0 ? reachable : this.adminsOf(task, isSuppressed);
  }

  /** Owners, and subscribers to the alert, suppressed or not. */
  baseOf(task: TrueTask, alert: AlertType): string[] {
    const prefixes = ['', ...prefixesOf(task.id)];
    const subscribers = this.subscriptions
      .filter(
        ({ prefix, alertTypes }) =>
          alertTypes.includes(alert) && (prefixes.includes(prefix) || prefix === task.id),
      )
      .map(({ email }) => email);
    return unique([...task.owners, ...subscribers]);
  }

  /** The admins of the nearest prefix that has one who is not suppressed; the empty prefix is the last. */
  adminsOf(task: TrueTask, isSuppressed: (address: string) => boolean): string[] {
    for (const prefix of [...prefixesOf(task.id).reverse(), '']) {
      const reachable = unique(this.admins.get(prefix) ?? []).filter((address) => !isSuppressed(address));
      if (reachable.length > 0) return reachable;
    }
    return [];
  }

  /** Whether an address has a say in a task: an owner, a subscriber of any type or an admin of its prefixes. */
  hasSay(id: string, address: string): boolean {
    const task = this.tasks.get(id);
    if (!task || task.deleted) return false;
    const scopes = ['', ...prefixesOf(id), id];
    const admins = scopes.flatMap((scope) => this.admins.get(scope) ?? []);
    const subscribers = this.subscriptions.filter(({ prefix }) => scopes.includes(prefix));
    const all = [...task.owners, ...admins, ...subscribers.map(({ email }) => email)];
    return all.some((entitled) => sameAddress(entitled) === sameAddress(address));
  }

  #noteMode(taskId: string, now: Instant): void {
    if (this.policy(taskId, 'mode') !== 'disable') this.#disableModeSince.delete(taskId);
    else if (!this.#disableModeSince.has(taskId)) this.#disableModeSince.set(taskId, now);
  }
}

/** Since when each observation has one of these statuses; now where the newest has none. */
function runOf({ history }: TrueTask, statuses: readonly ShardStatus[]): Instant {
  let first = history.length;
  while (first > 0 && hasAny(history[first - 1], statuses)) first -= 1;
  return history[first]?.at ?? Number.POSITIVE_INFINITY;
}

function hasAny(seen: TrueTask['history'][number] | undefined, statuses: readonly ShardStatus[]): boolean {
  return seen?.statuses.some((status) => statuses.includes(status)) ?? false;
}

function unique(addresses: readonly string[]): string[] {
  return [...new Set(addresses.map(sameAddress))];
}

function openOrClose(spans: Interval[], open: boolean, now: Instant): void {
  const last = spans.at(-1);
  const isOpen = last !== undefined && last.to === null;
  if (open && !isOpen) spans.push({ from: now, to: null });
  if (!open && isOpen) last.to = now;
}
