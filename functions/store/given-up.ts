import type { Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { allRows, saidIn } from './rows.ts';
import type { Row, Table } from './table/table.port.ts';

/** Work that can never be done for its own sake, until what it rests on changes or an operator clears it. */
export interface GivenUp {
  queue: 'notify' | 'disable';
  /** The work item's name: ids and hashes, never addresses. */
  item: string;
  at: Instant;
  reason: string;
  /** Of the failure that shows it. */
  fingerprint: string;
  /** Of a task: the version for which it holds. */
  version?: number;
}

/** What a piece of work is known by. */
export type Work = Pick<GivenUp, 'queue' | 'item'>;

/** Finds it among all that is given up. */
export type ByName = ReadonlyMap<string, GivenUp>;

/** All that is given up, by its name. */
export async function loadGivenUp(table: Table): Promise<ByName> {
  const rows = await allRows(table, { pk: keys.givenUp('', '').pk, consistent: true });
  return new Map(rows.map((row) => [row.sk, givenUpFromRow(row)]));
}

/** What is given up of one piece of work; undefined where it is not. */
export async function loadGivenUpOf(table: Table, { queue, item }: Work): Promise<GivenUp | undefined> {
  const row = await table.get(keys.givenUp(queue, item));
  return row && givenUpFromRow(row);
}

/** The record in the row of given up work. */
export const givenUpFromRow = (row: Row): GivenUp => saidIn(row);
