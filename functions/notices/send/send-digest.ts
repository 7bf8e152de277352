import { type Instant, SECOND } from '../../abandonment/time.ts';
import { isTopic } from '../../abandonment/topics.ts';
import { normaliseAddress } from '../../platform/addresses.ts';
import { METRIC } from '../../platform/names.ts';
import type { OutgoingMail, SendResult } from '../../platform/ports.ts';
import type { System } from '../../platform/system.ts';
import {
  type DigestDraft,
  type DigestItem,
  type DigestRecord,
  digestWrite,
  newDigest,
  type SendingDigest,
} from '../../store/digests.ts';
import type { FleetView } from '../../store/fleet-view.ts';
import { noteMail } from '../../store/heard.ts';
import { keys } from '../../store/keys.ts';
import { type ReachableRecipient, type RecipientRecord, recipientWrite } from '../../store/recipients.ts';
import { RowRefused } from '../../store/table/row-limits.ts';
import type { TransactResult } from '../../store/table/table.port.ts';
import { TableBusy } from '../../store/table-busy.ts';
import type { Delivery, Outcome } from '../../work/consumer.ts';
import { classOf } from '../../work/failure-class.ts';
import { retryDelaySeconds } from '../../work/pipeline.ts';
import { blameFor, noteTaken } from '../feedback/refusals.ts';
import { raiseTopicRefused } from '../feedback/topic-refused.ts';
import { mailOf } from '../render/mail-of.ts';
import { type Channel, channelOf, type Ready } from '../ses/channel.ts';
import { bindDates } from './apply-digest.ts';
import type { Chosen } from './judge-notices.ts';
import { recordAccepted, recordRefused, recordRejected } from './record-digest.ts';
import { recordUnmailable, setAside } from './unmailable.ts';
import { recordUntaken, type Untaken } from './untaken.ts';
import { withMail } from './windows.ts';

/** Sends one mail of what was chosen: claims it, hands it over once, records the answer (docs/rules.md#mail). */
export async function sendDigest(
  system: System,
  view: FleetView,
  recipient: ReachableRecipient,
  chosen: Chosen[],
  delivery: Delivery,
): Promise<Outcome | 'sent' | 'stale'> {
  const draft = draftOf(system, recipient, chosen);
  // Rows of an older version may hold what is no address any more.
  if (draft.address === undefined) return unmailable(system, recipient, 'the address is none');
  const address = draft.address;
  const channel = channelOf(system, address);
  const written = await mailOf(system, view, { ...draft, address }, chosen);
  if ('unwritable' in written) {
    if (written.unwritable === 'recipient') return unmailable(system, recipient, 'what they chose');
    for (const { culprit, error } of written.unwritable) await setAside(system, view, culprit.notice, error);
    return 'stale';
  }
  const { mail: outgoing, items } = written;
  const digest = { ...draft, address, items };
  const ready = await prepareMessage(channel, outgoing, items);
  if ('unsendable' in ready) {
    if (ready.unsendable === 'recipient') return unmailable(system, recipient, 'no message can be made');
    return sendLess(system, view, recipient, chosen, delivery, ready.error);
  }
  const claimed = await claimRecipient(system, recipient, digest);
  if (claimed === 'too-large') return sendLess(system, view, recipient, chosen, delivery, TOO_LARGE);
  if (claimed === 'taken') return { outcome: 'skipped', reason: 'claimed by another' };
  if (isStale(digest, system.clock.now())) {
    await recordRefused(system, view, digest.id, null);
    return 'stale';
  }
  return recordAnswer(system, view, digest, channel, await ready.send(), delivery);
}

type Prepared = { send: Ready } | { unsendable: 'recipient' } | { unsendable: 'notices'; error: unknown };

/**
 * Makes the message before anything is claimed, or says whose fault it is that none can be made. Code or settings of the
 * deployment, of which the headers are made, with which none can be made to anybody are broken for all and throw, so that
 * the breaker hears of it.
 */
export async function prepareMessage(
  channel: Channel,
  letter: OutgoingMail,
  items: readonly DigestItem[],
): Promise<Prepared> {
  try {
    return { send: await channel.prepare(letter, items) };
  } catch (error) {
    const plain = { ...letter, subject: 'Notice', text: 'Notice', html: '<p>Notice</p>' };
    const isMade = (other: OutgoingMail) =>
      channel.prepare(other, []).then(
        () => true,
        () => false,
      );
    if (await isMade(plain)) return { unsendable: 'notices', error };
    if (await isMade({ ...plain, to: ANYBODY })) return { unsendable: 'recipient' };
    throw error;
  }
}

const ANYBODY = 'somebody@example.com';

const TOO_LARGE = new RowRefused('its mail cannot be stored');

/** The mail is refused for what it says: half of it goes, and a notice that is refused alone is set aside. */
async function sendLess(
  system: System,
  view: FleetView,
  recipient: ReachableRecipient,
  chosen: Chosen[],
  delivery: Delivery,
  error: unknown,
): Promise<Outcome | 'sent' | 'stale'> {
  const [first, second] = chosen;
  if (first && !second) {
    await setAside(system, view, first.notice, error);
    return 'stale';
  }
  return sendDigest(system, view, recipient, chosen.slice(0, Math.ceil(chosen.length / 2)), delivery);
}

async function unmailable(system: System, recipient: RecipientRecord, why: string): Promise<'stale'> {
  await recordUnmailable(system, recipient, why);
  return 'stale';
}

/**
 * Past its time, or with a new date that no longer leaves the whole grace: it is void and claimed anew (see
 * docs/rules.md#dates). A date that stands already only has to lie ahead.
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
export async function recordAnswer(
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
    if (channel.name === 'SES') await noteTaken(system);
    return 'sent';
  }
  return recordNotTaken(
    system,
    view,
    digest,
    channel,
    await judged(system, digest, channel, result, delivery),
    delivery,
  );
}

/** SES's answer, with the blame taken off a recipient who is one of many that it refuses in the same words. */
async function judged(
  system: System,
  digest: DigestRecord,
  channel: Channel,
  result: Untaken,
  { batch }: Delivery,
): Promise<Untaken> {
  if (channel.name !== 'SES' || result.outcome !== 'refused' || result.cause !== 'recipient') return result;
  if ((await blameFor(system, digest, result, batch)) === 'recipient') return result;
  system.telemetry.metric(METRIC.mailEnvironmentRefused, 1, 'Count', {
    digest: digest.id,
    code: result.code,
  });
  return { ...result, cause: 'environment' };
}

async function recordNotTaken(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  channel: Channel,
  result: Untaken,
  delivery: Delivery,
): Promise<Outcome> {
  await recordUntaken(system, { item: digest.recipient, channel: channel.name, result, delivery });
  if (result.outcome === 'unknown') {
    await bindDates(system, view, digest);
    return { outcome: 'skipped', reason: 'outcome unknown: to be reconciled' };
  }
  if (result.cause === 'recipient') {
    if (isTopic(digest.address)) await raiseTopicRefused(system, digest.address, result.code);
    await recordRejected(system, digest.id);
    return { outcome: 'done', reason: 'address rejected' };
  }
  const delaySeconds = retryDelaySeconds(delivery.receiveCount, system.random.next());
  await recordRefused(system, view, digest.id, system.clock.now() + delaySeconds * SECOND);
  return { outcome: 'retry', reason: result.code, delaySeconds, failed: true, recorded: true };
}

/** The digest before it is claimed; without an address where there is none that can be mailed. */
function draftOf(
  system: System,
  recipient: RecipientRecord,
  chosen: Chosen[],
): DigestDraft<string | undefined> {
  const now = system.clock.now();
  const stored = recipient.address ?? chosen[0]?.notice.address ?? null;
  const address = isTopic(stored) ? stored : (stored && normaliseAddress(stored)) || undefined;
  return newDigest({
    id: system.random.id(now),
    recipient: recipient.key,
    address,
    claimedAt: now,
    leaseUntil: now + system.config.sendLease,
  });
}

/**
 * Freezes what the mail says, then claims the recipient for it. `taken`: another was first; `too-large`: what it says can
 * never be stored, and nothing is claimed. Two writes cost half of
 * a transaction: a digest whose recipient was not claimed was never sent, and the repair finds it.
 */
export async function claimRecipient(
  system: System,
  recipient: ReachableRecipient,
  digest: SendingDigest,
): Promise<'claimed' | 'taken' | 'too-large'> {
  const { table, random } = system;
  const frozen = await frozenBy(system, digest);
  if (frozen === 'too-large') return frozen;
  // What is not stored must not be sent: nothing would tell what the mail said, nor whose its events are.
  if (frozen.outcome !== 'applied') throw new TableBusy('the table is too busy to claim a mail');
  const mailedAt = withMail(recipient, digest.claimedAt);
  const claimed = { ...recipient, address: digest.address, sending: digest.id, retryAt: null, mailedAt };
  const result = await table.transact([recipientWrite(claimed)], random.id(digest.claimedAt));
  if (result.outcome === 'applied') return 'claimed';
  // May fail: the repair finds it, and nothing came of it.
  await table.transact([{ delete: keys.digest(digest.id) }], random.id(digest.claimedAt));
  return 'taken';
}

async function frozenBy(
  { table, random }: System,
  digest: SendingDigest,
): Promise<TransactResult | 'too-large'> {
  try {
    return await table.transact(
      [digestWrite(digest, { lookAt: digest.leaseUntil })],
      random.id(digest.claimedAt),
    );
  } catch (error) {
    if (classOf(error, 1) !== 'permanent') throw error;
    return 'too-large';
  }
}
