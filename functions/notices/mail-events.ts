import type { System } from '../platform/system.ts';
import { noteMailEvent } from '../store/heard.ts';
import { loadDigest, loadRecipient } from '../store/records.ts';
import { recipientKey } from './addresses.ts';
import { takeCanaryAnswer } from './feedback-canary.ts';
import { recordEvent, recordUnsent, type Said } from './record-digest.ts';
import type { MailEvent } from './ses-events.ts';
import { recordDelivery, recordSoftBounce } from './soft-bounces.ts';

/** What an event says of its mail (promise 4); undefined where SES took it and did not send it. */
function saidBy(event: MailEvent): Said | undefined {
  switch (event.kind) {
    case 'sent':
      return { state: 'sent' };
    case 'delivered':
      return { state: 'delivered' };
    case 'delayed':
      return { state: 'sent', delayedAt: event.at };
    case 'complained':
      return { state: 'complained', dead: 'complaint' };
    case 'bounced':
      if (event.bounceType !== 'permanent') return { state: 'sent' };
      return { state: 'bounced', dead: isSuppressed(event) ? 'suppressed' : 'bounce' };
    case 'rejected':
    case 'rendering-failed':
      return undefined;
  }
}

function isSuppressed({ subType }: MailEvent): boolean {
  return subType !== undefined && /suppress/i.test(subType);
}

/** Takes in what SES says of a mail. An event without a digest is about the newest mail to its recipient. */
export async function recordMailEvent(
  system: System,
  event: MailEvent,
): Promise<'recorded' | 'unknown digest'> {
  const answer = await takeCanaryAnswer(system, event);
  if (answer) return answer;
  system.telemetry.metric('MailEvent', 1, 'Count', { kind: event.kind, bounceType: event.bounceType });
  await noteMailEvent(system);
  let recorded: 'recorded' | 'unknown digest' = 'unknown digest';
  for (const digest of await digestsOf(system, event)) recorded = await recordAbout(system, digest, event);
  return recorded;
}

async function recordAbout(
  system: System,
  digest: string,
  event: MailEvent,
): Promise<'recorded' | 'unknown digest'> {
  const { kind, subType, at } = event;
  const said = saidBy(event);
  if (!said) return recordUnsent(system, digest, kind);
  const recorded = await recordEvent(system, digest, said);
  if (recorded === 'unknown digest') return recorded;
  if (kind === 'delivered') await recordDelivery(system, digest, at);
  if (kind === 'bounced' && !said.dead) await recordSoftBounce(system, digest, at);
  if (kind === 'delayed') system.telemetry.log('info', 'a mail is delayed', { digest, subType });
  return recorded;
}

async function digestsOf(system: System, event: MailEvent): Promise<string[]> {
  if (event.digest !== undefined) return [event.digest];
  const found = await Promise.all(
    event.recipients.map((address) => digestAt(system, address, event.messageId)),
  );
  return found.filter((digest): digest is string => digest !== undefined);
}

/** The digest of a mail that SES names by its own id only: the one with that id, else one whose answer is still out. */
async function digestAt(system: System, address: string, messageId: string): Promise<string | undefined> {
  const recipient = await loadRecipient(system.table, recipientKey(address));
  if (!recipient) return undefined;
  const { sending, lastDigest } = recipient;
  const last = lastDigest === null ? undefined : await loadDigest(system.table, lastDigest);
  if (last?.messageId === messageId || sending === null) return lastDigest ?? undefined;
  return sending;
}
