import type { Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { recordIn, revised } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** A dead letter of an item that was sent back. */
export interface RedrivenLetter {
  /** The dead letter's own id: it stays the same however often it is read. */
  id: string;
  at: Instant;
  /** Whether it is known that its queue took it; what is not known is sent again, and not counted again. */
  sent: boolean;
}

/** How often operators sent an item of a queue back. */
export interface RedrivenRecord {
  queue: string;
  item: string;
  /** At most as many as an item may be sent back. */
  letters: readonly RedrivenLetter[];
  rev: number;
}

/** The record in its row. */
const redrivenFromRow = (row: Row): RedrivenRecord => recordIn(row);

/** How often an item was sent back; none where it never was. */
export async function loadRedriven(table: Table, queue: string, item: string): Promise<RedrivenRecord> {
  const row = await table.get(keys.redriven(queue, item));
  return row ? redrivenFromRow(row) : { queue, item, letters: [], rev: 0 };
}

/** Stores it over the revision that was read. */
export function redrivenWrite(record: RedrivenRecord, now: Instant): Write {
  return revised(keys.redriven(record.queue, record.item), record, endingOf('redrives', now));
}
