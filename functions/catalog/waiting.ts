import { NO_EVIDENCE } from '../abandonment/evidence.ts';
import type { Instant } from '../abandonment/time.ts';
import { RETENTIONS } from '../platform/retention.ts';
import { keys } from '../store/keys.ts';
import { ROW_VERSION, recordIn } from '../store/rows.ts';
import { endingOf } from '../store/table/expiry.ts';
import type { Row, Table, Write } from '../store/table/table.port.ts';
import type { HeardBefore } from './publications.ts';

/** What is heard of an unknown task waits no longer for its publication. */
const WAITS = RETENTIONS.waiting.kept;

/** What was heard of a task that is not known yet. */
export interface WaitingRecord extends HeardBefore {
  /** When it was last written. */
  at: Instant;
  rev: number;
}

/** What waits for a task; an empty record where nothing does or what did has expired. */
export async function loadWaiting(table: Table, id: string, now: Instant): Promise<WaitingRecord> {
  const row = await table.get(keys.waitingObservation(id));
  const rev = row ? Number(row.rev) : 0;
  if (!row || Number(row.ttl) * 1000 <= now) return { evidence: NO_EVIDENCE, deletion: null, at: 0, rev };
  return waitingFromRow(row);
}

/** The record in the row of what waits. */
export const waitingFromRow = (row: Row): WaitingRecord => recordIn(row);

/** Stores what waits, over the revision it was read at. */
export function waitingWrite(id: string, record: Omit<WaitingRecord, 'at'>, now: Instant): Write {
  return {
    put: {
      ...keys.waitingObservation(id),
      v: ROW_VERSION,
      evidence: record.evidence,
      deletion: record.deletion,
      ...(record.run && { run: record.run }),
      at: now,
      rev: record.rev + 1,
      ...endingOf('waiting', now),
    },
    if: [record.rev === 0 ? { absent: true } : { equals: ['rev', record.rev] }],
  };
}

/** Ends the waiting of what is written with the task in the same transaction. */
export function waitingOver(id: string, record: WaitingRecord): Write {
  return record.rev === 0
    ? { check: keys.waitingObservation(id), if: [{ absent: true }] }
    : { delete: keys.waitingObservation(id), if: [{ equals: ['rev', record.rev] }] };
}

/** Whether what waits should be written again so that it does not expire although it is still heard of. */
export function needsRenewal(record: WaitingRecord, now: Instant): boolean {
  return now - record.at > WAITS / 2;
}
