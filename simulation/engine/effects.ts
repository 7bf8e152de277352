import type { HoldReason, Mode, Notice, ResolveReason } from '../../functions/abandonment/task.ts';
import { formatInstant, type Instant, parseInstant } from '../../functions/abandonment/time.ts';
import type { OperatorAlertCode } from '../../functions/platform/alert-codes.ts';
import type { Clock } from '../../functions/platform/ports.ts';
import { type AlertRecord, alertFromRow } from '../../functions/store/alerts.ts';
import type { DigestItem } from '../../functions/store/digests.ts';
import type { Change } from '../../functions/store/table/memory-table.ts';
import type { Row } from '../../functions/store/table/table.port.ts';
import { taskFromRow } from '../../functions/store/tasks.ts';
import type { AcceptedMail, RefusedMail } from './sim-mail.ts';

/** What alarms tell of a deployed stage: here they stand among the operator alerts. */
export const ALARMS_AS_ALERTS = ['dead-letter', 'scanner-stopped'] as const;

/** The codes that are printed (docs/scenario.md#output). */
type AlertCode = OperatorAlertCode | (typeof ALARMS_AS_ALERTS)[number];

/** One notice as it stood in a mail; instants as RFC 3339 in UTC. */
export interface MailItemLine {
  task: string;
  /** null of a notice of a task's own deadline. */
  episode: number | null;
  notice: Notice;
  disableAt: string | null;
  since: string;
  restarts: number;
}

/** One line of the output but the last (docs/scenario.md#output); instants as RFC 3339 in UTC. */
export type EffectLine = { at: string } & (
  | {
      type: 'alert-fired';
      task: string;
      alert: AlertRecord['type'];
      episode: number;
      since: string;
      stage: Mode;
    }
  | {
      type: 'alert-resolved';
      task: string;
      alert: AlertRecord['type'];
      episode: number;
      reason: ResolveReason | null;
    }
  | {
      type: 'mail';
      to: string;
      digest: string;
      items: MailItemLine[];
      /** Of a weekly mail, which has no items. */
      report?: { week: string; tenants: readonly string[] };
    }
  | { type: 'mail-failed'; to: string; digest: string; reason: RefusedMail['reason'] }
  | { type: 'task-disabled'; task: string; episode: number; run: string | null; disableAt: string | null }
  | { type: 'task-enabled'; task: string; by: string }
  | { type: 'held'; task: string; episode: number | null; reason: HoldReason }
  | { type: 'operator-alert'; code: AlertCode; task: string }
  | { type: 'operator-alert'; code: AlertCode; detail: string }
);

/** The last line of the output. */
export interface SummaryLine {
  at: string;
  type: 'summary';
  scans: number;
  /** Different tasks that were there at some time. */
  tasks: number;
  alertsFired: number;
  /** Mails that SES took. */
  mails: number;
  disabled: number;
  deadLettered: number;
  /** Failed attempts of whatever cause. */
  oops: number;
  promisesChecked: number;
}

/** A task disabled by the owning system on our request. */
export interface DisabledTask {
  task: string;
  episode: number;
  /** The scan that decided it; null for an owner's *disable now*. */
  run: string | null;
  disableAt: Instant | null;
}

/** Words for an episode: `acmeCo/a #1`. */
export function episodeOf({ task, episode }: { task: string; episode: number }): string {
  return `${task} #${episode}`;
}

/** Turns what was committed, mailed and done into the lines of the output, in the order in which it happened. */
export class EffectRecorder {
  readonly lines: EffectLine[] = [];
  readonly #clock: Clock;
  readonly #onLine: ((line: EffectLine) => void) | undefined;
  #fired = 0;
  #disabled = 0;

  /** `onLine` hears each line as it comes to be. */
  constructor(clock: Clock, onLine?: (line: EffectLine) => void) {
    this.#clock = clock;
    this.#onLine = onLine;
  }

  get alertsFired(): number {
    return this.#fired;
  }

  get disabled(): number {
    return this.#disabled;
  }

  /** Reads alerts and holds off what was committed together: first how alerts began or ended, then what holds. */
  committed(changes: readonly Change[]): void {
    for (const { before, after } of changes) {
      if (after?.sk.startsWith('A#')) this.#alert(before, after);
    }
    for (const { before, after } of changes) {
      if (after?.sk === 'T') this.#held(before, after);
    }
  }

  mail({ to, digest, items, report }: AcceptedMail): void {
    const line = { type: 'mail' as const, to, digest, items: items.map(mailItem) };
    this.#emit({ at: this.#now(), ...line, ...(report && { report }) });
  }

  mailFailed({ to, digest, reason }: RefusedMail): void {
    this.#emit({ at: this.#now(), type: 'mail-failed', to, digest, reason });
  }

  taskDisabled({ task, episode, run, disableAt }: DisabledTask): void {
    this.#disabled += 1;
    this.#emit({
      at: this.#now(),
      type: 'task-disabled',
      task,
      episode,
      run: run === null ? null : runName(run),
      disableAt: disableAt === null ? null : formatInstant(disableAt),
    });
  }

  taskEnabled(task: string, by: string): void {
    this.#emit({ at: this.#now(), type: 'task-enabled', task, by });
  }

  /** `about`: the task it is about, or a detail. */
  operatorAlert(code: AlertCode, about: { task: string } | { detail: string }): void {
    this.#emit({ at: this.#now(), type: 'operator-alert', code, ...about });
  }

  #alert(before: Row | undefined, after: Row): void {
    const was = before && alertFromRow(before);
    const alert = alertFromRow(after);
    const { task, type, episode, since, stage, reason } = alert;
    if (!was) {
      this.#fired += 1;
      this.#emit({
        at: this.#now(),
        type: 'alert-fired',
        task,
        alert: type,
        episode,
        since: formatInstant(since),
        stage,
      });
    }
    if (alert.resolvedAt !== null && (was?.resolvedAt ?? null) === null) {
      this.#emit({ at: this.#now(), type: 'alert-resolved', task, alert: type, episode, reason });
    }
  }

  #held(before: Row | undefined, after: Row): void {
    const { hold, open, task } = taskFromRow(after);
    if (!hold) return;
    const was = before && taskFromRow(before);
    const episode = open?.number ?? null;
    if (was?.hold?.reason === hold.reason && (was.open?.number ?? null) === episode) return;
    this.#emit({ at: this.#now(), type: 'held', task: task.id, episode, reason: hold.reason });
  }

  #now(): string {
    return formatInstant(this.#clock.now());
  }

  #emit(line: EffectLine): void {
    this.lines.push(line);
    this.#onLine?.(line);
  }
}

/** A run is named by the instant of its scan. */
function runName(run: string): string {
  const instant = parseInstant(run);
  return instant === undefined ? run : formatInstant(instant);
}

function mailItem({ task, episode, notice, disableAt, since, restarts }: DigestItem): MailItemLine {
  return {
    task,
    episode: notice === 'stopping' ? null : episode,
    notice,
    disableAt: disableAt === null ? null : formatInstant(disableAt),
    since: formatInstant(since),
    restarts,
  };
}
