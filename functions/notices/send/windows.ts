import { quietUntil } from '../../abandonment/quiet-hours.ts';
import { DAY, type Duration, HOUR, type Instant } from '../../abandonment/time.ts';
import { isTopic } from '../../abandonment/topics.ts';
import { knownZone } from '../../platform/zones.ts';
import type { RecipientRecord } from '../../store/recipients.ts';

/** The first instant from `at` on at which a mail may go to a recipient: none goes within their quiet hours. */
export function awakeFrom({ quietHours, zone }: RecipientRecord, at: Instant): Instant {
  return quietHours ? (quietUntil({ ...quietHours, zone: knownZone(zone) }, at) ?? at) : at;
}

/** So many mails go to one address in 24 h, whatever they tell (promise 6). */
const MOST_A_DAY = 24;

/** What is withdrawn goes at most so often to one recipient (promise 6). */
const WITHDRAWN_EVERY: Duration = HOUR;

/**
 * From when on a mail of any kind may go to a recipient: not while 24 went within 24 h (promise 6). A topic has no
 * address, and no such limit.
 */
export function dayOpensAt(recipient: RecipientRecord): Instant {
  const { mailedAt, address } = recipient;
  const first = mailedAt.at(-MOST_A_DAY);
  return first === undefined || isTopic(address) ? 0 : awakeFrom(recipient, first + DAY);
}

/** Whether no more than one mail may go to a recipient before others of the last 24 h are older than that. */
export function isScarce({ mailedAt, address }: RecipientRecord, now: Instant): boolean {
  return !isTopic(address) && mailedAt.filter((at) => at > now - DAY).length >= MOST_A_DAY - 1;
}

/** From when on the next mail of warnings and reminders may go to a recipient (promise 6). */
export function windowOpensAt(recipient: RecipientRecord, digestEvery: Duration): Instant {
  const { lastMailAt } = recipient;
  const opens = lastMailAt === null ? 0 : awakeFrom(recipient, lastMailAt + digestEvery);
  return Math.max(opens, dayOpensAt(recipient));
}

/** From when on a mail may tell a recipient of withdrawals. */
export function withdrawalOpensAt(recipient: RecipientRecord): Instant {
  const { lastWithdrawnAt } = recipient;
  const opens = lastWithdrawnAt === undefined ? 0 : awakeFrom(recipient, lastWithdrawnAt + WITHDRAWN_EVERY);
  return Math.max(opens, dayOpensAt(recipient));
}

/** The mails that count for the day, with one that is about to go; what is older than a day counts no more. */
export function withMail({ mailedAt }: RecipientRecord, at: Instant): Instant[] {
  return [...mailedAt.filter((before) => before > at - DAY), at].sort((a, b) => a - b).slice(-MOST_A_DAY);
}

/** As they count once it is known when a mail went; `to` null: SES surely did not take it. */
export function withMailMoved({ mailedAt }: RecipientRecord, from: Instant, to: Instant | null): Instant[] {
  const place = mailedAt.lastIndexOf(from);
  if (place < 0) return mailedAt;
  return mailedAt.toSpliced(place, 1, ...(to === null ? [] : [to])).sort((a, b) => a - b);
}
