import { isTopic } from '../abandonment/topics.ts';
import { alertEnd } from '../notices/feedback/topic-refused.ts';
import { takeBackWarnings } from '../notices/send/evaluate-notified.ts';
import { normaliseAddress, recipientKey } from '../platform/addresses.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { eachRowOf, inBuckets } from '../store/buckets.ts';
import { changeRecipient } from '../store/change-recipient.ts';
import { index } from '../store/keys.ts';
import { evaluationRequest } from '../store/looks.ts';
import {
  type AddressedRecipient,
  loadRecipient,
  recipientFromRow,
  type Suppression,
} from '../store/recipients.ts';
import type { Key, Query, Table } from '../store/table/table.port.ts';

/** All recipients who were ever mailed or chose something, by address; or the suppressed ones alone. */
export async function listRecipients(
  table: Table,
  { dead = false }: { dead?: boolean | undefined } = {},
): Promise<AddressedRecipient[]> {
  const within = dead ? { sk: { prefix: 'dead#' } } : {};
  const queries = inBuckets((bucket): Query => ({ index: 'g2', pk: index.recipients(bucket), ...within }));
  const found: Key[] = [];
  for await (const { pk, sk } of eachRowOf(table, queries)) found.push({ pk, sk });
  const records = (await table.batchGet(found)).map(recipientFromRow);
  // Who was queued and never mailed is shown without an address.
  const recipients = records.map((record) => ({ ...record, address: record.address ?? '' }));
  return recipients.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
}

export type Revived = { outcome: 'revived'; was: Suppression } | { outcome: 'alive' | 'unknown' };

/**
 * Lets an address be mailed again (promise 4), audited. What warned it before grants nothing more, and with the next scan all open
 * episodes are evaluated: where they are a recipient they are warned anew, with a full grace where nobody else was warned. Throws
 * TableBusy where it, or a task of theirs, changes too fast.
 *
 * @param address a plain mail address, or a topic's ARN
 */
export async function reviveRecipient(system: System, address: string, by: string): Promise<Revived> {
  const key = recipientKey(address);
  // Before they are revived: nobody is to find them reachable and warned meanwhile, and whoever dies here revives them again.
  if ((await loadRecipient(system.table, key))?.dead) await takeBackWarnings(system, key);
  return changeRecipient<Revived>(system, key, (recipient) => {
    if (!recipient) return { value: { outcome: 'unknown' } };
    const { dead: was } = recipient;
    if (!was) return { value: { outcome: 'alive' } };
    const now = system.clock.now();
    const beside = [
      ...(isTopic(address) ? alertEnd(address) : []),
      evaluationRequest('ALL', now),
      auditWrite({
        subject: 'recipients',
        at: now,
        act: `revive ${key}`,
        by,
        reason: '',
        evidence: { was },
        mails: [],
      }),
    ];
    const alive = { ...recipient, address: normaliseAddress(address) ?? address, dead: null };
    return { recipient: alive, beside, value: { outcome: 'revived', was } };
  });
}
