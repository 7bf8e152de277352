import type { Duration, Instant, Interval } from './time.ts';

export const SHARD_STATUSES = ['PRIMARY', 'BACKFILL', 'STANDBY', 'PENDING', 'FAILED', 'IDLE'] as const;
export type ShardStatus = (typeof SHARD_STATUSES)[number];

/**
 * What a shard may have failed of, as far as a control plane can tell; the classes alone are kept and told, for what a
 * system says of its faults has data and secrets of others in it.
 */
export const FAILURE_CAUSES = [
  'credentials',
  'unreachable',
  'not-found',
  'schema',
  'out-of-memory',
  'configuration',
  'other',
] as const;
export type FailureCause = (typeof FAILURE_CAUSES)[number];

/** The class of what keeps a task from running; no error text of a task ever reaches a mail. */
export type Cause =
  | 'failed'
  | `failed-${Exclude<FailureCause, 'other'>}`
  | 'pending'
  | 'idle'
  | 'standby'
  | 'backfill'
  | 'never-primary'
  | 'unknown';

export const TASK_KINDS = [
  'capture',
  'materialization',
  'derivation',
  'service',
  'connector',
  'collection',
  'job',
] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** What the owning system says of a task. */
export interface Task {
  /** `acmeCo/prod/orders-capture`; at most 512 bytes of UTF-8; the part before the first slash is the tenant. */
  id: string;
  kind: TaskKind;
  /** A materialization run by Dekaf has no shards. */
  dekaf: boolean;
  owners: string[];
  dataPlane: string;
  enabled: boolean;
  createdAt: Instant;
  /** Of the owning system; rises with each publication. */
  version: number;
  /** The last time it was enabled, where that is known to be later than its creation. */
  enabledAt?: Instant;
  /** When Taskwarden first heard of it. */
  firstSeenAt: Instant;
  /** The newest publication by anybody, where it is known to be later than its creation. */
  publishedAt?: Instant;
  /** The newest publication by a user; creation is none. */
  publishedByUserAt?: Instant;
  deletedAt?: Instant;
  /** When an id that had been deleted came back. */
  cameBackAt?: Instant;
  /** When the owning system will end it; absent where it said no such thing. */
  deadline?: Instant;
  /** When the owning system last said so, or that it will not. */
  deadlineSetAt?: Instant;
  /** Of a job: when it last began to run, and when that run came to its end. */
  startedAt?: Instant;
  endedAt?: Instant;
  /** When a system enabled it again within days of our disabling; absent where not, and once that is over. */
  reverted?: { at: Instant; disabledAt: Instant };
  /** Recipients who said that it is not theirs: they are notified of it no more. Absent: nobody did. */
  disclaimed?: string[];
}

/** What is known of a task's health. */
export interface Evidence {
  /** The instant of the newest observation; absent where there was none. */
  observedAt?: Instant;
  /** The instant of the first observation. */
  firstObservedAt?: Instant;
  /** The distinct statuses of its shards in the newest observation. */
  statuses: ShardStatus[];
  /** The names of the observations of that instant that were taken in: each counts once. */
  heard?: string[];
  /**
   * For each status not in the newest observation, or in a spell that is not judged yet: the instant of the first
   * observation that no longer had it (the newest instant at which some shard was known to have it), in a spell that
   * lasted.
   */
  lastSeen: Partial<Record<ShardStatus, Instant>>;
  /**
   * For each status of the newest observation whose spell is not known to have lasted `minHealthy`: when that began
   * (docs/rules.md#healthy-spells).
   */
  spells?: Partial<Record<ShardStatus, Instant>>;
  /** How many spells since it was lost ended too short, and when the newest of them ended. */
  twitches?: { count: number; lastAt: Instant };
  /** What its shards were last seen to fail of, until it recovers; absent where its control plane does not tell. */
  cause?: FailureCause;
  /** When it was seen to lose `PRIMARY`; absent while it has it and where it was never seen with it. */
  lostAt?: Instant;
  /** Closed spans in which the evidence was older than `evidenceMaxAge`. */
  stale: Interval[];
  /**
   * Restarts so far (the control plane's running total) and their number when `PRIMARY` was lost (below zero by those
   * before a count that began anew); when the count began anew, absent where it never did.
   */
  restarts: { total: number; atLoss: number; anewAt?: Instant };
}

/** A person's word that a task is to be left alone until an instant. */
export interface Keep {
  kind: 'keep' | 'snooze';
  until: Instant;
  by: string;
  at: Instant;
  reason?: string;
}

export const MODES = ['detect', 'notify', 'disable'] as const;
export type Mode = (typeof MODES)[number];

/** One recipient's part of an episode, under the key of their address. */
export interface RecipientPart {
  address: string;
  /** The grace the warning belongs to. */
  grace: number;
  /** Where the warning stands: asked for, tried and not taken, taken by SES, or refused or bounced. */
  warning: 'pending' | 'tried' | 'accepted' | 'failed';
  /** Whether the warning named a date. */
  dated: boolean;
  /** When SES took the warning. */
  acceptedAt?: Instant;
  /** The digest that carries or carried the warning. */
  digest?: string;
  /** The newest reminder; `done` where it was declined, refused or is taken. */
  reminder?: { lead: Duration; deadline: Instant; state: 'pending' | 'tried' | 'done' };
  /** No longer a recipient; one who comes back is warned again. */
  left?: true;
}

/** The name of an SNS topic; no mail address begins so, for none has a colon. */
export type TopicArn = `arn:${string}`;

/** A topic's part of an episode, under the key of its ARN: information only, which proves no warning (promise 1). */
export interface Informed {
  topic: TopicArn;
  /** The grace whose warning it is to hear of. */
  grace: number;
  /** Whether it heard that warning, and with a date; absent before. */
  heard?: 'dated' | 'undated';
  /** The newest reminder step that it was to hear of, or that had passed when it joined. */
  rung?: ReminderStep;
}

/** A date that stood in a mail that SES took, or in what a topic took. */
export interface PrintedDate {
  /** When that mail was claimed. */
  at: Instant;
  disableAt: Instant;
  /** The grace it belongs to, and the length of time it promised: a lead not shorter than that is never due. */
  grace: number;
  after: Duration;
}

/** A reminder that was given out: known by grace, lead and the deadline it announced. */
export interface ReminderStep {
  grace: number;
  lead: Duration;
  deadline: Instant;
}

/** Who asked for a disabling: a scan, at the date that the episode had then, or a person, whom no date binds. */
export type Asker =
  | { by: 'run'; run: string; disableAt: Instant }
  | { by: 'person'; person: string; at: Instant };

/** What was asked of an owning system: to disable a task, since when it was without `PRIMARY` then. */
export interface DisableRequest {
  at: Instant;
  episode: number;
  asker: Asker;
  since: Instant;
  /** Of what alert; absent: `task_abandoned`. */
  alert?: 'task_overdue';
  /** What a scan's request was decided on, for the audit of its confirmation; absent in rows of older versions. */
  decided?: Record<string, unknown>;
}

/** Why the owning system refused, for which version of the task, and the fingerprint of the failure that clears it. */
export interface Refused {
  at: Instant;
  reason: string;
  version: number;
  fingerprint: string;
}

/** Work on the way to disable the task. */
export type Disabling = {
  asker: Asker;
  queuedAt: Instant;
  attempts: number;
} & (QueuedState | RequestedState | RefusedState);

interface QueuedState {
  state: 'queued';
  requestedAt?: never;
  unanswered?: never;
  refused?: never;
}

interface RequestedState {
  state: 'requested';
  requestedAt: Instant;
  /**
   * Its control plane, which is listed, could not be asked, or its answer was lost; it may have done it. Operators hear
   * of the control plane, not of each task.
   */
  unanswered?: true;
  refused?: never;
}

/** The owning system said no; asked again after a day, or where somebody clears it or edits the task. */
interface RefusedState {
  state: 'refused';
  /** As it stood before the refusal. */
  requestedAt?: Instant;
  unanswered?: never;
  refused: Refused;
}

/** What one recipient knows of a task's own deadlines, under the key of their address. */
export interface Announced {
  address: string;
  /** A notice that was asked for and that SES did not take yet: for which deadline, after how many moves. */
  pending?: { deadline: Instant; moves: number };
  /** The deadline that they were notified of last, and after how many moves. */
  last?: { deadline: Instant; moves: number };
  /** When SES took that, and in which digest. */
  acceptedAt?: Instant;
  digest?: string;
  /** It was sent while the task was to be disabled at its deadline. */
  binds?: true;
  /** An episode of that deadline is over: a later one asks for a notice of its own. */
  spent?: true;
}

/** What is known of the announcements of a task's own deadlines (docs/rules.md#deadlines). */
export interface Stopping {
  /** How often its deadline moved so that it is to be announced anew. */
  moves: number;
  /** Its deadline when it was last evaluated; null: it had none. */
  seen: Instant | null;
  told: Record<string, Announced>;
  /** When its deadline is to be evaluated next; null: not before something changes; absent: it is found by itself. */
  lookAt?: Instant | null;
}

/** What facts count an episode under: mode and cause as they were when it fired. */
export interface Cell {
  plane: string;
  mode: Mode;
  cause: Cause;
}

/** One open span of abandonment, or of a task that outlives its deadline. */
export interface Episode {
  /** From 1 for each task. */
  number: number;
  /** Absent: the task is abandoned. */
  alert?: 'task_overdue';
  firedAt: Instant;
  /** `notPrimarySince` when it fired; of an overdue task its deadline then. */
  since: Instant;
  /** The threshold it fired under. */
  warnAfter: Duration;
  /** How many graces began; 0 before the first warning. */
  grace: number;
  /** The longest `disableAfter` since the present grace began: a shorter one leaves its date. */
  disableAfter: Duration;
  /** The mode the present grace's warnings speak of. */
  graceMode: Mode;
  /** The last raise of the mode that the present grace knows of; absent where there was none. */
  modeRaisedAt?: Instant;
  /** The last restoring of the table that the present grace knows of; absent where there was none. */
  restoredAt?: Instant;
  told: Record<string, RecipientPart>;
  /** Topics, apart from those who are notified: nothing is decided by them. */
  informed?: Record<string, Informed>;
  dates: PrintedDate[];
  rungs: ReminderStep[];
  /** The digests that SES took and that told of it. */
  mails: string[];
  /**
   * Held by the blast radius since, or approved by an operator at, and until when that holds; absent: without an end.
   */
  brake?: { heldAt: Instant; approvedAt?: Instant; approvedUntil?: Instant };
  disabling?: Disabling;
  /** How often the owning system refused to disable it. @default 0 */
  refusals?: number;
  /** The mode and cause that facts count it under, short as its row is to be; absent in rows of older versions. */
  cell?: `${Mode} ${Cause}`;
  /** SES took a warning of it, whatever became of that. */
  warned?: true;
  /**
   * What held it, the newest last; `to` is null while it does. Absent where nothing did, and in rows of older versions.
   */
  holds?: HoldSpan[];
}

/** A span in which something held a task with an open episode. */
export interface HoldSpan extends Interval {
  reason: HoldReason;
}

export const HOLD_REASONS = [
  'paused',
  'unknown',
  'recovering',
  'kept',
  'user-published',
  'reverted',
  'no-reachable-owner',
  'warning-not-accepted',
  'blast-radius',
  'feedback-silent',
  'quiet-hours',
  'refused',
] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

export const RESOLVE_REASONS = [
  'recovered',
  'disabled',
  'deleted',
  'ineligible',
  'user-published',
  'kept',
  'snoozed',
  'policy',
  'disabled-by-owner',
  'ended',
] as const;
export type ResolveReason = (typeof RESOLVE_REASONS)[number];

export type Notice =
  | 'warning'
  | 'reminder'
  | 'disabled'
  | 'enabled'
  | 'recovered'
  | 'withdrawn'
  | 'stopping'
  | 'overdue'
  | 'still-off'
  | 'disclaimed';

const AHEAD = ['warning', 'reminder', 'stopping', 'overdue'] as const;

/** A notice of what is past: what it says is frozen when it comes to be. */
export type PastNotice = Exclude<Notice, (typeof AHEAD)[number]>;

/** Whether a notice is of what is past. */
export function isOfPast(notice: Notice): notice is PastNotice {
  return !(AHEAD as readonly Notice[]).includes(notice);
}

/**
 * Warnings and reminders, of deadlines and of what is still off too, and what somebody disclaimed, share one mail per
 * recipient and `digestEvery` (promise 6); other notices do not wait.
 */
export function isWindowed(notice: Notice): boolean {
  return !isOfPast(notice) || notice === 'still-off' || notice === 'disclaimed';
}

/** Whether a notice rests on an evaluation, so that it waits while these are paused. */
export function isEvaluated(notice: Notice): boolean {
  return !isOfPast(notice) && notice !== 'stopping';
}

/** Whether a notice is the one by which an episode first tells its recipients. */
export function isOpening(notice: Notice): notice is 'warning' | 'overdue' {
  return notice === 'warning' || notice === 'overdue';
}

export const ALERT_TYPES = ['task_abandoned', 'task_auto_disabled', 'task_overdue', 'task_stopping'] as const;
export type AlertType = (typeof ALERT_TYPES)[number];

/** What a subscription may be to: alerts, and the report of each week. */
export const SUBSCRIPTION_TYPES = [...ALERT_TYPES, 'weekly_report'] as const;
export type SubscriptionType = (typeof SUBSCRIPTION_TYPES)[number];

export interface Pauses {
  evaluate: boolean;
  notify: boolean;
  disable: boolean;
}

/** The tenant of a task: its id up to the first slash. */
export function tenantOf(taskId: string): string {
  const slash = taskId.indexOf('/');
  return slash < 0 ? taskId : taskId.slice(0, slash);
}

/** All prefixes of a task, the shortest first: `a/`, `a/b/`. */
export function prefixesOf(taskId: string): string[] {
  const prefixes: string[] = [];
  for (let slash = taskId.indexOf('/'); slash >= 0; slash = taskId.indexOf('/', slash + 1)) {
    prefixes.push(taskId.slice(0, slash + 1));
  }
  return prefixes;
}
