import type { Language } from '../../emails/languages.ts';
import type { ParsedPolicy } from '../../functions/abandonment/policy-parse.ts';
import type { ShardStatus, SubscriptionType, TaskKind } from '../../functions/abandonment/task.ts';
import type { Duration, Instant } from '../../functions/abandonment/time.ts';
import type { SoakFault } from '../faults/soak-fault-types.ts';

export const FAULT_TARGETS = [
  'ses',
  'feedback',
  'control-plane',
  'table',
  'queue',
  'scanner',
  'notifier',
  'disabler',
] as const;
export type FaultTarget = (typeof FAULT_TARGETS)[number];

export const FAULT_MODES = [
  'throttle',
  'reject',
  'timeout-after-accept',
  'crash',
  'down',
  'duplicate',
] as const;
export type FaultMode = (typeof FAULT_MODES)[number];

export const PLANE_STATES = ['down', 'up', 'silent', 'deleted'] as const;
/** Those that a scenario of the published format may name. */
export const PLAIN_PLANE_STATES = ['down', 'up', 'silent'] as const satisfies readonly PlaneState[];
export type PlaneState = (typeof PLANE_STATES)[number];

export const PAUSABLES = ['evaluate', 'notify', 'disable'] as const;
export type Pausable = (typeof PAUSABLES)[number];

export interface ScenarioShard {
  id: string;
  status: ShardStatus;
}

/** A task as a scenario gives it; instants in epoch ms, defaults filled in. */
export interface ScenarioTask {
  id: string;
  kind: TaskKind;
  enabled: boolean;
  createdAt: Instant;
  owners: string[];
  dataPlane: string;
  shards: ScenarioShard[];
  dekaf: boolean;
  /** First seen by Taskwarden: the scenario's start, or the `created` event's instant, unless given. */
  observedSince: Instant;
  lastPrimaryAt?: Instant;
  enabledAt?: Instant;
  /** When the owning system will end it. */
  deadline?: Instant;
  /** Of a job: when it began to run. */
  startedAt?: Instant;
}

/** A policy in both forms: for the rules, and as written, for the table. */
export interface ScenarioPolicy {
  parsed: ParsedPolicy;
  document: Record<string, unknown>;
}

export interface ScenarioSubscription {
  prefix: string;
  email: string;
  alertTypes: SubscriptionType[];
}

/** What a recipient chose on the page. */
export interface ScenarioRecipient {
  email: string;
  zone?: string;
  language?: Language;
  /** By the clock of their zone. */
  quietHours?: { from: string; to: string };
}

/** What happens, without when. `index` is its place in the file, for messages (`events[3].recipient`). */
export type ScenarioEventBody =
  | { type: 'shards'; task: string; shards: ScenarioShard[] }
  | { type: 'restarted'; task: string; times: number }
  | { type: 'created'; task: ScenarioTask }
  | { type: 'published'; task: string; by: 'user' | 'system'; enabled?: boolean }
  | { type: 'started'; task: string; deadline?: Instant }
  | { type: 'ended'; task: string; result: 'succeeded' | 'failed' }
  | { type: 'deadline'; task: string; deadline: Instant | null }
  | { type: 'deleted'; task: string }
  | { type: 'owners'; task: string; owners: string[] }
  | { type: 'data-plane'; dataPlane: string; state: PlaneState }
  | OwnerAction
  | { type: 'mail-event'; recipient: string; event: 'bounce'; bounceType: 'permanent' | 'transient' }
  | { type: 'mail-event'; recipient: string; event: 'complaint' | 'delivery' }
  /** `isWhole`: `set` takes the place of what the scope says; else keys that it does not name stay. */
  | { type: 'policy'; scope: string; set: ScenarioPolicy; isWhole?: true }
  | OperatorAction
  | ScenarioFault;

/** `for` of a keep is null where the file leaves it to `keepMax`. */
export type OwnerAction =
  | { type: 'action'; action: 'keep'; task: string; by: string; for: Duration | null }
  | { type: 'action'; action: 'snooze'; task: string; by: string; for: Duration }
  | { type: 'action'; action: 'disable' | 'unsubscribe'; task: string; by: string };

export type OperatorAction =
  | { type: 'operator'; action: 'pause' | 'resume'; of: Pausable }
  | { type: 'operator'; action: 'approve' }
  /** `of`: a data plane or a task id. */
  | { type: 'operator'; action: 'dismiss'; of: string }
  | { type: 'operator'; action: 'revive'; address: string }
  | { type: 'operator'; action: 'undo'; of: { task: string } | { run: Instant } };

/** A fault holds for a time from its instant, or for a number of attempts; the other one is null. */
export interface ScenarioFault {
  type: 'fault';
  target: FaultTarget;
  mode: FaultMode;
  for: Duration | null;
  times: number | null;
  /** Of `reject` only, else null. */
  recipient: string | null;
  /** Of `control-plane` only: the one task whose requests it concerns; null: all. */
  task: string | null;
}

export type ScenarioEvent = ScenarioEventBody & { at: Instant; index: number };

/** A valid scenario: instants in epoch ms, durations in ms, events in the order in which they happen. */
export interface Scenario {
  start: Instant;
  until: Instant;
  scanEvery: Duration;
  seed: number;
  /** The global policy, without `scanEvery`. */
  policy: ScenarioPolicy;
  /** By prefix or task id. */
  policies: ReadonlyMap<string, ScenarioPolicy>;
  subscriptions: ScenarioSubscription[];
  /** By prefix. */
  admins: ReadonlyMap<string, string[]>;
  operators: string[];
  tasks: ScenarioTask[];
  events: ScenarioEvent[];
  /** What goes wrong besides, as the soak writes it. */
  soakFaults?: SoakFault[];
  /** Those who chose anything. */
  recipients: ScenarioRecipient[];
}

export type ScenarioResult = { ok: true; scenario: Scenario } | { ok: false; problem: string };
