import type { Instant } from '../abandonment/time.ts';
import { keys } from '../store/keys.ts';
import { loadRecipientWithNotices, type RecipientRecord, recipientFromRow } from '../store/recipients.ts';
import { type Collecting, collect, isPast } from './collecting.ts';

/**
 * Deletes what is known of a recipient whom nothing waits for and who is known by nothing but mails of long ago. Who is
 * suppressed, who declined or who chose anything stays for good: all that would be forgotten with them.
 */
export async function collectRecipient(collecting: Collecting, key: string): Promise<void> {
  const { table } = collecting.system;
  // Most are in use, which half a read shows; what waits for one who is not is read only then.
  const row = await table.get(keys.recipient(key), { consistent: false });
  if (!row || !isForgettable(collecting, recipientFromRow(row))) return;
  const { recipient, notices } = await loadRecipientWithNotices(table, key);
  if (!recipient || notices.length > 0 || !isForgettable(collecting, recipient)) return;
  await collect(collecting, 'recipients', {
    delete: keys.recipient(key),
    if: [{ equals: ['rev', recipient.rev] }],
  });
}

/** Whether nothing but their last mail is known of them, and that is past. */
function isForgettable(collecting: Collecting, recipient: RecipientRecord): boolean {
  const { dead, declined, zone, language, quietHours, sending } = recipient;
  const isChosen = declined || zone !== undefined || language !== undefined || quietHours !== null;
  if (dead !== null || isChosen || sending !== null) return false;
  const lastAt = lastUseOf(recipient);
  return lastAt !== undefined && isPast(collecting, 'recipients', lastAt);
}

/** The newest instant on the row; undefined where there is none, and so nobody can say when it was over. */
function lastUseOf(recipient: RecipientRecord): Instant | undefined {
  const { lastMailAt, lastWarnedAt, lastWithdrawnAt, retryAt, admittedAt, queuedFor, gatheringUntil } =
    recipient;
  const single = [lastMailAt, lastWarnedAt, lastWithdrawnAt, retryAt, admittedAt, queuedFor, gatheringUntil];
  const all = [...single, ...recipient.mailedAt, ...recipient.soft.map(({ at }) => at)];
  const instants = all.filter((at) => at !== null && at !== undefined);
  return instants.length === 0 ? undefined : Math.max(...instants);
}
