import type { Duration, Instant } from '../functions/abandonment/time.ts';
import type { DigestItem } from '../functions/store/rows.ts';

/** A notice that SES took, and whether it may be repeated. */
interface Told {
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
  readonly #told = new Map<string, Told>();
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

  /** Takes in a notice that SES took; false where it repeats one that it must not. */
  isNew(notice: string, digest: string, now: Instant, settleAfter: Duration): boolean {
    const before = this.#told.get(notice);
    this.#told.set(notice, { digest, at: now });
    if (!before) return true;
    const isForgiven =
      this.#lost.has(before.digest) && !this.#reported.has(before.digest) && now >= before.at + settleAfter;
    if (isForgiven) this.inWindow += 1;
    return isForgiven;
  }
}

/**
 * What must not be mailed twice: (episode, rung, recipient), with the announced deadline for what is told anew for a
 * later one. `comings`: how often the recipient left and came back.
 */
export function noticeName(
  to: string,
  item: DigestItem,
  comings: number,
  latest: Instant | undefined,
): string {
  const announced =
    item.notice === 'withdrawn' ? latest : item.notice === 'reminder' ? dayOf(item) : undefined;
  return [to, item.task, item.episode, item.notice, item.grace, item.lead, announced, comings].join(' ');
}
