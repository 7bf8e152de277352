import type { FailureCause, ShardStatus, Task, TaskKind } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';

/** Disable a task: its episode's grace is over, or its owner asks for it. */
export interface DisableRequest {
  /** As it was decided upon; its version is the one that the owning system must still have. */
  task: Task;
  /** Of a task that is listed: the revision that the newest listing saw; nothing is done to another one. */
  revision?: string;
  /** Whether it was asked before and the answer may be lost: what is off by now is ours then. */
  isRepeated: boolean;
  /** The scan that decided it; null for an owner's own request. */
  run: string | null;
  episode: number;
  /** The date that was due; null for an owner's own request. */
  disableAt: Instant | null;
  /** Unique to the request, the same when it is asked again. */
  requestId: string;
  reason: string;
}

/** Enable a task again: what was done is undone. */
export interface EnableRequest {
  task: Task;
  /** Of a task that is listed: the revision that was disabled; nothing is done to another one. */
  revision?: string;
  /** What the control plane kept of the task when it disabled it (`ControlAnswer.kept`). */
  kept?: string;
  requestId: string;
  /** Who asks for it: an operator or an address. */
  by: string;
  reason: string;
}

/**
 * - `confirmed`: it is done, read back; `kept`: what `enable` needs to restore what was there before (at most 4 KB).
 * - `requested`: the owning system was asked and will confirm by an event.
 * - `changed`: it is no longer what was decided upon (edited, disabled or enabled by somebody else): nothing was done.
 * - `gone`: there is no such task.
 * - `refused`: the owning system says no. The task is held, operators are notified, and it is asked again after a day.
 */
export type ControlAnswer =
  | { outcome: 'confirmed'; at: Instant; kept?: string }
  | { outcome: 'requested' }
  | { outcome: 'changed'; reason: string }
  | { outcome: 'gone' }
  | { outcome: 'refused'; reason: string };

/** Where tasks live and are disabled and enabled. Throws on faults: asking again later is harmless. */
export interface ControlPlane {
  disable(request: DisableRequest): Promise<ControlAnswer>;
  enable(request: EnableRequest): Promise<ControlAnswer>;
  /** Whether it could be asked now, as far as can be told without a change; throws where it could not. */
  check?(): Promise<void>;
}

/** A task as a control plane that is asked describes it. */
export interface ListedTask {
  /** With the prefix of its control plane. */
  id: string;
  kind: TaskKind;
  enabled: boolean;
  /** Where the control plane knows it; else the task begins when it is first listed. */
  createdAt?: Instant;
  /** Addresses; none where the control plane does not know them. */
  owners: string[];
  dataPlane: string;
  shards: { id?: string; status: ShardStatus }[];
  /** What those that failed did fail of, where the control plane knows it. */
  cause?: FailureCause;
  /**
   * Changes with each publication of the task and with nothing else: its version, or a hash of its configuration
   * without secrets and without what the control plane itself changes. At most 128 characters.
   */
  revision: string;
  /** The control plane's running total of restarts; lower than before where it counts anew. */
  restarts?: number;
  /** When a shard was last known to be `PRIMARY`, where the control plane knows it. */
  lastPrimaryAt?: Instant;
}

/** One page of a listing. */
export interface ListingPage {
  tasks: ListedTask[];
  /** Tasks that cannot be taken, each with its name (cut) and why; they stop no other and are not gone. */
  refused: { task: string; reason: string }[];
  /** Where the next page begins; null after the last one. At most 4 KB. */
  cursor: string | null;
}

/** A control plane that is asked (polled) for its tasks. */
export interface ListedControlPlane extends ControlPlane {
  /**
   * The page at a cursor, null for the first. `notModified` where the page has not changed since the one that answered
   * `tag`, and the control plane can tell.
   */
  list(cursor: string | null, tag?: string): Promise<(ListingPage & { tag?: string }) | 'notModified'>;
  /** One task as it is now; undefined where there is none. */
  get(task: string): Promise<ListedTask | undefined>;
  check(): Promise<void>;
}

/**
 * The control plane cannot be asked now: it is down, throttles, refuses our credentials, or says what it cannot mean.
 * Not the fault of any task; nothing was concluded.
 */
export class ControlPlaneUnavailable extends Error {
  override readonly name = 'ControlPlaneUnavailable';
  /** When to ask again, where it says so; in seconds. */
  readonly retryAfterSeconds?: number;
  /** Its name, as the configuration has it. */
  readonly controlPlane: string;
  /** Why, without its name. */
  readonly why: string;
  /**
   * Whether nothing was sent: we do not ask it now, for it failed before or would be asked too often. @default false
   */
  readonly isUnasked: boolean;

  constructor(controlPlane: string, why: string, retryAfterSeconds?: number, isUnasked = false) {
    super(`control plane ${controlPlane}: ${why}`);
    this.controlPlane = controlPlane;
    this.why = why;
    this.isUnasked = isUnasked;
    if (retryAfterSeconds !== undefined) this.retryAfterSeconds = retryAfterSeconds;
  }
}
