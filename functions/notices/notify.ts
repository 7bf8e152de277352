import { judgeNotice } from '../abandonment/judge-notice.ts';
import { isWindowed } from '../abandonment/task.ts';
import { type Instant, SECOND } from '../abandonment/time.ts';
import { isTopic } from '../abandonment/topics.ts';
import type { SendResult } from '../platform/ports.ts';
import type { System } from '../platform/system.ts';
import { FleetView } from '../store/fleet-view.ts';
import { noteMail } from '../store/heard.ts';
import {
  digestWrite,
  loadRecipientWithNotices,
  newRecipient,
  noticeDelete,
  recipientWrite,
} from '../store/records.ts';
import type {
  DigestItem,
  DigestRecord,
  NoticeRecord,
  PendingNotice,
  RecipientRecord,
  TaskRecord,
} from '../store/rows.ts';
import { keys } from '../store/rows.ts';
import { loadTasks, taskWrite } from '../store/tasks.ts';
import type { Delivery, Outcome } from '../work/pipeline.ts';
import { retryDelaySeconds } from '../work/pipeline.ts';
import { recipientKey } from './addresses.ts';
import { type Channel, channelOf } from './channel.ts';
import { withoutNotice } from './dropped-notice.ts';
import { mailOf } from './mail-of.ts';
import { isAdmitted } from './ramp.ts';
import { recordAccepted, recordRefused, recordRejected } from './record-digest.ts';
import { raiseTopicRefused } from './topic-refused.ts';
import { recordUntaken } from './untaken.ts';
import { awakeFrom, windowOpensAt } from './windows.ts';

/** As many notices stand in one mail; what does not fit goes into the next (promise 7). */
export const MOST_ITEMS = 1_000;

/** Mails to one recipient in one attempt; what is left goes with the next receive. */
const MOST_MAILS = 5;

/** A notice that may go now, with what it will say. */
interface Chosen {
  notice: NoticeRecord & { pending: PendingNotice };
  record: TaskRecord | undefined;
  item: DigestItem;
}

/**
 * Tells one recipient what is due for him: one mail of warnings and reminders (and what goes with them), and one of
 * what was disabled. Each notice is decided again first; each mail is claimed, sent once, and recorded
 * (design.md section 7).
 */
export async function notifyRecipient(
  system: System,
  recipient: string,
  delivery: Delivery,
): Promise<Outcome> {
  let mailed = false;
  for (let attempt = 0; attempt < MOST_MAILS; attempt += 1) {
    const outcome = await sendNext(system, recipient, delivery);
    if (outcome === 'sent') mailed = true;
    else if (outcome !== 'stale') {
      return mailed && outcome.outcome === 'skipped' ? { outcome: 'done', reason: 'mailed' } : outcome;
    }
  }
  return { outcome: 'retry', reason: 'more to tell', delaySeconds: 1, failed: false };
}

async function sendNext(
  system: System,
  key: string,
  delivery: Delivery,
): Promise<Outcome | 'sent' | 'stale'> {
  const now = system.clock.now();
  const loaded = await loadRecipientWithNotices(system.table, key);
  const pending = loaded.notices.filter((one): one is Chosen['notice'] => one.pending !== null);
  const recipient = loaded.recipient ?? newRecipient(key, pending[0]?.address ?? '');
  if (recipient.sending) return { outcome: 'skipped', reason: 'a mail is being sent' };
  if (pending.length === 0) return release(system, recipient, 'nothing to tell');
  if (recipient.dead) return dropAll(system, recipient, pending);
  if (recipient.retryAt !== null && recipient.retryAt > now) return waitUntil(recipient.retryAt, now);
  const view = await FleetView.load(system.table, recipientKey, {
    now: system.clock.now(),
    scanEvery: system.config.scanEvery,
  });
  if (view.pauses.notify) return release(system, recipient, 'paused');
  const ready = choose(view, recipient, pending, now);
  if ('until' in ready) {
    if (ready.until === null) return release(system, recipient, 'nothing due');
    const nextScanBy = now + (system.config.scanEvery ?? view.policies.global.scanEvery);
    // A scan comes before: it queues the recipient again for that instant, and the queue holds nothing overnight.
    if (ready.until > nextScanBy) return release(system, recipient, 'not yet');
    return waitUntil(ready.until, now);
  }
  const chosen = await judge(system, view, key, ready.notices, now);
  if (chosen.length === 0) return release(system, recipient, 'nothing stands');
  return mail(system, view, recipient, chosen, delivery);
}

/** Nothing is to be mailed now: a later message is welcome again. */
async function release(system: System, recipient: RecipientRecord, reason: string): Promise<Outcome> {
  if (recipient.queuedFor !== null) {
    const write = recipientWrite({ ...recipient, queuedFor: null });
    await system.table.transact([write], system.random.id(system.clock.now()));
  }
  return { outcome: 'skipped', reason };
}

/** A planned wait: the message stays on the queue and comes back then, or on the way there (SQS's limit is 12 h). */
function waitUntil(at: Instant, now: Instant): Outcome {
  const delaySeconds = Math.min(11 * 3_600, Math.ceil((at - now) / SECOND));
  return { outcome: 'retry', reason: 'not yet', delaySeconds, failed: false };
}

async function dropAll(
  system: System,
  recipient: RecipientRecord,
  pending: NoticeRecord[],
): Promise<Outcome> {
  for (const { task, episode } of pending) {
    await system.table.transact(
      [noticeDelete(recipient.key, task, episode)],
      system.random.id(system.clock.now()),
    );
  }
  return release(system, recipient, 'dead address');
}

/**
 * What may go now: all but windowed notices while the window of the last mail is open, and nothing within the
 * recipient's quiet hours; or when something may.
 */
function choose(
  view: FleetView,
  recipient: RecipientRecord,
  pending: Chosen['notice'][],
  now: Instant,
): { notices: Chosen['notice'][] } | { until: Instant | null } {
  const { digestEvery } = view.policies.global;
  const windowAt = windowOpensAt(recipient, digestEvery);
  const urgent = pending.some(
    ({ pending: one }) => one.by !== undefined && one.by <= windowAt && one.by > now,
  );
  const readyAt = ({ pending: one, address }: Chosen['notice']): Instant | null => {
    if (view.pauses.evaluate && isWindowed(one.notice)) return null;
    if (one.notice === 'warning' && !isTopic(address) && !isAdmitted(recipient, now)) return null;
    return isWindowed(one.notice) && !urgent ? Math.max(one.notBefore, windowAt) : one.notBefore;
  };
  const instants = pending.map(readyAt);
  const isAwake = awakeFrom(recipient, now) <= now;
  const due = pending.filter((_, at) => isAwake && (instants[at] ?? Number.POSITIVE_INFINITY) <= now);
  const others = due.filter(({ pending: one }) => one.notice !== 'disabled');
  if (others.length > 0) return { notices: others.slice(0, MOST_ITEMS) };
  if (due.length > 0) {
    const disabled = pending.filter(({ pending: one }) => one.notice === 'disabled');
    return { notices: disabled.slice(0, MOST_ITEMS) };
  }
  const future = instants.filter((at): at is Instant => at !== null);
  return { until: future.length > 0 ? awakeFrom(recipient, Math.max(now, Math.min(...future))) : null };
}

/** Decides each notice again on fresh state; those that no longer hold go, with their reason. */
async function judge(
  system: System,
  view: FleetView,
  key: string,
  notices: Chosen['notice'][],
  now: Instant,
): Promise<Chosen[]> {
  const tasks = await loadTasks(
    system.table,
    notices.map((one) => one.task),
  );
  const chosen: Chosen[] = [];
  for (const notice of notices) {
    const record = tasks.get(notice.task);
    if (!isWindowed(notice.pending.notice)) {
      chosen.push({ notice, record, item: pastItem(notice, record) });
      continue;
    }
    const open = record?.open?.number === notice.episode ? record : undefined;
    const verdict = open
      ? judgeNotice(await view.caseOf(open), key, notice.pending.notice, now, notice.pending.again)
      : ({ verdict: 'void', reason: 'over' } as const);
    if (verdict.verdict === 'send' && open) {
      chosen.push({ notice, record, item: presentItem(notice, open, verdict) });
    } else if (verdict.verdict === 'void') {
      system.telemetry.log('info', 'notice skipped', {
        task: notice.task,
        notice: notice.pending.notice,
        reason: verdict.reason,
      });
      await drop(system, view, notice, open);
    }
  }
  return chosen;
}

/** Takes back a notice that no longer holds, so that the next look can ask for another. */
async function drop(
  system: System,
  view: FleetView,
  notice: NoticeRecord,
  record: TaskRecord | undefined,
): Promise<void> {
  const writer = () => system.random.id(system.clock.now());
  const open = record?.open && withoutNotice(record.open, notice.recipient, notice.pending?.notice);
  if (record && open) {
    const changed = { ...record, open, next: { at: system.clock.now(), why: 'look' as const } };
    const stored = await system.table.transact(
      [taskWrite(changed, view.policies.for(notice.task))],
      writer(),
    );
    if (stored.outcome !== 'applied') return;
  }
  await system.table.transact([noticeDelete(notice.recipient, notice.task, notice.episode)], writer());
}

function restartsOf(record: TaskRecord): number {
  return record.evidence.restarts.total - record.evidence.restarts.atLoss;
}

function presentItem(
  notice: Chosen['notice'],
  record: TaskRecord,
  verdict: { disableAt: Instant | null; after?: number },
): DigestItem {
  const { lead } = notice.pending;
  return {
    task: notice.task,
    episode: notice.episode,
    notice: notice.pending.notice,
    grace: record.open?.grace ?? 0,
    disableAt: verdict.disableAt,
    ...(verdict.after === undefined ? {} : { after: verdict.after }),
    since: record.open?.since ?? 0,
    restarts: restartsOf(record),
    asked: notice.pending.since,
    ...(lead === undefined ? {} : { lead }),
  };
}

/** A notice of what is past says what was frozen when it came to be. */
function pastItem(notice: Chosen['notice'], record: TaskRecord | undefined): DigestItem {
  const facts = notice.pending.facts as { since?: Instant; restarts?: number } | undefined;
  return {
    task: notice.task,
    episode: notice.episode,
    notice: notice.pending.notice,
    grace: 0,
    disableAt: null,
    since: facts?.since ?? record?.open?.since ?? 0,
    restarts: facts?.restarts ?? 0,
    asked: notice.pending.since,
  };
}

async function mail(
  system: System,
  view: FleetView,
  recipient: RecipientRecord,
  chosen: Chosen[],
  delivery: Delivery,
): Promise<Outcome | 'sent' | 'stale'> {
  const draft = draftOf(system, recipient, chosen);
  const channel = channelOf(system, draft.address);
  const { mail: outgoing, items } = await mailOf(system, view, draft, chosen);
  const digest = { ...draft, items };
  if (!(await claim(system, recipient, digest))) return { outcome: 'skipped', reason: 'claimed by another' };
  if (isStale(digest, system.clock.now())) {
    await recordRefused(system, view, digest.id, null);
    return 'stale';
  }
  return record(system, view, digest, channel, await channel.deliver(outgoing, items), delivery);
}

/**
 * Past its time, or with a new date that no longer leaves the whole grace: it is void and claimed anew (design.md
 * section 6, Dates). A date that stands already only has to lie ahead.
 */
function isStale(digest: DigestRecord, now: Instant): boolean {
  return (
    now > digest.notAfter ||
    digest.items.some(({ disableAt, after }) => {
      if (disableAt === null || after === undefined) return false;
      const promised = disableAt - after;
      return promised >= digest.claimedAt ? now > promised : now >= disableAt;
    })
  );
}

/** Records what the channel answered, and says what is to become of the message. */
async function record(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  channel: Channel,
  result: SendResult,
  delivery: Delivery,
): Promise<Outcome | 'sent'> {
  if (result.outcome === 'accepted') {
    await recordAccepted(system, view, digest.id, result.messageId);
    if (channel.provesDelivery) await noteMail(system);
    return 'sent';
  }
  await recordUntaken(system, { item: digest.recipient, channel: channel.name, result, delivery });
  if (result.outcome === 'unknown') return { outcome: 'skipped', reason: 'outcome unknown: to be settled' };
  if (result.cause === 'recipient') {
    if (isTopic(digest.address)) await raiseTopicRefused(system, digest.address, result.code);
    await recordRejected(system, digest.id);
    return { outcome: 'done', reason: 'address rejected' };
  }
  const delaySeconds = retryDelaySeconds(delivery.receiveCount, system.random.next());
  await recordRefused(system, view, digest.id, system.clock.now() + delaySeconds * SECOND);
  return { outcome: 'retry', reason: result.code, delaySeconds, failed: true, recorded: true };
}

function draftOf(system: System, recipient: RecipientRecord, chosen: Chosen[]): DigestRecord {
  const now = system.clock.now();
  return {
    id: system.random.id(now),
    recipient: recipient.key,
    address: recipient.address || (chosen[0]?.notice.address ?? ''),
    state: 'sending',
    claimedAt: now,
    leaseUntil: now + system.config.sendLease,
    notAfter: now + system.config.sendLease,
    sentAt: null,
    messageId: null,
    retryAt: null,
    items: [],
    applied: false,
    rev: 0,
  };
}

/**
 * Freezes what the mail says, then claims the recipient for it; false where another was first. Two writes cost half of
 * a transaction: a digest whose recipient was not claimed was never sent, and the repair finds it.
 */
async function claim(system: System, recipient: RecipientRecord, digest: DigestRecord): Promise<boolean> {
  const { table, random } = system;
  await table.transact([digestWrite(digest, digest.leaseUntil)], random.id(digest.claimedAt));
  const claimed = { ...recipient, address: digest.address, sending: digest.id, retryAt: null };
  const result = await table.transact([recipientWrite(claimed)], random.id(digest.claimedAt));
  if (result.outcome === 'applied') return true;
  await table.transact([{ delete: keys.digest(digest.id) }], random.id(digest.claimedAt));
  return false;
}
