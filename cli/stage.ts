import type { Mode } from '../functions/abandonment/task.ts';
import type { Instant } from '../functions/abandonment/time.ts';
import type { WorkerControl } from '../functions/breaker/worker-control.port.ts';
import type { DeadLetters } from '../functions/operators/dead-letters.ts';
import type { WebhookSecretStore } from '../functions/platform/ports.ts';
import type { System } from '../functions/platform/system.ts';
import type { ScanReport } from '../functions/scanner/scan.ts';
import type { Table } from '../functions/store/table/table.port.ts';
import type { AlarmBoard } from './alarms/alarm-board.port.ts';
import type { AwsAccount } from './doctor/aws-account.port.ts';
import type { EventBus } from './event-bus.ts';

/** A deployed stage, ready to be asked. */
export interface OpenedStage {
  name: string;
  /** The highest mode that a policy may name in this deployment. */
  modeCeiling: Mode;
  system: System;
  /** Reads again what time it is for a stage whose clock is set by hand: for what stays open. */
  refreshClock?: () => Promise<void>;
  /** A table beside that of the stage, in the same account and region. */
  otherTable(name: string): Table;
  /** Runs the scanner as the schedule would at that instant, and waits for it. */
  scan(scheduledAt: Instant): Promise<ScanReport>;
  /** The workers of its queues. */
  workers: WorkerControl;
  /** What they gave up. */
  deadLetters: DeadLetters;
  /** Where the secrets of its webhooks are kept. */
  webhookSecrets: WebhookSecretStore;
  /** Where events of owning systems are put. */
  bus: EventBus;
  /** The ARN of whose credentials ask. */
  identity(): Promise<string>;
  /** What it stands on in its account. */
  account(): Promise<AwsAccount>;
  /** Its alarms. */
  alarms(): Promise<AlarmBoard>;
  /** How fast its notifiers send together. */
  mailsPerSecond: number;
  /** Whether it notes what is heard of control planes and of mails. */
  canaries: boolean;
}

/** What a configuration file says of where stages are; absent: the environment and the SDK know. */
export interface Place {
  region?: string;
  profile?: string;
}

/** Finds a deployed stage by its name; throws a `UsageError` where there is none. */
export type OpenStage = (name: string, place: Place) => Promise<OpenedStage>;

/** Where nobody names a stage. */
export const DEFAULT_STAGE = 'local';

/** Names that a deployment can have. */
export const STAGE_NAME = /^[a-z][a-z0-9-]{0,19}$/;
