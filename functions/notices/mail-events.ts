import type { System } from '../platform/system.ts';
import { noteMailEvent } from '../store/heard.ts';
import { loadDigest, loadRecipient } from '../store/records.ts';
import type { DigestState, RecipientRecord } from '../store/rows.ts';
import { recipientKey } from './addresses.ts';
import { takeCanaryAnswer } from './feedback-canary.ts';
import { recordEvent } from './record-digest.ts';
import type { MailEvent } from './ses-events.ts';

type Death = NonNullable<RecipientRecord['dead']>['reason'];

/** What an event means: the state it raises its digest to, and whether it kills the address (promise 4). */
function meaningOf(event: MailEvent): { state: DigestState; dead?: Death } | undefined {
  switch (event.kind) {
    case 'sent':
      return { state: 'sent' };
    case 'delivered':
      return { state: 'delivered' };
    case 'complained':
      return { state: 'complained', dead: 'complaint' };
    case 'rejected':
      return { state: 'rejected', dead: 'rejected' };
    case 'bounced':
      if (event.bounceType !== 'permanent') return undefined;
      return { state: 'bounced', dead: isSuppressed(event) ? 'suppressed' : 'bounce' };
    default:
      return undefined;
  }
}

function isSuppressed({ subType }: MailEvent): boolean {
  return subType !== undefined && /suppress/i.test(subType);
}

/**
 * Takes in what SES says of a mail. An event without a digest is about the newest mail to its recipient. What says
 * nothing of note (a delay, a soft bounce) is logged and counted.
 */
export async function recordMailEvent(
  system: System,
  event: MailEvent,
): Promise<'recorded' | 'nothing' | 'unknown digest'> {
  if (await takeCanaryAnswer(system, event)) return 'recorded';
  system.telemetry.metric('MailEvent', 1, 'Count', { kind: event.kind, bounceType: event.bounceType });
  await noteMailEvent(system);
  const meaning = meaningOf(event);
  if (!meaning) return 'nothing';
  let recorded: 'recorded' | 'unknown digest' = 'unknown digest';
  for (const digest of await digestsOf(system, event)) {
    recorded = await recordEvent(system, digest, meaning.state, meaning.dead);
  }
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
