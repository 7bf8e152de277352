import type { Instant } from '../abandonment/time.ts';
import { keys, sortable } from './keys.ts';
import { eachRow, ROW_VERSION, saidIn } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** A scan that came to its end, or that began to disable and did not. */
export interface RunRecord {
  run: string;
  completedAt?: Instant;
  figures: Record<string, number>;
}

/** What a scan did is kept for 90 days. */
const RETENTION_SECONDS = 90 * 86_400;

/** Stores it; `at`: the instant that the scan is named after. */
export function runWrite(at: Instant, record: RunRecord, now: Instant): Write {
  const ttl = Math.floor(now / 1_000) + RETENTION_SECONDS;
  return { put: { ...keys.run(at), v: ROW_VERSION, ...record, ttl } };
}

/** The record in the row of a scan. */
const runFromRow = (row: Row): RunRecord => saidIn(row);

/** The scans from an instant on, the oldest first. */
export async function* runsSince(table: Table, since: Instant): AsyncGenerator<RunRecord> {
  const { pk } = keys.run(0);
  for await (const row of eachRow(table, { pk, sk: { from: sortable(Math.max(0, since)) } }))
    yield runFromRow(row);
}
