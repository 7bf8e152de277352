import { type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import type { TaskAudit } from '../../functions/store/audit.ts';
import type { TurnedOff } from '../engine/effects.ts';
import type { Verifier } from './verifier.ts';

/** Checks that every disabling has its audit row: who, why, and the mails (promise 16). */
export class AuditVerifier {
  readonly #verifier: Verifier;
  readonly #now: () => Instant;
  readonly #mayBeLate: boolean;
  readonly #digests = new Set<string>();
  readonly #rows = new Map<string, TaskAudit[]>();
  #open: { done: TurnedOff; at: Instant }[] = [];

  /** `mayBeLate`: confirmations are, so that their row may come any time before the end. */
  constructor(verifier: Verifier, now: () => Instant, mayBeLate: boolean) {
    this.#verifier = verifier;
    this.#now = now;
    this.#mayBeLate = mayBeLate;
  }

  /** SES took a mail. */
  mailed(digest: string): void {
    this.#digests.add(digest);
  }

  turnedOff(done: TurnedOff): void {
    this.#open.push({ done, at: this.#now() });
  }

  /** An audit row was written. */
  audited(entry: TaskAudit): void {
    const known = this.#rows.get(entry.task);
    if (known) known.push(entry);
    else this.#rows.set(entry.task, [entry]);
  }

  instantOver(): void {
    if (this.#open.length === 0) return;
    const waiting = this.#mayBeLate
      ? this.#open.filter(({ done, at }) => this.#rowOf(done, at) === undefined)
      : [];
    for (const one of this.#open) if (!waiting.includes(one)) this.#check(one.done, one.at);
    this.#open = waiting;
  }

  /** The scenario is over; `calmSince`: when the last thing went wrong. */
  finish(calmSince: Instant): void {
    for (const { done, at } of this.#open) {
      if (this.#now() - Math.max(at, calmSince) > 6 * 60 * MINUTE) this.#check(done, at);
    }
    this.#open = [];
  }

  #rowOf({ task }: TurnedOff, at: Instant): TaskAudit | undefined {
    return (this.#rows.get(task) ?? []).find(
      (row) => row.act.includes('disable') && row.at >= at - 6 * MINUTE && row.by !== '' && row.reason !== '',
    );
  }

  #check(done: TurnedOff, at: Instant): void {
    const name = `${done.task} #${done.episode}`;
    const row = this.#rowOf(done, at);
    this.#verifier.check(16, row !== undefined, () => `the disabling of ${name} has no full audit row`);
    const mailed = done.disableAt === null || (row?.mails ?? []).some((digest) => this.#digests.has(digest));
    this.#verifier.check(16, mailed, () => `the audit row of ${name} names none of its mails`);
  }
}
