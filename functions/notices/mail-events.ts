import type { System } from '../platform/system.ts';
import { loadRecipient } from '../store/records.ts';
import type { DigestState, RecipientRecord } from '../store/rows.ts';
import { recipientKey } from './addresses.ts';
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
export async function recordMailEvent(system: System, event: MailEvent): Promise<'recorded' | 'nothing' | 'unknown digest'> {
  system.telemetry.metric('MailEvent', 1, 'Count', { kind: event.kind, bounceType: event.bounceType });
  const meaning = meaningOf(event);
  if (!meaning) return 'nothing';
  let recorded: 'recorded' | 'unknown digest' = 'unknown digest';
  for (const digest of await digestsOf(system, event)) {
    recorded = await recordEvent(system, digest, meaning.state, event.at, meaning.dead);
  }
  return recorded;
}

async function digestsOf(system: System, event: MailEvent): Promise<string[]> {
  if (event.digest !== undefined) return [event.digest];
  const newest = await Promise.all(
    event.recipients.map((address) => loadRecipient(system.table, recipientKey(address))),
  );
  return newest.flatMap((recipient) => recipient?.lastDigest ?? []);
}
