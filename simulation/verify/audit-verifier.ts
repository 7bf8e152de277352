import { type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import type { TaskAudit } from '../../functions/store/audit.ts';
import type { DisabledTask } from '../engine/effects.ts';
import type { Checks } from './checks.ts';

/** Checks that every disabling has its audit row: who, why, and the mails (promise 16). */
export class AuditVerifier {
  readonly #checks: Checks;
  readonly #now: () => Instant;
  readonly #mayBeLate: boolean;
  readonly #digests = new Set<string>();
  readonly #rows = new Map<string, TaskAudit[]>();
  #open: { done: DisabledTask; at: Instant }[] = [];

  /** `mayBeLate`: confirmations are, so that their row may come any time before the end. */
  constructor(checks: Checks, now: () => Instant, mayBeLate: boolean) {
    this.#checks = checks;
    this.#now = now;
    this.#mayBeLate = mayBeLate;
  }

  /** SES took a mail. */
  mailed(digest: string): void {
    this.#digests.add(digest);
  }

  disabled(done: DisabledTask): void {
    this.#open.push({ done, at: this.#now() });
  }

  /** An audit row was written. */
  audited(entry: TaskAudit): void {
    const rows = this.#rows.get(entry.task);
    if (rows) rows.push(entry);
    else this.#rows.set(entry.task, [entry]);
  }

  instantOver(): void {
    if (this.#open.length === 0) return;
    const waiting = this.#mayBeLate
      ? this.#open.filter(({ done, at }) => this.#rowOf(done, at) === undefined)
      : [];
    for (const open of this.#open) if (!waiting.includes(open)) this.#check(open.done, open.at);
    this.#open = waiting;
  }

  /** The scenario is over; `calmSince`: when the last thing went wrong. */
  finish(calmSince: Instant): void {
    for (const { done, at } of this.#open) {
      if (this.#now() - Math.max(at, calmSince) > 6 * 60 * MINUTE) this.#check(done, at);
    }
    this.#open = [];
  }

  #rowOf({ task }: DisabledTask, at: Instant): TaskAudit | undefined {
    return (this.#rows.get(task) ?? []).find(
      (row) => row.act.includes('disable') && row.at >= at - 6 * MINUTE && row.by !== '' && row.reason !== '',
    );
  }

  #check(done: DisabledTask, at: Instant): void {
    const name = `${done.task} #${done.episode}`;
    const row = this.#rowOf(done, at);
    this.#checks.check(16, row !== undefined, () => `the disabling of ${name} has no full audit row`);
    const mailed = done.disableAt === null || (row?.mails ?? []).some((digest) => this.#digests.has(digest));
    this.#checks.check(16, mailed, () => `the audit row of ${name} names none of its mails`);
  }
}
