import { isWindowed } from '../../abandonment/task.ts';
import type { Instant } from '../../abandonment/time.ts';
import { METRIC } from '../../platform/names.ts';
import type { System } from '../../platform/system.ts';
import { changeDigest } from '../../store/change-digest.ts';
import { changeRecipient } from '../../store/change-recipient.ts';
import {
  type AcceptedDigest,
  type DigestItem,
  type DigestRecord,
  digestWrite,
  isAccepted,
  loadDigest,
  type SuppressingDigest,
} from '../../store/digests.ts';
import { FleetView } from '../../store/fleet-view.ts';
import { keys } from '../../store/keys.ts';
import { evaluationRequest } from '../../store/looks.ts';
import { newRecipient, type RecipientRecord, type Suppression } from '../../store/recipients.ts';
import type { Write } from '../../store/table/table.port.ts';
import { recordOops } from '../../work/oops.ts';
import { applyItems } from './apply-digest.ts';
import {
  blameless,
  type GivingUp,
  type Progress,
  type SuppressingNews,
  superseded,
  unsent,
  withAnswer,
  withProgress,
  withSuppression,
} from './digest-states.ts';
import { evaluateNotified } from './evaluate-notified.ts';
import { withMailMoved } from './windows.ts';

/** SES took the mail. */
export async function recordAccepted(
  system: System,
  view: FleetView,
  id: string,
  messageId: string,
): Promise<void> {
  const sentAt = system.clock.now();
  const stored = await changeDigest(system, id, (digest) => withAnswer(digest, { sentAt, messageId }));
  if (stored) await finishDigest(system, view, stored);
}

/** SES refuses the address: it is suppressed, and so is what the mail would have granted (promise 4). */
export async function recordRejected(system: System, id: string): Promise<void> {
  await recordSuppression(system, id, { state: 'rejected', dead: 'rejected' });
}

/**
 * SES refused a mail in the words in which it refused many: what it was blamed on its recipient for is taken back. They
 * are revived, are warned anew with the next scan, and hear again what is past. May be repeated.
 */
export async function recordBlameless(system: System, id: string): Promise<void> {
  const stored = await changeDigest(system, id, blameless);
  const digest = stored ?? (await loadDigest(system.table, id));
  if (!digest?.blameless) return;
  await revive(system, digest.recipient);
  if (stored) await finishDigest(system, await FleetView.load(system.table, system.clock.now()), stored);
}

/**
 * Takes back that an address is suppressed because SES refused it; all that is open is evaluated, as after a revival.
 */
async function revive(system: System, key: string): Promise<void> {
  const isAlive = await changeRecipient(system, key, (recipient) => {
    if (recipient?.dead?.reason !== 'rejected') return { value: false };
    const beside = [evaluationRequest('ALL', system.clock.now())];
    return { recipient: { ...recipient, dead: null }, beside, value: true };
  });
  if (isAlive) system.telemetry.log('warn', 'an address is revived: it was not to blame', { recipient: key });
}

/** SES surely did not take the mail, for no fault of the recipient: their notices wait for `retryAt`. */
export async function recordRefused(
  system: System,
  view: FleetView,
  id: string,
  retryAt: Instant | null,
): Promise<void> {
  await supersede(system, view, id, { retryAt });
  const { table, random, clock } = system;
  // May fail: a row that is left tells of a mail that came to nothing.
  await table.transact(
    [{ delete: keys.digest(id), if: [{ equals: ['state', 'superseded'] }] }],
    random.id(clock.now()),
  );
}

/** Nobody knows whether SES took it, and nothing was heard of it in time: decided again. */
export async function recordUnsettled(system: System, view: FleetView, id: string): Promise<void> {
  await supersede(system, view, id, { retryAt: null, unsettled: true });
}

async function supersede(system: System, view: FleetView, id: string, how: GivingUp): Promise<void> {
  const stored = await changeDigest(system, id, (digest) => superseded(digest, how));
  if (stored) await finishDigest(system, view, stored);
}

/** What SES says of a mail: that it makes its way, or that its address is suppressed. */
export type MailNews = Progress | SuppressingNews;

/** What SES's events say of a mail of ours. */
export async function recordEvent(system: System, id: string, news: MailNews): Promise<void> {
  if ('dead' in news) {
    await recordSuppression(system, id, news);
    return;
  }
  const stored = await changeDigest(system, id, (digest) => withProgress(digest, news));
  if (stored && !stored.applied) {
    await finishDigest(system, await FleetView.load(system.table, system.clock.now()), stored);
  }
}

/**
 * SES took a mail and did not send it, for what it says. Its notices are to be sent again, and it leaves an OOPS
 * record: no recipient can mend it. A mail that was decided again already is let be.
 */
export async function recordUnsent(system: System, id: string, why: string): Promise<void> {
  const stored = await changeDigest(system, id, unsent);
  if (!stored) return;
  system.telemetry.metric(METRIC.mailUnsent, 1, 'Count', { digest: id, why });
  const error = new Error(`SES took a mail and did not send it: ${why}`);
  error.name = 'SesDidNotSend';
  await recordOops(system, { worker: 'mail-events', item: id, attempt: 1, cause: 'permanent', error });
  await finishDigest(system, await FleetView.load(system.table, system.clock.now()), stored);
}

/**
 * Carries what became of a mail over to all it touches, in an order that can be taken up again anywhere: the address
 * where it is suppressed, the tasks and notices, then the recipient (who takes no other mail before, promise 6), and
 * last the mark that all is done.
 */
export async function finishDigest(system: System, view: FleetView, digest: DigestRecord): Promise<void> {
  await applyItems(system, view, digest);
  await changeItsRecipient(system, digest, (recipient) => freed(recipient, digest));
  const now = system.clock.now();
  // Refused where more became known of the mail, and then whoever recorded that finishes it; else the repair does.
  await system.table.transact(
    [digestWrite({ ...digest, applied: true }, { doneAt: now })],
    system.random.id(now),
  );
}

/** The recipient after their mail. */
function freed(recipient: RecipientRecord, digest: DigestRecord): RecipientRecord {
  const next = afterMail(recipient, digest);
  if (recipient.sending !== digest.id) return next;
  const counted = { ...next, mailedAt: withMailMoved(recipient, digest.claimedAt, countsFrom(digest)) };
  return digest.state === 'superseded' && digest.retryAt !== null
    ? { ...counted, sending: null, retryAt: digest.retryAt }
    : { ...counted, sending: null, queuedFor: null };
}

/** When a mail counts as sent for the limits of its recipient: the latest it may have been; null where it never was. */
function countsFrom({ state, unsettled, sentAt, claimedAt, leaseUntil }: DigestRecord): Instant | null {
  if (state === 'superseded') return unsettled ? leaseUntil : null;
  return state === 'rejected' ? null : (sentAt ?? claimedAt);
}

function afterMail(recipient: RecipientRecord, digest: DigestRecord): RecipientRecord {
  if (isAccepted(digest)) return mailed(recipient, digest);
  const mayBeOut = digest.state === 'superseded' && digest.unsettled;
  if (!mayBeOut || !digest.items.some(({ notice }) => notice === 'withdrawn')) return recipient;
  return { ...recipient, lastWithdrawnAt: Math.max(recipient.lastWithdrawnAt ?? 0, digest.leaseUntil) };
}

/** The recipient after a mail that SES took. */
function mailed(recipient: RecipientRecord, digest: AcceptedDigest): RecipientRecord {
  const at = digest.sentAt;
  const later = (newest: Instant | null) => Math.max(newest ?? at, at);
  const has = (wanted: (notice: DigestItem['notice']) => boolean) =>
    digest.items.some(({ notice }) => wanted(notice));
  return {
    ...recipient,
    lastDigest:
      recipient.lastDigest !== null && recipient.lastDigest > digest.id ? recipient.lastDigest : digest.id,
    ...(has(isWindowed) ? { lastMailAt: later(recipient.lastMailAt) } : {}),
    ...(has((notice) => notice === 'warning') ? { lastWarnedAt: later(recipient.lastWarnedAt) } : {}),
    ...(has((notice) => notice === 'withdrawn')
      ? { lastWithdrawnAt: later(recipient.lastWithdrawnAt ?? null) }
      : {}),
  };
}

/** The address is suppressed, whichever mail it came for; every open episode it was notified of is evaluated again. */
async function recordSuppression(system: System, id: string, news: SuppressingNews): Promise<void> {
  const stored = await changeDigest(system, id, (digest) => withSuppression(digest, news));
  if (stored) await finishSuppression(system, stored);
}

/** What follows from a suppressed address; done again by the repair where it was left half done. */
export async function finishSuppression(system: System, digest: SuppressingDigest): Promise<void> {
  const suppression = { reason: digest.dead, at: system.clock.now() };
  await changeItsRecipient(system, digest, (recipient) => suppressed(recipient, suppression), [
    // Whoever takes a refusal back must not be overtaken by it.
    { check: keys.digest(digest.id), if: [{ equals: ['state', digest.state] }] },
  ]);
  await evaluateNotified(system, digest.recipient);
  const view = await FleetView.load(system.table, system.clock.now());
  await finishDigest(system, view, digest);
}

/** A refusal may be taken back: what else suppresses the address outlasts it. */
function suppressed(recipient: RecipientRecord, suppression: Suppression): RecipientRecord {
  const before = recipient.dead;
  const isLasting = before !== null && before.reason !== 'soft-bounce';
  const stands = isLasting && (before.reason !== 'rejected' || suppression.reason === 'rejected');
  return stands ? recipient : { ...recipient, dead: suppression };
}

/** Changes the recipient of a digest; `also`: what must hold beside it, else it is left as it is. */
async function changeItsRecipient(
  system: System,
  digest: DigestRecord,
  make: (recipient: RecipientRecord) => RecipientRecord,
  also: Write[] = [],
): Promise<void> {
  await changeRecipient(system, digest.recipient, (before) => {
    const current = before ?? newRecipient(digest.recipient, digest.address);
    const next = make(current);
    const recipient = next === current ? undefined : next;
    return { recipient, beside: also, value: undefined, refused: () => ({ value: undefined }) };
  });
}
