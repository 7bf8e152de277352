import { DAY, type Duration, type Instant } from '../../abandonment/time.ts';
import type { System } from '../../platform/system.ts';
import { changeRecipient } from '../../store/change-recipient.ts';
import { loadDigest } from '../../store/digests.ts';
import { keys } from '../../store/keys.ts';
import { evaluationRequest } from '../../store/looks.ts';
import type { RecipientRecord } from '../../store/recipients.ts';
import { ROW_VERSION } from '../../store/rows.ts';
import type { Write } from '../../store/table/table.port.ts';
import { evaluateNotified } from '../send/evaluate-notified.ts';

/** So many mails in a row came back for the time being, and the first of them at least a day before the last. */
const MAILS = 3;
const APART: Duration = DAY;
/** What came back longer ago says nothing of today. */
const REMEMBERED: Duration = 14 * DAY;
/** After this time the address is tried again. */
const SUPPRESSED_FOR: Duration = 14 * DAY;

/**
 * The recipient after a mail to them came back for the time being (a full mailbox, a server that does not answer):
 * three mails in a row within 14 days and at least a day apart suppress them for 14 days. Each mail counts once.
 */
export function afterSoftBounce(
  recipient: RecipientRecord,
  bounce: { digest: string; at: Instant },
  now: Instant,
): RecipientRecord {
  if (recipient.dead || recipient.soft.some(({ digest }) => digest === bounce.digest)) return recipient;
  const soft = [...recipient.soft.filter(({ at }) => at > bounce.at - REMEMBERED), bounce];
  const instants = soft.map(({ at }) => at);
  const lasting = Math.max(...instants) - Math.min(...instants) >= APART;
  if (soft.length < MAILS || !lasting) return { ...recipient, soft };
  return { ...recipient, soft: [], dead: { reason: 'soft-bounce', at: now, until: now + SUPPRESSED_FOR } };
}

/** The recipient after a mail reached them: what came back before is forgotten. */
export function afterDelivery(recipient: RecipientRecord, at: Instant): RecipientRecord {
  const soft = recipient.soft.filter((bounce) => bounce.at > at);
  return soft.length === recipient.soft.length ? recipient : { ...recipient, soft };
}

/**
 * Counts a soft bounce of a known digest; the open episodes of one who is suppressed by it are evaluated again (promise
 * 4).
 */
export async function recordSoftBounce(system: System, digest: string, at: Instant): Promise<void> {
  const now = system.clock.now();
  const after = await change(system, digest, (recipient) => afterSoftBounce(recipient, { digest, at }, now));
  if (after?.dead?.reason !== 'soft-bounce') return;
  system.telemetry.log('warn', 'an address is suppressed for a time', {
    recipient: after.key,
    ...after.dead,
  });
  await evaluateNotified(system, after.key);
}

/** A mail was delivered: clears what was counted. */
export async function recordDelivery(system: System, digest: string, at: Instant): Promise<void> {
  await change(system, digest, (recipient) => afterDelivery(recipient, at));
}

/**
 * Revives an address that is suppressed for a time when that time is over; the next scan evaluates all that is open,
 * also what fired meanwhile and never named it. False where it is not suppressed so any more.
 */
export function reviveSoftBounced(system: System, recipient: string): Promise<boolean> {
  return changeRecipient(system, recipient, (record) => {
    const now = system.clock.now();
    if (record?.dead?.reason !== 'soft-bounce' || record.dead.until > now) return { value: false };
    return { recipient: { ...record, dead: null }, beside: [evaluationRequest('ALL', now)], value: true };
  });
}

/** Where the scan that ends it finds it. */
function endWrite(until: Instant, key: string): Write {
  return { put: { ...keys.softDeath(until, key), v: ROW_VERSION } };
}

/** Changes the recipient of a digest; gives the record after it. */
async function change(
  system: System,
  digest: string,
  make: (recipient: RecipientRecord) => RecipientRecord,
): Promise<RecipientRecord | undefined> {
  const key = (await loadDigest(system.table, digest))?.recipient;
  if (key === undefined) return undefined;
  return changeRecipient(system, key, (before) => {
    const recipient = before && make(before);
    const dead = recipient?.dead;
    const ends = dead?.reason === 'soft-bounce' ? [endWrite(dead.until, key)] : [];
    return { recipient, beside: ends, value: recipient };
  });
}
