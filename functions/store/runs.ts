import type { Instant } from '../abandonment/time.ts';
import { keys, sortable } from './keys.ts';
import { eachRow, ROW_VERSION, recordIn } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** A scan that came to its end, or that began to disable and did not. */
export interface RunRecord {
  run: string;
  completedAt?: Instant;
  figures: Record<string, number>;
}

/** Stores it; `at`: the instant that the scan is named after. */
export function runWrite(at: Instant, record: RunRecord, now: Instant): Write {
  return { put: { ...keys.run(at), v: ROW_VERSION, ...record, ...endingOf('runs', now) } };
}

/** The record in the row of a scan. */
const runFromRow = (row: Row): RunRecord => recordIn(row);

/** The scans from an instant on, the oldest first. */
export async function* runsSince(table: Table, since: Instant): AsyncGenerator<RunRecord> {
  const { pk } = keys.run(0);
  for await (const row of eachRow(table, { pk, sk: { from: sortable(Math.max(0, since)) } }))
    yield runFromRow(row);
}
