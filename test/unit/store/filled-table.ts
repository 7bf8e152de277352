import { recipientKey } from '../../../functions/platform/addresses.ts';
import type { AlertRecord } from '../../../functions/store/alerts.ts';
import { type DataPlaneRecord, dataPlaneWrite, newDataPlane } from '../../../functions/store/data-planes.ts';
import { keys } from '../../../functions/store/keys.ts';
import { newRecipient, type RecipientRecord, recipientWrite } from '../../../functions/store/recipients.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Query, Row, Write } from '../../../functions/store/table/table.port.ts';
import { day, T0 } from '../abandonment/decide-builders.ts';

/**
 * A table in which some writes were applied, and that notes what it is asked for since: places and partitions, and in `stale`
 * the partitions of which it may answer what stood there a moment ago.
 */
export async function filledTable(...writes: Write[]) {
  const table = new MemoryTable({ freeze: true });
  const asked: string[] = [];
  const stale: string[] = [];
  if (writes.length > 0 && (await table.transact(writes, 'before')).outcome !== 'applied')
    throw new Error('not what a table takes');
  const { get, batchGet, query } = table;
  return Object.assign(table, {
    asked,
    stale,
    get: (key: { pk: string; sk: string }) => {
      asked.push(`${key.pk} ${key.sk}`);
      return get.call(table, key);
    },
    batchGet: (places: { pk: string; sk: string }[]) => {
      asked.push(...places.map(({ pk, sk }) => `${pk} ${sk}`));
      return batchGet.call(table, places);
    },
    query: (what: Query) => {
      asked.push(what.pk);
      if (!what.consistent) stale.push(what.pk);
      return query.call(table, what);
    },
  });
}

/** The row that a write puts. */
export function rowIn(write: Write | undefined): Row {
  if (!write || !('put' in write)) throw new Error('puts no row');
  return write.put;
}

/** The alert of an episode that fired at T0 + 14 d and is open, with changes. */
export function anAlert(more: Partial<AlertRecord> = {}): AlertRecord {
  return {
    task: 'acmeCo/a',
    episode: 1,
    type: 'task_abandoned',
    stage: 'disable',
    since: T0,
    firedAt: day(14),
    resolvedAt: null,
    reason: null,
    evidence: { statuses: ['FAILED'] },
    mails: ['d1'],
    run: null,
    untold: [],
    holders: [],
    ...more,
  } as AlertRecord;
}

/** Somebody, or a topic, who hears of alerts about a scope. */
export function subscribed(prefix: string, target: string, ...alertTypes: string[]): Write {
  const types = alertTypes.length > 0 ? alertTypes : ['task_abandoned'];
  return { put: { ...keys.subscription(prefix, target), v: 1, prefix, alertTypes: types } };
}

/** Somebody who stands in for the owners of a scope. */
export function administers(prefix: string, email: string): Write {
  return { put: { ...keys.admin(prefix, email), v: 1, prefix, email } };
}

/** What is known of an address. */
export function knownAs(address: string, more: Partial<RecipientRecord>): Write {
  return recipientWrite({ ...newRecipient(recipientKey(address), address), ...more } as RecipientRecord);
}

/** An address that bounced for good. */
export function bounced(address: string): Write {
  return knownAs(address, { dead: { reason: 'bounce', at: T0 } });
}

/** A data plane that is up since T0, with changes. */
export function planeWrite(name: string, more: Partial<DataPlaneRecord> = {}): Write {
  return dataPlaneWrite({ ...newDataPlane(name, T0), ...more });
}
