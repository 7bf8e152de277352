/** What the deployment and the running code must call by the same name; the queues are in `queues.ts`. */
import type { Severity } from './alarm-names.ts';
import { type QueueName, WORKERS, type Worker } from './queues.ts';

/** Environment variables of the functions. */
export const ENV = {
  stage: 'TASKWARDEN_STAGE',
  table: 'TASKWARDEN_TABLE',
  bus: 'TASKWARDEN_BUS',
  operatorsTopic: 'TASKWARDEN_OPERATORS_TOPIC',
  /** Of a worker: the queue it reads and where it puts what will never succeed. */
  sourceQueue: 'TASKWARDEN_SOURCE_QUEUE_URL',
  deadLetterQueue: 'TASKWARDEN_DEAD_LETTER_QUEUE_URL',
  /** Of a worker: after how many receives the broker dead-letters a message. */
  maxReceives: 'TASKWARDEN_MAX_RECEIVES',
  sender: 'TASKWARDEN_SENDER',
  replyTo: 'TASKWARDEN_REPLY_TO',
  configurationSet: 'TASKWARDEN_CONFIGURATION_SET',
  /** This worker's part of the account's sending rate. */
  mailsPerSecond: 'TASKWARDEN_MAILS_PER_SECOND',
  contact: 'TASKWARDEN_CONTACT',
  brand: 'TASKWARDEN_BRAND',
  /** Of the notifier: where the owner's page is; absent: mails have no links. */
  linkBaseUrl: 'TASKWARDEN_LINK_BASE_URL',
  /** The SSM parameter with the keys that links are signed with. */
  linkKeys: 'TASKWARDEN_LINK_KEYS',
  controlPlane: 'TASKWARDEN_CONTROL_PLANE',
  /** JSON: further control planes, each under a prefix of its own. */
  controlPlanes: 'TASKWARDEN_CONTROL_PLANES',
  /** Of who asks them: how many processes may, so that each keeps to its part of the rate. */
  controlPlaneCallers: 'TASKWARDEN_CONTROL_PLANE_CALLERS',
  modeCeiling: 'TASKWARDEN_STAGE_CEILING',
  allowedDomains: 'TASKWARDEN_ALLOWED_DOMAINS',
  /** JSON, of ingest: who may put what on the bus. */
  sources: 'TASKWARDEN_SOURCES',
  /** Of ingest: the account of the deployment, whose events a source without an account sends. */
  account: 'TASKWARDEN_ACCOUNT',
  /** JSON, of the breaker: by queue its worker's name, event source mapping and URL. */
  workers: 'TASKWARDEN_WORKERS',
  canaries: 'TASKWARDEN_CANARIES',
  scanEvery: 'TASKWARDEN_SCAN_EVERY_MS',
  gatherDisabled: 'TASKWARDEN_GATHER_DISABLED_MS',
  confirmWithin: 'TASKWARDEN_CONFIRM_WITHIN_MS',
  sendLease: 'TASKWARDEN_SEND_LEASE_MS',
  /** JSON: how long what ended is kept, where that is not the default. */
  retention: 'TASKWARDEN_RETENTION',
  /** Of the sender of webhooks: hosts that may be called whatever their address and scheme, separated by commas. */
  webhookHosts: 'TASKWARDEN_WEBHOOK_HOSTS',
  demoClock: 'TASKWARDEN_DEMO_CLOCK',
} as const;

/** From the third receive of one message on, its failure is no passing one; before, it is not worth a figure. */
export const FAILS_AGAIN = 3;

/** The namespace of all metrics; their dimensions are `service` (the function) and `stage`. */
export const METRIC_NAMESPACE = 'Taskwarden';

/** Metrics that alarms and dashboards may stand on. */
export const METRIC = {
  /** One per scan that went through to its end; the heartbeat. */
  scanCompleted: 'ScanCompleted',
  /** A step of a tick that failed; the others went on. */
  stepFailed: 'StepFailed',
  /** A generator whose turns fail, said with each run of the scanner while it lasts; the others go on. */
  generatorFailing: 'GeneratorFailing',
  /** Rows of what ended that were deleted, by their kind. */
  rowsCollected: 'RowsCollected',
  /** One per message that ended in an outcome. */
  messageDone: 'MessageDone',
  messageSkipped: 'MessageSkipped',
  /** A failed attempt that is tried again. */
  messageRetried: 'MessageRetried',
  /** How often the failed message of a batch was received that was so most often; from `FAILS_AGAIN` on. */
  failedReceives: 'FailedReceives',
  /** Put back for later as planned: no failure. */
  messagePostponed: 'MessagePostponed',
  messageDeadLettered: 'MessageDeadLettered',
  /** Records left for a later delivery because the function's time ran short. */
  messageLeft: 'MessageLeft',
  /** One per failed attempt, a died process included. */
  attemptFailed: 'AttemptFailed',
  /** A kind of failure that is new, or says something new. */
  failureReported: 'FailureReported',
  /** One per look of the breaker at all queues; its heartbeat. */
  breakerRan: 'BreakerRan',
  /** One per queue that the breaker keeps off, at each of its looks. */
  breakerOpen: 'BreakerOpen',
  /** A queue that did not work the canary of the scan before in time. */
  canaryMissed: 'CanaryMissed',
  /** Mails were accepted and SES said nothing of any mail for a day. */
  feedbackSilent: 'FeedbackSilent',
  /** SES did not answer the canary of the feedback path in time: what waits for its word is held. */
  feedbackCanaryMissed: 'FeedbackCanaryMissed',
  /** No event was taken in for so long that something must be wrong. */
  feedSilent: 'FeedSilent',
  /** An event from a source that may not say it, or that its schema refuses. */
  eventRefused: 'EventRefused',
  mailAccepted: 'MailAccepted',
  /** An address that SES refused, a rate that was exceeded, an answer that never came. */
  mailNotAccepted: 'MailNotAccepted',
  /** SES would take no mail of ours (quota, paused account, sandbox, unverified identity). */
  mailEnvironmentRefused: 'MailEnvironmentRefused',
  /** A mail that SES took and then did not send, for what it says. */
  mailUnsent: 'MailUnsent',
  /** A bounce, complaint or delivery that SES reported. */
  mailEvent: 'MailEvent',
  /** A request to the owner's page that broke on our side. */
  pageFailed: 'PageFailed',
} as const;

/**
 * What stands for the function where a figure is of the whole stage: one alarm on it costs one metric, not one for each
 * function.
 */
export const WHOLE_STAGE = 'all';

/** The metrics of the whole stage. */
export const OF_WHOLE_STAGE: ReadonlySet<string> = new Set([METRIC.failureReported]);

/** The functions, by the `service` dimension of their metrics and logs. */
export type Service = 'scanner' | Worker | 'owner-page' | 'breaker';
export const SERVICES: readonly Service[] = ['scanner', ...WORKERS, 'owner-page', 'breaker'];

/** The source of the events that Taskwarden itself puts on the bus. */
export const EVENT_SOURCE = 'taskwarden';

/** The alias that schedules and event sources point at. */
export const LIVE_ALIAS = 'live';

/** The SSM parameter that tells where a deployed stage is. */
export function deploymentParameter(stage: string): string {
  return `/taskwarden/${stage}/deployment`;
}

/** The SSM parameter (a SecureString) whose versions are the keys that links are signed with. */
export function linkKeysParameter(stage: string): string {
  return `/taskwarden/${stage}/link-keys`;
}

/** The SSM parameter (a SecureString) whose versions are the secrets of a webhook. */
export function webhookSecretParameter(stage: string, webhook: string): string {
  return `/taskwarden/${stage}/webhooks/${webhook}`;
}

/** The text of that parameter, as JSON: how a deployed stage is found by its name. */
export interface Deployment {
  version: 1;
  stage: string;
  region: string;
  table: string;
  bus: string;
  operatorsTopic: string;
  /** Where alarms of each severity go; null: an earlier deployment, which does not say. */
  alarmTopics: Record<Severity, string> | null;
  /** Where SES reports what became of mails. */
  mailEventsTopic: string;
  configurationSet: string;
  sender: string;
  /** The SES identity that mail is sent as, and how fast all notifiers send together. */
  ses: { identity: string; mailsPerSecond: number };
  /** The name of the scanner's schedule. */
  schedule: string;
  /** The dead-letter queues of schedules, by name; absent in deployments of before. */
  ticks?: Record<string, string> | undefined;
  /** Whether what is heard of control planes and of mails is noted. */
  canaries: boolean;
  contact: string;
  controlPlane: 'fed' | 'own';
  /** Further control planes, as `writtenControlPlanes` writes them. */
  controlPlanes: string;
  modeCeiling: 'detect' | 'notify' | 'disable';
  allowedDomains: string[] | null;
  /** ARNs of the topics that subscriptions may name. */
  topics: string[];
  /** Hosts that webhooks may be called at whatever their address and scheme; earlier deployments do not say it. */
  webhookHosts?: string[] | undefined;
  /** The period of the scanner's schedule, in milliseconds; earlier deployments do not say it. */
  scanEveryMs?: number | undefined;
  /** Where the owner's page is, as links in mails name it. */
  linkBaseUrl?: string | undefined;
  /** How long what ended is kept, as `writtenRetention` writes it. */
  retention: string;
  /** Whether the stage may be told the time. */
  demoClock: boolean;
  /** By queue: its URL, that of its dead-letter queue, and the event source mapping that feeds its worker. */
  queues: Record<QueueName, { url: string; deadLetterUrl: string; mapping: string }>;
  /** By function: what to invoke (the alias `live`). */
  functions: Record<Exclude<Service, 'owner-page'>, string>;
}
