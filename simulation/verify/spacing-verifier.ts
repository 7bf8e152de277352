import { DAY, type Duration, HOUR, type Instant } from '../../functions/abandonment/time.ts';
import type { DigestItem } from '../../functions/store/digests.ts';
import type { AcceptedMail } from '../engine/sim-mail.ts';
import { isAsleep, wakesAt } from '../engine/sleep.ts';
import type { Checks, VerifierParts } from './checks.ts';
import type { FleetFacts } from './fleet-facts.ts';

interface LastMail {
  warnedAt: Instant | null;
  /** The newest mail of warnings or reminders, and whether its sender never heard that SES took it. */
  warning: string | null;
  isUnheard: boolean;
  /** From when on the next mail of what was disabled may go. */
  disabledFrom: Instant;
  withdrawnAt: Instant | null;
  /** All of the last 24 h. */
  lately: Instant[];
  fullUntil: Instant;
}

const URGING: readonly string[] = ['warning', 'reminder', 'stopping', 'overdue', 'still-off'];

/** A mail with fewer notices has room for one more, however long the names of its tasks are. */
const MAY_BE_FULL = 15;

/** So many mails, whatever they say, may go to one address in 24 h. */
const MOST_A_DAY = 24;

/** Checks that no recipient gets more mails than `digestEvery` and gathering allow, nor any in quiet hours (promise 6). */
export class SpacingVerifier {
  readonly #checks: Checks;
  readonly #facts: FleetFacts;
  readonly #gathered: Duration;
  readonly #skew: Duration;
  readonly #last = new Map<string, LastMail>();

  constructor(checks: Checks, { facts, gathered, skew = 0 }: VerifierParts) {
    this.#checks = checks;
    this.#facts = facts;
    this.#gathered = gathered;
    this.#skew = skew;
  }

  /** SES took a mail for an address. */
  accepted(to: string, mail: AcceptedMail): void {
    const quietHours = this.#facts.quietHours.get(to);
    const clocks = [mail.at - this.#skew, mail.at, mail.at + this.#skew];
    const isRude = clocks.every((clock) => isAsleep(quietHours, clock));
    this.#checks.checkWhere(quietHours !== undefined, 6, !isRude, () => 'a mail went out in quiet hours');
    const last = this.#last.get(to) ?? {
      warnedAt: null,
      warning: null,
      isUnheard: false,
      disabledFrom: Number.NEGATIVE_INFINITY,
      withdrawnAt: null,
      lately: [],
      fullUntil: 0,
    };
    this.#last.set(to, last);
    this.#isOneOfTheDay(last, mail);
    const urging = mail.items.filter(({ notice }) => URGING.includes(notice));
    if (urging.length > 0) {
      const every = this.#every(last) - 2 * this.#skew;
      const next = (last.warnedAt ?? Number.NEGATIVE_INFINITY) + every;
      const opens = () => wakesAt(quietHours, next);
      const ok = mail.at >= next || urging.some((item) => this.#windowCloses(item, mail.at, opens()));
      this.#checks.check(
        6,
        ok,
        () => `a second mail of warnings or reminders went to one recipient within digestEvery`,
      );
      last.warnedAt = mail.at;
      last.warning = mail.digest;
      last.isUnheard = false;
    }
    if (mail.items.some(({ notice }) => notice === 'disabled')) this.#isGathered(last, mail);
  }

  /** One mail for what was disabled within some minutes, and what found no room in it at once in another (promise 7). */
  #isGathered(last: LastMail, { at, items }: AcceptedMail): void {
    this.#checks.check(
      6,
      at >= last.disabledFrom,
      () => 'what was disabled went out in two mails where one gathers it',
    );
    const mayBeFull = items.length >= MAY_BE_FULL;
    last.disabledFrom = mayBeFull ? at : at + this.#gathered - 2 * this.#skew;
  }

  /** The answer to a mail is lost: where SES says nothing of it either, it is decided again after `settleAfter`. */
  answerLost(digest: string): void {
    for (const last of this.#last.values()) if (last.warning === digest) last.isUnheard = true;
  }

  /** How long no other mail of warnings or reminders may go. */
  #every({ isUnheard }: LastMail): Duration {
    const every = this.#facts.policy('', 'digestEvery');
    return isUnheard ? Math.min(every, this.#facts.policy('', 'settleAfter')) : every;
  }

  /** No more than 24 mails in 24 h, and no two withdrawals within an hour. */
  #isOneOfTheDay(last: LastMail, { at, items }: AcceptedMail): void {
    last.lately = last.lately.filter((before) => before > at - DAY);
    const surely = last.lately.filter((before) => before > at - DAY + 2 * this.#skew);
    const isFull = surely.length >= MOST_A_DAY;
    this.#checks.check(6, !isFull, () => `more than ${MOST_A_DAY} mails went to one recipient in 24 h`);
    last.lately.push(at);
    const first = last.lately.at(-MOST_A_DAY);
    if (first !== undefined && last.lately.length >= MOST_A_DAY) last.fullUntil = first + DAY;
    if (!items.some(({ notice }) => notice === 'withdrawn')) return;
    const next = (last.withdrawnAt ?? Number.NEGATIVE_INFINITY) + HOUR - 2 * this.#skew;
    this.#checks.check(6, at >= next, () => 'withdrawals went to one recipient twice within an hour');
    last.withdrawnAt = at;
  }

  /** Until when the newest mails to an address let no other go; an instant of the past where they do not. */
  fullUntil(to: string): Instant {
    return this.#last.get(to)?.fullUntil ?? 0;
  }

  /** Whether the window of a reminder step would close before the next mail may go. */
  #windowCloses(item: DigestItem, now: Instant, next: Instant): boolean {
    if (item.disableAt === null) return false;
    const edges = [0, ...this.#facts.policy(item.task, 'reminders')].map(
      (lead) => (item.disableAt ?? 0) - lead,
    );
    return edges.some((edge) => edge > now && edge <= next);
  }
}
