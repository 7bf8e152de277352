import type { Mode, ShardStatus } from './task.ts';
import type { Duration, Instant } from './time.ts';

/** No disabling between these times of day (`HH:MM`) in this IANA time zone; `from` is inside, `to` is not. */
export interface QuietHours {
  from: string;
  to: string;
  zone: string;
}

/** The days of the week as policies name them. */
export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
type Weekday = (typeof WEEKDAYS)[number];

/** No disabling on these days of the week and these dates (`YYYY-MM-DD`), from midnight to midnight in this zone. */
export interface QuietDays {
  weekdays?: Weekday[];
  dates?: string[];
  zone: string;
}

export const AT_DEADLINE = ['nothing', 'alert', 'disable'] as const;
export type AtDeadline = (typeof AT_DEADLINE)[number];

/** The keys that can be set globally, per prefix and per task. */
export interface ScopedPolicy {
  mode: Mode;
  warnAfter: Duration;
  disableAfter: Duration;
  reminders: Duration[];
  publicationVeto: Duration;
  aliveStatuses: ShardStatus[];
  recoveryMail: boolean;
  keepMax: Duration;
  quietHours: QuietHours | null;
  quietDays: QuietDays | null;
  /** How long an alive status must last to be a recovery. */
  minHealthy: Duration;
  /** So long after its start a running job is to have ended; null: it may run for ever. */
  failAfter: Duration | null;
  /** So long before a task's own deadline it is announced; null: it is not. */
  stopNotice: Duration | null;
  /** What is done once a task has outlived its deadline. */
  atDeadline: AtDeadline;
  /** So long before the date admins join the reachable recipients; null: only where nobody else is reachable. */
  escalateAt: Duration | null;
  /**
   * So long before a task can no longer be enabled as it was its recipients are reminded that it is off; null: never.
   */
  stillOff: Duration | null;
}

/** The keys that can be set globally only. */
export interface GlobalPolicy {
  scanEvery: Duration;
  digestEvery: Duration;
  evidenceMaxAge: Duration;
  silentAfter: Duration;
  correlatedShare: number;
  correlatedWindow: Duration;
  blastRadius: { perRun: number; perDay: number; share: number; shareFloor: number };
  rampPerDay: number;
  settleAfter: Duration;
}

/** What holds for one task: its leaves, and for each leaf (`blastRadius.share`) the scope it came from. */
export interface EffectivePolicy extends ScopedPolicy, GlobalPolicy {
  /** Leaf path -> `default`, `global`, a prefix, or the task's id. */
  source: Record<string, string>;
  /** When the mode last rose to `disable`; null where that is not known. A fact, no key: nobody sets it. */
  modeRaisedAt: Instant | null;
  /** When `failAfter` or `stopNotice` last changed; absent where that is not known. A fact, no key. */
  deadlinesMovedAt?: Instant;
}

/** What was written at one scope, parsed and valid; null takes a leaf back to the default. */
export type PolicyDocument = { [Key in keyof (ScopedPolicy & GlobalPolicy)]?: unknown };
