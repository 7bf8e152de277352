import type { Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { allRows, recordIn } from './rows.ts';
import type { Key, Row, Table } from './table/table.port.ts';

/** What a piece of work is known by: who makes it (steps fill a queue, a generator its own list), and its identifier there. */
export type Work =
  | { queue: 'notify' | 'disable' /** Ids and hashes, never addresses. */; item: string }
  | { generator: string /** The same. */; item: string };

/** Work that can never be done for its own sake, until what it rests on changes or an operator clears it. */
export type GivenUp = Work & {
  at: Instant;
  reason: string;
  /** Of the failure that shows it. */
  fingerprint: string;
  /** Of a task: the version for which it holds. */
  version?: number;
};

/** The key of the row that says so. */
export function givenUpKey(work: Work): Key {
  return 'generator' in work
    ? keys.givenUpOf(work.generator, work.item)
    : keys.givenUp(work.queue, work.item);
}

/** Finds it among all that is given up. */
export type ByName = ReadonlyMap<string, GivenUp>;

/** All that is given up of the work of queues, or of one generator, by its name. */
export async function loadGivenUp(table: Table, generator?: string): Promise<ByName> {
  const { pk } = generator === undefined ? keys.givenUp('', '') : keys.givenUpOf(generator, '');
  const rows = await allRows(table, { pk, consistent: true });
  return new Map(rows.map((row) => [row.sk, givenUpFromRow(row)]));
}

/** What is given up of one piece of work; undefined where it is not. */
export async function loadGivenUpOf(table: Table, work: Work): Promise<GivenUp | undefined> {
  const row = await table.get(givenUpKey(work));
  return row && givenUpFromRow(row);
}

/** The record in the row of given up work. */
export const givenUpFromRow = (row: Row): GivenUp => recordIn(row);
