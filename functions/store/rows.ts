import type { Language } from '../../emails/languages.ts';
import {
  type Asker,
  type Episode,
  type Evidence,
  type HoldReason,
  type Keep,
  type Notice,
  type ResolveReason,
  type Stage,
  type Task,
  tenantOf,
} from '../abandonment/task.ts';
import type { Duration, Instant, Interval } from '../abandonment/time.ts';

/** The version of rows written today; older ones are upcast when read. */
export const ROW_VERSION = 1;

/** How many partitions each bucketed index key is spread over; a row carries the number it was written with (`b`). */
export const BUCKETS = 8;

/** How many partitions the attempts under way are spread over. */
export const WORK_BUCKETS = 4;

let lastSorted = { instant: 0, text: new Date(0).toISOString() };

/** A sortable text of an instant for index keys. */
export function sortable(instant: Instant): string {
  // A scan asks for the same instants bucket by bucket.
  if (instant !== lastSorted.instant) lastSorted = { instant, text: new Date(instant).toISOString() };
  return lastSorted.text;
}

/** The bucket of a name: stable, spread evenly (FNV-1a). */
export function bucketOf(name: string, buckets: number = BUCKETS): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash % buckets;
}

/** All keys of the table and its indexes are made here and nowhere else. */
export const keys = {
  task: (id: string) => ({ pk: `T#${id}`, sk: 'T' }),
  /** One who holds a mail about an episode that is over. */
  holder: (id: string, episode: number, recipient: string) => ({
    pk: `T#${id}`,
    sk: `H#${String(episode).padStart(6, '0')}#${recipient}`,
  }),
  /** An observation of a task not yet known. */
  waitingObservation: (id: string) => ({ pk: `T#${id}`, sk: 'O' }),
  alert: (id: string, episode: number) => ({ pk: `T#${id}`, sk: `A#${String(episode).padStart(6, '0')}` }),
  /** `mark`: tells acts of one kind at one instant apart. */
  audit: (id: string, at: Instant, act: string, mark: string) => ({
    pk: `T#${id}`,
    sk: `L#${sortable(at)}#${act}#${mark}`,
  }),
  /** An act that is about no task: apart from the tasks, for a task may be called so. */
  auditBeside: (subject: 'operators' | 'recipients', at: Instant, act: string, mark: string) => ({
    pk: `AUDIT#${subject}`,
    sk: `L#${sortable(at)}#${act}#${mark}`,
  }),
  recipient: (recipient: string) => ({ pk: `R#${recipient}`, sk: 'R' }),
  /** The end of a death for a time. */
  softDeath: (until: Instant, recipient: string) => ({ pk: 'SOFT', sk: `${sortable(until)}#${recipient}` }),
  notice: (recipient: string, task: string, episode: number) => ({
    pk: `R#${recipient}`,
    sk: `N#${task}#${String(episode).padStart(6, '0')}`,
  }),
  digest: (digest: string) => ({ pk: `G#${digest}`, sk: 'G' }),
  /** An attempt that began: of one message about one item; four partitions, so that a few queries see all of them. */
  work: (queue: string, item: string, messageId: string) => ({
    pk: `W#${bucketOf(item, WORK_BUCKETS)}`,
    sk: `${queue}#${item}#${messageId}`,
  }),
  /** One of these partitions. */
  workBucket: (bucket: number) => `W#${bucket}`,
  dataPlane: (name: string) => ({ pk: 'PLANES', sk: name }),
  /** How many of them there are. */
  dataPlaneCount: () => ({ pk: 'META', sk: 'PLANES' }),
  policy: (scope: string) => ({ pk: 'POLICY', sk: `S#${scope}` }),
  /** One of these partitions: who hears of a tenant's tasks; `''`: of all tasks. */
  offices: (tenant: string) => `PEOPLE#${tenant}`,
  /** `target`: a mail address or a topic's ARN. It comes first, and has no space: one query finds all that it has. */
  subscription: (prefix: string, target: string) => ({
    pk: `PEOPLE#${tenantOf(prefix)}`,
    sk: `${target} S#${prefix}`,
  }),
  admin: (prefix: string, email: string) => ({
    pk: `PEOPLE#${tenantOf(prefix)}`,
    sk: `${email} A#${prefix}`,
  }),
  /** Where an earlier version put them: a partition per prefix. */
  oldSubscription: (prefix: string, target: string) => ({ pk: `SUB#${prefix}`, sk: target }),
  oldAdmin: (prefix: string, email: string) => ({ pk: `ADMIN#${prefix}`, sk: email }),
  source: (name: string) => ({ pk: 'SOURCES', sk: name }),
  /** Tasks and data planes per plane and tenant: counts of eligible and of alive tasks. */
  count: (dataPlane: string, tenant: string) => ({ pk: `COUNT#${dataPlane}`, sk: tenant }),
  /** How many tasks of a plane that lost `PRIMARY` at an instant are no longer eligible. */
  leftOutage: (dataPlane: string, lostAt: Instant) => ({ pk: `LEFT#${dataPlane}`, sk: sortable(lostAt) }),
  pauses: () => ({ pk: 'META', sk: 'PAUSES' }),
  scans: () => ({ pk: 'META', sk: 'SCANS' }),
  /** The newest answers by which SES refused recipients. */
  refusals: () => ({ pk: 'META', sk: 'REFUSALS' }),
  pace: () => ({ pk: 'META', sk: 'PACE' }),
  ramp: () => ({ pk: 'META', sk: 'RAMP' }),
  /** The newest look of `taskwarden doctor` at the stage. */
  doctor: () => ({ pk: 'META', sk: 'DOCTOR' }),
  /** A task that a run turned off, so that the run can be undone. */
  turnedOff: (run: string, task: string) => ({ pk: `RUN#${run}`, sk: task }),
  run: (run: Instant) => ({ pk: 'RUNS', sk: sortable(run) }),
  generator: (name: string) => ({ pk: 'GENERATORS', sk: name }),
  operatorAlert: (code: string, subject: string) => ({ pk: 'OPERATORS', sk: `${code}#${subject}` }),
  /** Failures of one kind, and each of them. */
  oops: (fingerprint: string) => ({ pk: 'OOPS', sk: fingerprint }),
  oopsOccurrence: (fingerprint: string, at: Instant, id: string) => ({
    pk: `OOPS#${fingerprint}`,
    sk: `${sortable(at)}#${id}`,
  }),
  /** Work given up for a failure that no new attempt mends, under the failure's fingerprint. */
  refusal: (fingerprint: string, item: string) => ({ pk: `REFUSED#${fingerprint}`, sk: item }),
  /** Work of a queue that can never be done for its own sake, under its name. */
  givenUp: (queue: string, item: string) => ({ pk: 'GIVEN-UP', sk: `${queue}#${item}` }),
  breaker: (queue: string) => ({ pk: 'BREAKER', sk: queue }),
  /** An operator's pause of a queue. */
  queuePause: (queue: string) => ({ pk: 'BREAKER', sk: `PAUSE#${queue}` }),
  /** What a probe writes to see that it can. */
  probe: (queue: string) => ({ pk: 'BREAKER', sk: `PROBE#${queue}` }),
  /** The newest canary of a queue that was worked. */
  canary: (queue: string) => ({ pk: 'CANARY', sk: queue }),
  /** When the newest event was taken in, and when SES last said something of a mail. */
  feed: () => ({ pk: 'META', sk: 'FEED' }),
  feedback: () => ({ pk: 'META', sk: 'FEEDBACK' }),
  /** The newest round of mails to SES's mailbox simulator, and what SES said of them. */
  feedbackCanary: () => ({ pk: 'META', sk: 'FEEDBACK-CANARY' }),
  /** A request to look once at all open episodes of a prefix (`P#acmeCo/`), a data plane (`D#eu-1`) or all (`ALL`). */
  look: (scope: string) => ({ pk: 'LOOKS', sk: scope }),
} as const;

/** Partition keys of the indexes; `bucket` from 0 to BUCKETS − 1. */
export const index = {
  /** g1: eligible tasks without `PRIMARY`, without an open episode or a hold with an end; by `notPrimarySince`. */
  canFire: (bucket: number) => `C#${bucket}`,
  /** g1: tasks to look at again; by the instant. */
  lookAt: (bucket: number) => `L#${bucket}`,
  /** g1: tasks whose next event is to be turned off; by `disableAt`, `notPrimarySince`, id. */
  toDisable: (bucket: number) => `X#${bucket}`,
  /** g1: notices that wait for a mail; by recipient. */
  pendingNotices: (bucket: number) => `Q#${bucket}`,
  /** g1: digests that are not settled or not applied; by the instant to look at them. */
  openDigests: (bucket: number) => `G#${bucket}`,
  /** g1: alerts that still have notices to be written. */
  untold: (bucket: number) => `U#${bucket}`,
  /** g2: the tasks of `canFire`, by tenant; sorted the same. */
  canFireOfTenant: (tenant: string) => `N#${tenant}`,
  /** g2: tasks with an open episode or a hold with an end, by id. */
  open: (bucket: number) => `O#${bucket}`,
  /** g2: all alerts, by the instant they fired. */
  alerts: (bucket: number) => `A#${bucket}`,
  /** g2: all mails, by the instant they were claimed, with their recipient's key. */
  mails: (bucket: number) => `M#${bucket}`,
  /** g2: all recipients; the dead ones together. */
  recipients: (bucket: number) => `R#${bucket}`,
  /** g2: failures that feed the breaker of a queue, by the instant. */
  failures: (queue: string) => `F#${queue}`,
  /** g2: all subscriptions and all admins, by prefix and address (for lists); `old`: those not moved yet. */
  subscriptions: () => 'PEOPLE#S',
  admins: () => 'PEOPLE#A',
  oldSubscriptions: () => 'SUBSCRIPTIONS',
  oldAdmins: () => 'ADMINS',
  /** g3: eligible tasks of a data plane without `PRIMARY`, by `notPrimarySince`; `#L` seen to lose it, `#N` not. */
  lostOfPlane: (dataPlane: string) => `P#${dataPlane}`,
} as const;

/** The task, its evidence and its open episode: the one row that decides (its `rev` guards every transition). */
export interface TaskRecord {
  task: Task;
  evidence: Evidence;
  /** The newest keep or snooze, also when it has ended. */
  keep: Keep | null;
  /** The number of the newest episode; 0 before the first. */
  episodes: number;
  open: Episode | null;
  /** Why nothing happens although something would be due; since when; when operators were last told. */
  hold: { reason: HoldReason; since: Instant } | null;
  /** User publications that kept this span of failing from firing or ended its episode. */
  vetoes: { count: number; lastAt: Instant } | null;
  /** The newest request to turn it off that the owning system has not confirmed; it may still act on it. */
  asked: { at: Instant; episode: number; asker: Asker; since: Instant } | null;
  /** Set by us when we turned it off, until it is enabled again. */
  disabledByUs: {
    at: Instant;
    episode: number;
    run: string | null;
    /** When somebody asked for it to be turned on again: what its owning system does then is their wish. */
    undoneAt?: Instant;
    /** When its owning system took the request of a person on their page. */
    requestedAt?: Instant;
  } | null;
  /**
   * The newest undoing of our disabling by an operator: asked of the owning system, on again, and told to those who
   * hold our mails.
   */
  undo: { episode: number; by: string; at: Instant; state: 'asked' | 'enabled' | 'told' } | null;
  /**
   * When to look at it next, set by the last look; only while an episode or a hold with an end is there.
   * `disable` where that instant is the one at which it is to be turned off.
   */
  next: { at: Instant; why: 'look' | 'disable' } | null;
  /** Ours; each write raises it. 0: not stored yet. */
  rev: number;
}

/** The alert history: one row per episode. */
export interface AlertRecord {
  task: string;
  episode: number;
  type: 'task_abandoned';
  stage: Stage;
  since: Instant;
  firedAt: Instant;
  resolvedAt: Instant | null;
  reason: ResolveReason | null;
  /** What was known when it fired and when it was resolved. */
  evidence: Record<string, unknown>;
  /** Digest ids of the mails about it. */
  mails: string[];
  run: string | null;
  /** Notices of its end that are not written (or, without one, not deleted) yet: too many for the transaction that ended it. */
  untold: { key: string; address: string; pending: PendingNotice | null }[];
  /** Of an episode that ended with the disabling: who held its warning then. Absent in older rows. */
  holders: string[];
}

/** One recipient's notice of one episode: pending until a mail carried it, kept while the episode is open. */
export interface NoticeRecord {
  recipient: string;
  address: string;
  task: string;
  episode: number;
  /** The notice that waits for a mail. */
  pending: PendingNotice | null;
  /** Who stored the row, as read. */
  w?: string;
}

export interface PendingNotice {
  notice: Notice;
  since: Instant;
  notBefore: Instant;
  /** Of reminders: the lead, and when the window of the rung closes. */
  lead?: Duration;
  by?: Instant;
  /** Of warnings: when the alert fired, and since when the task fails: the order in which the ramp admits. */
  order?: { firedAt: Instant; since: Instant };
  /** Of warnings: an operator wants it told again, also where SES took it before. */
  again?: true;
  /** Facts of notices about what is past (`disabled`, `recovered`, `withdrawn`), frozen when they came to be. */
  facts?: Record<string, unknown>;
}

/** What is known of an address. */
export interface RecipientRecord {
  key: string;
  address: string;
  /**
   * `until`: dead for a time; a scan lets it live again. Else until an operator or its owner revives it; `forgotten`: an
   * operator erased all that was known of him; `unmailable`: no mail can be written to it.
   */
  dead: {
    reason: 'bounce' | 'complaint' | 'suppressed' | 'rejected' | 'soft-bounce' | 'forgotten' | 'unmailable';
    at: Instant;
    until?: Instant;
  } | null;
  /** Mails that came back for the time being, with none delivered since. */
  soft?: { digest: string; at: Instant }[];
  /** Reminders and `recovered` are declined. */
  declined: boolean;
  /** The IANA time zone that dates are told in, and by which the quiet hours are judged; absent: UTC. */
  zone?: string;
  /** The language of mails; absent: the first of them. */
  language?: Language;
  /** No mail between these times of day (`HH:MM`) in the zone; `from` is inside, `to` is not. Absent or null: none. */
  quietHours?: { from: string; to: string } | null;
  /** The newest mail with warnings or reminders, and the newest with a warning. */
  lastMailAt: Instant | null;
  lastWarnedAt: Instant | null;
  /** The newest mail with a withdrawal; absent before the first. */
  lastWithdrawnAt?: Instant;
  /**
   * The mails of the last day that SES took, may have taken or may be about to take, by their instants: at most as many
   * as go to one address. Absent: none.
   */
  mailedAt?: Instant[];
  /** The newest mail of any kind: where an event that names a mail by SES's id alone is looked for first. */
  lastDigest: string | null;
  /** The digest that is being sent. */
  sending: string | null;
  /** Not before this instant, after a failed attempt. */
  retryAt: Instant | null;
  /** When the ramp let him be warned. */
  admittedAt: Instant | null;
  /** When the message for this recipient that is on the queue is to be worked; null once it was. */
  queuedFor: Instant | null;
  /** Until when `disabled` notices are gathered; a message is on the queue for that instant. */
  gatheringUntil: Instant | null;
  rev: number;
}

export type DigestState =
  | 'sending'
  | 'sent'
  /**
   * SES took it and then did not send it, for what it says, or refused it in the words in which it refused many: not the
   * recipient's fault.
   */
  | 'unsent'
  | 'delivered'
  | 'bounced'
  | 'complained'
  | 'rejected'
  | 'superseded';

export interface DigestItem {
  task: string;
  episode: number;
  notice: Notice;
  grace: number;
  /** Instant in dated warnings and reminders, else null. */
  disableAt: Instant | null;
  /** The length of time that date promised. */
  after?: Duration;
  since: Instant;
  restarts: number;
  /** Spells too short to be a recovery; absent where there were none. */
  twitches?: number;
  lead?: Duration;
  /** When the notice came to be: tells it from a later one of the same kind. */
  asked: Instant;
}

/** One mail: what it says (frozen when claimed), and what became of it. */
export interface DigestRecord {
  id: string;
  recipient: string;
  address: string;
  state: DigestState;
  claimedAt: Instant;
  /** After this instant an attempt that never answered may be taken for dead. */
  leaseUntil: Instant;
  /** After this instant it must not be sent any more. */
  notAfter: Instant;
  sentAt: Instant | null;
  messageId: string | null;
  items: DigestItem[];
  /** Where SES did not take it: not tried again before this instant. */
  retryAt: Instant | null;
  /** Nothing was heard of it in time: nobody knows whether it went. */
  unsettled?: boolean;
  /** How often its links were used to change something. Absent in older rows. */
  acts?: number;
  /** When SES first said that it goes on trying to deliver it. */
  delayedAt?: Instant;
  /** Where it showed that the address is dead: why. */
  dead?: NonNullable<RecipientRecord['dead']>['reason'];
  /** SES refused many in the words in which it refused this one: no refusal of it kills anybody. */
  blameless?: true;
  /** Whether the state has been carried over to the tasks, the notices and the recipient. */
  applied: boolean;
  rev: number;
}

/** A data plane and the spans in which nothing could be known of its tasks. */
export interface DataPlaneRecord {
  name: string;
  state: 'up' | 'down' | 'silent';
  /** Since when it is in this state. */
  since: Instant;
  /** The newest life sign; absent where it never gave one and is not watched for silence. */
  lifeSignAt: Instant | null;
  /** The instant of the newest report taken in; absent before the first. */
  reportedAt?: Instant;
  /** When it was last seen to be in use by what is said of tasks, now and then; absent in older rows. */
  usedAt?: Instant;
  /** Closed spans of `down` and `silent`. */
  unknown: Interval[];
  outages: OutageRecord[];
  rev: number;
}

/** Tasks of one plane that lost `PRIMARY` together: those lost in [from, membersUntil]. */
export interface OutageRecord {
  from: Instant;
  membersUntil: Instant;
  /** How many were seen to belong to it. */
  members: number;
  /** Members are counted up to this loss. */
  countedTo: Instant;
  endedAt: Instant | null;
}

export interface PausesRecord {
  evaluate: Instant | null;
  notify: Instant | null;
  disable: Instant | null;
  /** Closed spans in which evaluation was paused. */
  evaluatePaused: Interval[];
  /** Since when SES does not answer the canary of the feedback path: nothing is turned off, no mail is repeated. */
  feedbackSilent?: Instant | null;
  rev: number;
}

export interface ScansRecord {
  /** The scheduled time of the newest claimed tick. */
  claimed: Instant | null;
  leaseUntil: Instant | null;
  completedAt: Instant | null;
  /** Spans without a completed scan (but for their first `scanEvery`). */
  gaps: Interval[];
  rev: number;
}

/** One run's share: how many in all, and how many of them unapproved, per tenant and data plane. */
export interface PaceEntry {
  at: Instant;
  /** The run's name, under which stands what it turned off; absent in older entries. */
  run?: string;
  count: number;
  /** `count`: of so many of them; absent in older entries: one. */
  unapproved?: { tenant: string; dataPlane: string; count?: number }[];
  /** Of older entries only. */
  turnedOff?: { tenant: string; dataPlane: string }[];
}

/** How many were turned off (or newly warned) per run in the last day. */
export interface PaceRecord {
  runs: PaceEntry[];
  rev: number;
}

export interface OperatorAlertRecord {
  code: string;
  /** A task, a plane, a queue: what it is about. */
  subject: string;
  detail: string;
  since: Instant;
  /** When operators are to be told next. */
  toldAt: Instant | null;
  /** While true the alert is repeated weekly. */
  active: boolean;
  /** Since when what it says is over, where it may soon begin again as the same incident. */
  endedAt?: Instant;
  rev: number;
}

/** Who or what hears of the alerts of a prefix: a person by mail, or a topic (its ARN) for information. */
export type SubscriptionRecord = { prefix: string; alertTypes: string[] } & Subscriber;
export type Subscriber = { email: string } | { topic: string };

/** Who may say what on the bus. */
export interface SourceRecord {
  name: string;
  /** The account that its events come from; absent where it may be any. */
  account?: string;
  prefixes: string[];
  dataPlanes: string[];
}
