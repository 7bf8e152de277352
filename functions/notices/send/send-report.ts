import { createHash } from 'node:crypto';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../abandonment/time.ts';
import { beginOf, daysAfter } from '../../facts/days.ts';
import { isQuiet, loadReport, type Report } from '../../facts/report.ts';
import type { OutgoingMail } from '../../platform/ports.ts';
import type { System } from '../../platform/system.ts';
import { type DigestRecord, loadDigest, newDigest, type SendingDigest } from '../../store/digests.ts';
import { FleetView } from '../../store/fleet-view.ts';
import { loadRecipient, type ReachableRecipient, type RecipientRecord } from '../../store/recipients.ts';
import type { Delivery, Outcome } from '../../work/consumer.ts';
import type { ReportMessage } from '../../work/read-messages.ts';
import { renderReport } from '../render/render-report.ts';
import { channelOf } from '../ses/channel.ts';
import { claimRecipient, prepareMessage, recordAnswer } from './send-digest.ts';
import { recordUnmailable } from './unmailable.ts';
import { awakeFrom, dayOpensAt, isScarce } from './windows.ts';

/**
 * Mails one recipient the report of a week, once: the mail has a name of its own for each week and recipient, so that whoever
 * asks for it again finds it. It is no notice: it warns of nothing, takes no place in the window of warnings, and leaves the
 * last mail of a day to them (docs/reports.md#weekly-mail).
 */
export async function sendReport(
  system: System,
  { key, week, tenants }: ReportMessage,
  delivery: Delivery,
): Promise<Outcome> {
  const now = system.clock.now();
  const id = digestIdOf(week, key);
  const earlier = await loadDigest(system.table, id);
  if (earlier && !isSurelyUnsent(earlier))
    return { outcome: 'skipped', reason: 'the report of that week went' };
  const recipient = await loadRecipient(system.table, key);
  if (!recipient || recipient.dead) return { outcome: 'skipped', reason: 'suppressed address' };
  if (recipient.address === null) return { outcome: 'skipped', reason: 'no address is known' };
  const view = await FleetView.load(system.table, system.clock.now());
  const until = view.pauses.notify ? now + HOUR : mayGoFrom(recipient, now);
  if (until > now) return later(until - now);
  const reports = await reportsOf(system, week, tenants);
  if (reports.every(isQuiet)) return { outcome: 'done', reason: 'nothing to report' };
  const draft = newDigest({
    id,
    recipient: key,
    address: recipient.address,
    claimedAt: now,
    leaseUntil: now + system.config.sendLease,
  });
  const digest = { ...draft, rev: earlier?.rev ?? 0, report: { week, tenants } };
  return send(system, view, { recipient, digest, reports, delivery });
}

interface Sending {
  recipient: ReachableRecipient;
  digest: SendingDigest;
  reports: readonly Report[];
  delivery: Delivery;
}

async function send(
  system: System,
  view: FleetView,
  { recipient, digest, reports, delivery }: Sending,
): Promise<Outcome> {
  const channel = channelOf(system, digest.address);
  const ready = await prepareMessage(channel, mailOf(system, recipient, digest, reports), []);
  if ('unsendable' in ready) {
    if (ready.unsendable === 'notices') throw ready.error;
    await recordUnmailable(system, recipient, 'no message can be made');
    return { outcome: 'done', reason: 'address rejected' };
  }
  if ((await claimRecipient(system, recipient, digest)) !== 'claimed') return later(MINUTE);
  const outcome = await recordAnswer(system, view, digest, channel, await ready.send(), delivery);
  return outcome === 'sent' ? { outcome: 'done', reason: 'mailed' } : outcome;
}

function mailOf(
  { config }: System,
  { language }: RecipientRecord,
  { id, address }: SendingDigest,
  reports: readonly Report[],
): OutgoingMail {
  const facts = { recipient: address, contact: config.contact, reports, ...(language && { language }) };
  return { to: address, ...renderReport(facts), headers: {}, digest: id };
}

/** SES did not take it, and nobody wonders whether it did: it may be claimed again. */
function isSurelyUnsent({ state, unsettled, applied }: DigestRecord): boolean {
  return state === 'superseded' && !unsettled && applied;
}

/** From when on it may go: in no quiet hours, beside no other mail, and never as the last of a day. */
function mayGoFrom(recipient: RecipientRecord, now: Instant): Instant {
  const beside = recipient.sending ? now + MINUTE : now;
  const scarce = isScarce(recipient, now) ? now + HOUR : now;
  return Math.max(beside, scarce, recipient.retryAt ?? now, awakeFrom(recipient, now), dayOpensAt(recipient));
}

/** A planned wait, at most as long as the queue can. */
function later(length: number): Outcome {
  const delaySeconds = Math.min(11 * 3_600, Math.ceil(length / SECOND));
  return { outcome: 'retry', reason: 'not yet', delaySeconds, failed: false };
}

/** The week of each tenant that says something; of all in one where somebody subscribed to all. */
async function reportsOf({ table }: System, week: string, tenants: readonly string[]): Promise<Report[]> {
  const days = { from: week, to: daysAfter(week, 6) };
  const all = tenants.includes('') ? [undefined] : tenants;
  const found = await Promise.all(all.map((tenant) => loadReport(table, days, tenant)));
  const telling = found.filter((report) => !isQuiet(report));
  return telling.length > 0 ? telling : found;
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The id of a week's mail to a recipient: in its place among those of other mails, which sort as they were made. */
function digestIdOf(week: string, recipient: string): string {
  let time = '';
  for (let rest = beginOf(week) + 7 * DAY; time.length < 10; rest = Math.floor(rest / 32))
    time = ALPHABET.charAt(rest % 32) + time;
  const hash = createHash('sha256').update(`weekly report ${week} ${recipient}`).digest();
  return time + Array.from(hash.subarray(0, 16), (byte) => ALPHABET.charAt(byte % 32)).join('');
}
