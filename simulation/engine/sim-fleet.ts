import type { ShardStatus } from '../../functions/abandonment/task.ts';
import { DAY, type Duration, type Instant } from '../../functions/abandonment/time.ts';
import type {
  ControlAnswer,
  DisableRequest,
  EnableRequest,
} from '../../functions/platform/control-plane.port.ts';
import type { Clock, EventPublisher } from '../../functions/platform/ports.ts';
import type {
  PlaneState,
  ScenarioEventBody,
  ScenarioShard,
  ScenarioTask,
} from '../scenario/scenario-types.ts';
import type { FleetFacts, TrueTask } from '../verify/fleet-facts.ts';
import { type DisabledTask, episodeOf } from './effects.ts';
import {
  deadlineSet,
  deleted,
  disabled,
  disableRefused,
  ended,
  type FleetMessage,
  observed,
  planeReported,
  published,
  restartsCounted,
  started,
} from './fleet-events.ts';

/** What happens to the fleet itself. */
export type FleetEvent = Extract<
  ScenarioEventBody,
  {
    type:
      | 'shards'
      | 'restarted'
      | 'created'
      | 'published'
      | 'started'
      | 'ended'
      | 'deadline'
      | 'deleted'
      | 'owners'
      | 'data-plane';
  }
>;

/** Who hears what the owning system was asked and did. */
export interface FleetListener {
  /** Before it acts. */
  asked(request: DisabledTask): void;
  disabled(done: DisabledTask): void;
  /** It says that it does not: by an event where `isTold`, else in its answer. */
  refused(request: DisabledTask, isTold: boolean): void;
  enabled(task: string, by: string): void;
  /** A system enabled again what was disabled on our request, within days. */
  reverted(task: string): void;
  /** Something happened to a task that is listed: nobody is notified, who asks will see. */
  listedChanged?(): void;
}

/** Puts an event of the owning system on the bus. */
export type SendEvent = (message: FleetMessage) => void;

/** A part of `evidenceMaxAge`: observations of tasks that are not `PRIMARY` are repeated this often. */
const REPEATED_EVERY = 3 / 8;

const WHY_REFUSED = 'it is pinned';

/**
 * The system that owns the tasks: it knows the truth, tells Taskwarden of it by events on the bus, and turns tasks
 * off and on when asked.
 */
export class SimFleet implements EventPublisher {
  readonly #facts: FleetFacts;
  readonly #clock: Clock;
  readonly #send: SendEvent;
  readonly #listener: FleetListener;
  /** Planes that are down or say nothing; of all others health checks and life signs come in. */
  readonly #unheard = new Set<string>();
  readonly #planes = new Set<string>();
  /** But for tasks of a deployed stage that did not turn: of those only the statuses are known. */
  readonly #shards = new Map<string, ScenarioShard[]>();
  /** Shards of listed tasks that turned while their plane said nothing: their control plane sees them once it does. */
  readonly #unseenShards = new Map<string, ScenarioShard[]>();
  /** Listed tasks that changed while their plane said nothing: they are on no page until it does. */
  readonly #unseen = new Set<string>();
  /** Those of them that a system enabled again, and when they had been disabled. */
  readonly #unseenReversals = new Map<string, Instant>();
  readonly #observedAt = new Map<string, Instant>();
  /** Episodes whose task was disabled on request. */
  readonly #disabledOnRequest = new Set<string>();
  readonly #createdPrimary = new Map<string, Instant>();
  readonly #isListed: (task: string) => boolean;
  readonly #listsNothing: boolean;
  readonly #refuses: (task: string) => boolean;

  /**
   * @param parts `isListed`: the tasks that are listed rather than told by events; none by default. `refuses`: whether
   * it refuses to disable a task now; never by default
   */
  constructor(parts: {
    facts: FleetFacts;
    clock: Clock;
    send: SendEvent;
    listener: FleetListener;
    isListed?: (task: string) => boolean;
    refuses?: (task: string) => boolean;
  }) {
    this.#facts = parts.facts;
    this.#clock = parts.clock;
    this.#send = parts.send;
    this.#listener = parts.listener;
    this.#isListed = parts.isListed ?? (() => false);
    this.#listsNothing = parts.isListed === undefined;
    this.#refuses = parts.refuses ?? (() => false);
  }

  /** How long until observations are to be repeated again. */
  get repeatAfter(): Duration {
    return Math.floor(this.#facts.policy('', 'evidenceMaxAge') * REPEATED_EVERY);
  }

  /** Takes in a task that is there from the start and known to Taskwarden already. */
  load(task: ScenarioTask): void {
    this.#facts.addTask(trueTask(task, 1), this.#clock.now());
    this.#planes.add(task.dataPlane);
    this.#shards.set(task.id, task.shards);
    this.#observedAt.set(task.id, this.#clock.now());
  }

  /** Takes in the fleet of a deployed stage. */
  loadKnown(fleet: Iterable<TrueTask>, unheard: readonly string[]): void {
    for (const task of fleet) {
      this.#facts.addTask(task, this.#clock.now());
      this.#planes.add(task.dataPlane);
    }
    for (const plane of unheard) this.#unheard.add(plane);
  }

  /** Lets something happen to the fleet and tells Taskwarden. */
  apply(event: FleetEvent): void {
    switch (event.type) {
      case 'created':
        this.#create(event.task);
        break;
      case 'data-plane':
        this.#turnPlane(event.dataPlane, event.state);
        break;
      default:
        this.#change(this.#taskOf(event.task), event);
        this.#facts.noteDeadline(this.#taskOf(event.task), this.#clock.now());
    }
  }

  /** Operators say that a deleted plane parks its tasks no longer: its control plane goes on speaking of them. */
  dismissDeletion(dataPlane: string): void {
    if (this.#facts.dismissDeletion(dataPlane, this.#clock.now())) this.#hearAgain(dataPlane);
  }

  /** Repeats what is known of each task that is not `PRIMARY` or not alive, but for what was told at this instant. */
  repeatObservations(): void {
    const tasks = new Map<string, TrueTask[]>();
    for (const task of this.#facts.notRunning()) {
      if (!this.#needsRepeating(task)) continue;
      const ofPlane = tasks.get(task.dataPlane);
      if (ofPlane) ofPlane.push(task);
      else tasks.set(task.dataPlane, [task]);
    }
    for (const [plane, ofPlane] of tasks) this.#observe(plane, ofPlane);
  }

  /** The planes that are up and heard; what is listed gives no life signs of its own. */
  heardPlanes(): string[] {
    const listed = this.#planesOfListedAlone();
    return [...this.#planes].filter((plane) => !this.#unheard.has(plane) && !listed.has(plane));
  }

  #planesOfListedAlone(): Set<string> {
    if (this.#listsNothing) return new Set();
    const planes = new Set(this.listedTasks().map(({ dataPlane }) => dataPlane));
    for (const { id, dataPlane } of this.#facts.tasks.values())
      if (!this.#isListed(id)) planes.delete(dataPlane);
    return planes;
  }

  /** The tasks that are there and listed, by id. */
  listedTasks(): TrueTask[] {
    return [...this.#facts.tasks.values()]
      .filter(({ id, deleted: isGone }) => !isGone && this.#isListed(id))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Whether the data plane of a task says anything. */
  isHeard({ dataPlane }: TrueTask): boolean {
    return !this.#unheard.has(dataPlane);
  }

  /** Whether a task that is listed changed, and who asks cannot see it yet. */
  get hasUnseen(): boolean {
    return this.#unseen.size > 0;
  }

  shardsOf(task: string): ScenarioShard[] {
    return this.#shards.get(task) ?? shardsFrom(this.#facts.tasks.get(task)?.statuses ?? []);
  }

  /** When a task that was created later was `PRIMARY` before that, where its control plane knows it. */
  primaryBefore(task: string): Instant | undefined {
    return this.#createdPrimary.get(task);
  }

  /** Disables a task that is listed, where it is still what was decided upon. */
  disableListed(request: DisableRequest, revisionOf: (task: TrueTask) => string): ControlAnswer {
    const task = this.#facts.tasks.get(request.task.id);
    if (!task || task.deleted) return { outcome: 'gone' };
    const at = this.#clock.now();
    if (!task.enabled)
      return request.isRepeated ? { outcome: 'confirmed', at } : { outcome: 'changed', reason: 'it is off' };
    const { episode, run, disableAt } = request;
    const asked = { task: task.id, episode, run, disableAt };
    this.#listener.asked(asked);
    if (request.revision !== revisionOf(task)) return { outcome: 'changed', reason: 'it was edited' };
    if (this.#refuses(task.id)) {
      this.#listener.refused(asked, false);
      return { outcome: 'refused', reason: WHY_REFUSED };
    }
    this.#turnOff(task);
    this.#listener.disabled(asked);
    return { outcome: 'confirmed', at };
  }

  /** Enables a task that is listed; one that is on, and was not edited since, is as it was to be. */
  enableListed(request: EnableRequest, revisionOf: (task: TrueTask) => string): ControlAnswer {
    const {
      task: { id },
      by,
      revision,
    } = request;
    const task = this.#facts.tasks.get(id);
    if (!task || task.deleted) return { outcome: 'gone' };
    if (task.enabled && revision !== revisionOf(task)) return { outcome: 'changed', reason: 'it was edited' };
    if (task.enabled) return { outcome: 'confirmed', at: this.#clock.now() };
    this.#listener.enabled(id, by);
    this.#republish(task, 'system', true);
    return { outcome: 'confirmed', at: this.#clock.now() };
  }

  /** Hears what Taskwarden asks for. */
  async publish(detailType: string, detail: Record<string, unknown>): Promise<void> {
    if (detailType === 'Task Disable Requested') this.#disable(detail);
    else if (detailType === 'Task Enable Requested') this.#enable(detail);
  }

  #needsRepeating(task: TrueTask): boolean {
    return (
      task.enabled &&
      !task.deleted &&
      task.kind !== 'job' &&
      !this.#facts.isRunning(task) &&
      !this.#unheard.has(task.dataPlane) &&
      !this.#isListed(task.id) &&
      this.#observedAt.get(task.id) !== this.#clock.now()
    );
  }

  #taskOf(id: string): TrueTask {
    const task = this.#facts.tasks.get(id);
    if (!task) throw new Error(`the fleet has no task ${id}`);
    return task;
  }

  #create(created: ScenarioTask): void {
    const version = (this.#facts.tasks.get(created.id)?.version ?? 0) + 1;
    const task = trueTask(created, version);
    this.#facts.addTask(task, this.#clock.now());
    this.#planes.add(task.dataPlane);
    this.#shards.set(task.id, created.shards);
    if (created.lastPrimaryAt !== undefined) this.#createdPrimary.set(task.id, created.lastPrimaryAt);
    if (this.#isListed(task.id)) {
      this.#listener.listedChanged?.();
      return;
    }
    this.#send(published(task, 'creation', this.#clock.now()));
    if (task.startedAt !== null) this.#send(started(task, task.deadline, task.startedAt));
    this.#observe(task.dataPlane, [task]);
    const { lastPrimaryAt } = created;
    if (lastPrimaryAt === undefined || lastPrimaryAt >= this.#clock.now()) return;
    // The checks that saw it fail first and run last come late: were they first, a stale span would follow them.
    const seen = (status: 'FAILED' | 'PRIMARY') => [{ task: task.id, shards: [{ id: '0', status }] }];
    this.#send(observed(task.dataPlane, seen('FAILED'), lastPrimaryAt));
    const spell = Math.max(this.#facts.policy(task.id, 'minHealthy'), 1);
    this.#send(observed(task.dataPlane, seen('PRIMARY'), lastPrimaryAt - spell));
  }

  #change(task: TrueTask, event: Exclude<FleetEvent, { type: 'created' | 'data-plane' }>): void {
    switch (event.type) {
      case 'shards':
        if (this.#isListed(task.id) && !this.isHeard(task)) this.#unseenShards.set(task.id, event.shards);
        else this.#turnShards(task, event.shards);
        break;
      case 'restarted':
        task.restarts += event.times;
        this.#sendUnlessListed(task, restartsCounted(task, this.#clock.now()));
        break;
      case 'started':
        task.startedAt = this.#clock.now();
        task.endedAt = null;
        task.deadline = event.deadline ?? null;
        this.#send(started(task, event.deadline ?? null, this.#clock.now()));
        break;
      case 'ended':
        task.endedAt = this.#clock.now();
        this.#send(ended(task, event.result, this.#clock.now()));
        break;
      case 'deadline':
        task.deadline = event.deadline;
        this.#send(deadlineSet(task, event.deadline, this.#clock.now()));
        break;
      case 'published':
        this.#publish(task, event.by, event.enabled ?? task.enabled);
        break;
      case 'owners':
        this.#facts.setOwners(task.id, event.owners);
        this.#republish(task, 'system', task.enabled);
        break;
      case 'deleted':
        this.#delete(task);
    }
  }

  #turnShards(task: TrueTask, shards: ScenarioShard[]): void {
    const statuses = shards.map(({ status }) => status);
    this.#facts.setStatuses(task.id, statuses, this.#clock.now());
    this.#shards.set(task.id, shards);
    this.#observe(task.dataPlane, [task]);
  }

  /** What happens to it of its own accord, not at our request. */
  #publish(task: TrueTask, by: 'user' | 'system', enabled: boolean): void {
    const now = this.#clock.now();
    const off = task.disabledByUsAt;
    const isReversal = by === 'system' && enabled && !task.enabled && off !== null && now - off <= 7 * DAY;
    this.#republish(task, by, enabled);
    if (by === 'user' || !enabled) {
      task.revertedAt = null;
      this.#unseenReversals.delete(task.id);
    }
    if (!isReversal) return;
    if (this.#unseen.has(task.id)) this.#unseenReversals.set(task.id, off);
    else this.#revert(task);
  }

  #revert(task: TrueTask): void {
    task.revertedAt = this.#clock.now();
    this.#listener.reverted(task.id);
  }

  #republish(task: TrueTask, by: 'user' | 'system', enabled: boolean): void {
    const now = this.#clock.now();
    const enabling = enabled && !task.enabled;
    task.version += 1;
    task.enabled = enabled;
    if (enabling) task.enabledAt = now;
    if (enabling) task.disabledByUsAt = null;
    if (by === 'user') task.publishedByUserAt = now;
    this.#sendUnlessListed(task, published(task, by, now));
    if (enabling) this.#observe(task.dataPlane, [task]);
  }

  #delete(task: TrueTask): void {
    task.deleted = true;
    task.version += 1;
    this.#sendUnlessListed(task, deleted(task, this.#clock.now()));
  }

  #turnPlane(dataPlane: string, state: PlaneState): void {
    this.#send(planeReported(dataPlane, state, this.#clock.now()));
    if (!this.#facts.setPlaneState(dataPlane, state, this.#clock.now())) return;
    if (state === 'up') this.#hearAgain(dataPlane);
    else this.#unheard.add(dataPlane);
  }

  #hearAgain(dataPlane: string): void {
    this.#unheard.delete(dataPlane);
    const failing = [...this.#facts.tasks.values()].filter((task) => task.dataPlane === dataPlane);
    for (const task of failing) this.#see(task);
    if (failing.some(({ id }) => this.#isListed(id))) this.#listener.listedChanged?.();
    this.#observe(
      dataPlane,
      failing.filter((task) => this.#needsRepeating(task)),
    );
  }

  /** What happened to a listed task while its plane said nothing is seen now, and dated so by who asks. */
  #see(task: TrueTask): void {
    this.#unseen.delete(task.id);
    const shards = this.#unseenShards.get(task.id);
    if (shards && this.#unseenShards.delete(task.id)) this.#turnShards(task, shards);
    const off = this.#unseenReversals.get(task.id);
    if (off === undefined) return;
    this.#unseenReversals.delete(task.id);
    if (task.enabled && this.#clock.now() - off <= 7 * DAY) this.#revert(task);
  }

  #disable(detail: Record<string, unknown>): void {
    const task = this.#facts.tasks.get(String(detail.task));
    if (!task || task.deleted) return;
    const request: DisabledTask = {
      task: task.id,
      episode: Number(detail.episode),
      run: typeof detail.run === 'string' ? detail.run : null,
      disableAt: typeof detail.disableAt === 'string' ? Date.parse(detail.disableAt) : null,
    };
    const { requestId } = detail;
    if (task.enabled) {
      this.#listener.asked(request);
      // Somebody published since Taskwarden decided: its decision is of another version.
      if (task.version !== detail.taskVersion) return;
      if (this.#refuses(task.id)) {
        this.#refuse(task, request, requestId);
        return;
      }
      this.#turnOff(task);
      this.#confirmed(request);
    } else if (request.disableAt === null && !this.#disabledOnRequest.has(episodeOf(request))) {
      // It is off already: what a person asks for counts as done. A request that comes again is no other one.
      this.#confirmed(request);
    }
    this.#send(disabled(task, { requestId, episode: request.episode }, this.#clock.now()));
  }

  #confirmed(request: DisabledTask): void {
    this.#disabledOnRequest.add(episodeOf(request));
    this.#listener.disabled(request);
  }

  #refuse(task: TrueTask, request: DisabledTask, requestId: unknown): void {
    this.#listener.refused(request, true);
    this.#send(disableRefused(task, { requestId, reason: WHY_REFUSED }, this.#clock.now()));
  }

  #turnOff(task: TrueTask): void {
    task.enabled = false;
    task.version += 1;
    task.disabledByUsAt = this.#clock.now();
    task.revertedAt = null;
    this.#facts.noteDeadline(task, this.#clock.now());
  }

  #enable(detail: Record<string, unknown>): void {
    const task = this.#facts.tasks.get(String(detail.task));
    if (!task || task.deleted || task.enabled) return;
    this.#listener.enabled(task.id, String(detail.by));
    this.#republish(task, 'system', true);
    this.#facts.noteDeadline(task, this.#clock.now());
  }

  /** Says something of a task, by an event or, where it is listed, to who asks. */
  #sendUnlessListed({ id, dataPlane }: TrueTask, message: FleetMessage): void {
    if (!this.#isListed(id)) {
      this.#send(message);
      return;
    }
    if (this.#unheard.has(dataPlane)) this.#unseen.add(id);
    this.#listener.listedChanged?.();
  }

  #observe(dataPlane: string, all: readonly TrueTask[]): void {
    const tasks = all.filter(({ id }) => !this.#isListed(id));
    if (tasks.length < all.length) this.#listener.listedChanged?.();
    if (tasks.length === 0) return;
    const now = this.#clock.now();
    for (const { id } of tasks) this.#observedAt.set(id, now);
    const seen = tasks.map(({ id }) => ({ task: id, shards: this.shardsOf(id) }));
    this.#send(observed(dataPlane, seen, now));
  }
}

function shardsFrom(statuses: readonly ShardStatus[]): ScenarioShard[] {
  return statuses.map((status, place) => ({ id: String(place), status }));
}

function trueTask(task: ScenarioTask, version: number): TrueTask {
  const statuses: ShardStatus[] = [...new Set(task.shards.map(({ status }) => status))];
  const { id, kind, dekaf, owners, dataPlane, enabled, createdAt, enabledAt, observedSince } = task;
  return {
    id,
    kind,
    dekaf,
    owners: [...owners],
    dataPlane,
    enabled,
    createdAt,
    enabledAt: enabledAt ?? null,
    firstSeenAt: observedSince,
    publishedByUserAt: null,
    deadline: task.deadline ?? null,
    startedAt: task.startedAt ?? null,
    endedAt: null,
    disabledByUsAt: null,
    revertedAt: null,
    deleted: false,
    version,
    restarts: 0,
    statuses,
    lastSeen: task.lastPrimaryAt === undefined ? {} : { PRIMARY: task.lastPrimaryAt },
    history: [],
    lastedFrom: null,
    twitchedAt: null,
  };
}
