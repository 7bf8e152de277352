import { type Instant, SECOND } from '../../abandonment/time.ts';
import type { System } from '../../platform/system.ts';
import { FleetView } from '../../store/fleet-view.ts';
import {
  loadRecipientWithNotices,
  newRecipient,
  type RecipientRecord,
  recipientWrite,
} from '../../store/recipients.ts';
import { loadTasks } from '../../store/tasks.ts';
import { writeUnlessRefused } from '../../store/write-unless-refused.ts';
import type { Delivery, Outcome } from '../../work/consumer.ts';
import { chooseNotices } from './choose-notices.ts';
import { type Chosen, dropNotice, judgeNotices } from './judge-notices.ts';
import { sendDigest } from './send-digest.ts';
import type { Waiting } from './waiting.ts';
import { admitDelayed } from './warm-up-places.ts';

/** As many notices stand in one mail; what does not fit goes into the next (promise 7). */
const MOST_ITEMS = 1_000;

/** Mails to one recipient in one attempt; what is left goes with the next receive. */
const MOST_MAILS = 5;

/**
 * Notifies one recipient of what is due: one mail of warnings and reminders (and what goes with them), and one of
 * what was disabled. Each notice is decided again first; each mail is claimed, sent once, and recorded
 * (docs/rules.md#mail).
 */
export async function notifyRecipient(
  system: System,
  recipient: string,
  delivery: Delivery,
): Promise<Outcome> {
  let mailed = false;
  for (let mails = 0; mails < MOST_MAILS; mails += 1) {
    const outcome = await sendNext(system, recipient, delivery);
    if (outcome === 'sent') mailed = true;
    else if (outcome !== 'stale') {
      return mailed && outcome.outcome === 'skipped' ? { outcome: 'done', reason: 'mailed' } : outcome;
    }
  }
  return { outcome: 'retry', reason: 'more to send', delaySeconds: 1, failed: false };
}

async function sendNext(
  system: System,
  key: string,
  delivery: Delivery,
): Promise<Outcome | 'sent' | 'stale'> {
  const now = system.clock.now();
  const loaded = await loadRecipientWithNotices(system.table, key);
  const pending = loaded.notices.filter((notice): notice is Waiting => notice.pending !== null);
  let recipient = loaded.recipient ?? newRecipient(key, pending[0]?.address ?? null);
  if (recipient.sending) return { outcome: 'skipped', reason: 'a mail is being sent' };
  if (pending.length === 0) return release(system, recipient, 'nothing to send');
  if (recipient.dead) return dropAll(system, recipient, pending);
  if (recipient.retryAt !== null && recipient.retryAt > now) return waitUntil(recipient.retryAt, now);
  const view = await FleetView.load(system.table, system.clock.now(), { scanEvery: system.config.scanEvery });
  if (view.pauses.notify) return release(system, recipient, 'paused');
  recipient = await admitDelayed(system, view, recipient, pending, now);
  const ready = chooseNotices(view, recipient, pending, now);
  if ('until' in ready) {
    if (ready.until === null) return release(system, recipient, 'nothing due');
    const nextScanBy = now + (system.config.scanEvery ?? view.policies.global.scanEvery);
    // A scan comes before: it queues the recipient again for that instant, and the queue holds nothing overnight.
    if (ready.until > nextScanBy) return release(system, recipient, 'not yet');
    return waitUntil(ready.until, now);
  }
  const chosen = await judgeSome(system, view, key, ready.inTurn, now);
  if (chosen.length === 0) return release(system, recipient, 'nothing stands');
  return sendDigest(system, view, recipient, chosen, delivery);
}

/** Decides about as many notices as a mail may hold; those that must wait, however many, keep no other mail back. */
async function judgeSome(
  system: System,
  view: FleetView,
  key: string,
  inTurn: Waiting[][],
  now: Instant,
): Promise<Chosen[]> {
  for (const notices of inTurn) {
    for (let from = 0; from < notices.length; from += MOST_ITEMS) {
      const chosen = await judgeNotices(system, view, key, notices.slice(from, from + MOST_ITEMS), now);
      if (chosen.length > 0) return chosen;
    }
  }
  return [];
}

/** Nothing is to be mailed now: a later message is welcome again. */
async function release(system: System, recipient: RecipientRecord, reason: string): Promise<Outcome> {
  if (recipient.queuedFor !== null) {
    const write = recipientWrite({ ...recipient, queuedFor: null });
    // Refused where a scan or another process was at it meanwhile: what it wrote holds.
    await writeUnlessRefused(system, [write], 'that a recipient may be queued again');
  }
  return { outcome: 'skipped', reason };
}

/** A planned wait: the message stays on the queue and comes back then, or on the way there (SQS's limit is 12 h). */
function waitUntil(at: Instant, now: Instant): Outcome {
  const delaySeconds = Math.min(11 * 3_600, Math.ceil((at - now) / SECOND));
  return { outcome: 'retry', reason: 'not yet', delaySeconds, failed: false };
}

/**
 * A suppressed address hears nothing; warnings and reminders are taken back, so that one who is revived is asked anew.
 */
async function dropAll(
  system: System,
  recipient: RecipientRecord,
  pending: readonly Waiting[],
): Promise<Outcome> {
  const view = await FleetView.load(system.table, system.clock.now());
  const tasks = await loadTasks(
    system.table,
    pending.map(({ task }) => task),
  );
  for (const notice of pending) await dropNotice(system, view, notice, tasks.get(notice.task));
  return release(system, recipient, 'suppressed address');
}
