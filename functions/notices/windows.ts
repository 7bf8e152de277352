import { quietUntil } from '../abandonment/quiet-hours.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import type { RecipientRecord } from '../store/rows.ts';
import { knownZone } from './zones.ts';

/** The first instant from `at` on at which a mail may go to a recipient: none goes within his quiet hours. */
export function awakeFrom({ quietHours, zone }: RecipientRecord, at: Instant): Instant {
  return quietHours ? (quietUntil({ ...quietHours, zone: knownZone(zone) }, at) ?? at) : at;
}

/** From when on the next mail of warnings and reminders may go to a recipient (promise 6). */
export function windowOpensAt(recipient: RecipientRecord, digestEvery: Duration): Instant {
  return recipient.lastMailAt === null ? 0 : awakeFrom(recipient, recipient.lastMailAt + digestEvery);
}
