import { isTopic } from '../abandonment/topics.ts';
import { normaliseAddress, recipientKey } from '../notices/addresses.ts';
import { alertEnd } from '../notices/topic-refused.ts';
import type { System } from '../platform/system.ts';
import { allRows, auditWrite, loadRecipient, lookWrite, recipientWrite } from '../store/records.ts';
import { BUCKETS, index, type RecipientRecord } from '../store/rows.ts';
import type { Table } from '../store/table.port.ts';
import { TableBusy } from '../store/table-busy.ts';

const ATTEMPTS = 5;

/** All recipients who were ever mailed or chose something, by address; or the dead ones alone. */
export async function listRecipients(table: Table, dead: boolean): Promise<RecipientRecord[]> {
  const found: RecipientRecord[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const within = dead ? { sk: { prefix: 'dead#' } } : {};
    const places = await allRows(table, { index: 'g2', pk: index.recipients(bucket), ...within });
    const rows = await table.batchGet(places.map(({ pk, sk }) => ({ pk, sk })));
    found.push(...(rows as unknown as RecipientRecord[]));
  }
  return found.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
}

export type Revived =
  | { outcome: 'revived'; was: NonNullable<RecipientRecord['dead']> }
  | { outcome: 'alive' | 'unknown' };

/**
 * Lets an address be mailed again (promise 4), audited. With the next scan all open episodes are looked at: where he
 * is a recipient he is warned anew, with a full grace where nobody else was warned. Throws where it changes too fast.
 *
 * @param address a plain mail address, or a topic's ARN
 */
export async function reviveRecipient(system: System, address: string, by: string): Promise<Revived> {
  const key = recipientKey(address);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const recipient = await loadRecipient(system.table, key);
    if (!recipient) return { outcome: 'unknown' };
    if (!recipient.dead) return { outcome: 'alive' };
    const now = system.clock.now();
    const writes = [
      recipientWrite({ ...recipient, address: normaliseAddress(address) ?? address, dead: null }),
      ...(isTopic(address) ? alertEnd(address) : []),
      lookWrite('ALL', now),
      auditWrite({
        subject: 'recipients',
        at: now,
        act: `revive ${key}`,
        by,
        reason: '',
        evidence: { was: recipient.dead },
        mails: [],
      }),
    ];
    if ((await system.table.transact(writes, system.random.id(now))).outcome === 'applied')
      return { outcome: 'revived', was: recipient.dead };
  }
  throw new TableBusy(`${address} could not be revived: it changes too fast; try again`);
}
