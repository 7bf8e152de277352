import type { Duration, Instant } from '../../functions/abandonment/time.ts';
import type { DigestItem } from '../../functions/store/digests.ts';

/** A notice that SES took, and whether it may be repeated. */
interface MailedNotice {
  digest: string;
  at: Instant;
}

/**
 * Knows which notices were mailed, and which of these mails are in the one window for a repeat (promise 6): SES
 * accepted it, the record of that is lost, and SES reported nothing of it within `settleAfter`.
 */
export class Repeats {
  /** Notices that were mailed again in the window. */
  inWindow = 0;
  readonly #mailed = new Map<string, MailedNotice>();
  readonly #lost = new Set<string>();
  readonly #reported = new Set<string>();

  /** The answer to a mail, or what was to be written of it, is lost. */
  recordLost(digest: string): void {
    this.#lost.add(digest);
  }

  /** SES reported something of a mail. */
  reported(digest: string): void {
    this.#reported.add(digest);
  }

  /** Whether the service cannot know yet that SES took a mail. */
  isUnheard(digest: string): boolean {
    return this.#lost.has(digest) && !this.#reported.has(digest);
  }

  /** Takes in a notice that SES took; false where it repeats one that it must not. */
  isNew(notice: string, digest: string, now: Instant, settleAfter: Duration): boolean {
    const before = this.#mailed.get(notice);
    this.#mailed.set(notice, { digest, at: now });
    if (!before) return true;
    const isForgiven = this.isUnheard(before.digest) && now >= before.at + settleAfter;
    if (isForgiven) this.inWindow += 1;
    return isForgiven;
  }
}

/** What makes a notice another one beside what it says. */
interface Around {
  /** How often the recipient left and came back. */
  comings: number;
  /** Since when the mode is `disable`; null where it is not: raising it starts a new warning. */
  mode: Instant | null;
  /** The latest date that a mail about the episode says. */
  latest: Instant | undefined;
}

/** What must not be mailed twice: (episode, reminder step, recipient), and for reminders and withdrawals the date. */
export function noticeName(to: string, item: DigestItem, { comings, mode, latest }: Around): string {
  const { task, episode, notice, grace, lead, disableAt } = item;
  const announced = notice === 'withdrawn' ? latest : undefined;
  const date = notice === 'reminder' ? disableAt : announced;
  const of = notice === 'warning' || notice === 'overdue' ? `${mode} ${disableAt === null}` : '';
  return [to, task, episode, notice, grace, lead, date, comings, of].join(' ');
}
