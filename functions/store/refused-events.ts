import type { Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { recordIn, revised } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** Events of one source that were refused for the same reason at the same key. Texts are cut, and have no addresses. */
export interface RefusedKind {
  source: string;
  /** Whether the source was registered, for the account that it came from. */
  isRegistered: boolean;
  detailType: string;
  reason: string;
  /** The path of the key that was wrong: `task.kind`, `tasks[].shards[].status`. */
  key: string;
  /** What was wrong with the first one, and what is allowed. */
  detail: string;
  count: number;
  firstAt: Instant;
  lastAt: Instant;
}

/** What was refused of events lately. */
export interface RefusedEventsRecord {
  kinds: RefusedKind[];
  /** Refusals of kinds that found no room, and the newest of them; null where there were none. */
  more: { count: number; lastAt: Instant } | null;
  rev: number;
}

/** What was refused of events, as it is noted. */
export async function loadRefusedEvents(table: Table): Promise<RefusedEventsRecord> {
  const row = await table.get(keys.refusedEvents());
  return row ? refusedEventsFromRow(row) : { kinds: [], more: null, rev: 0 };
}

/** The record in the row of refused events. */
export function refusedEventsFromRow(row: Row): RefusedEventsRecord {
  return recordIn<RefusedEventsRecord>(row);
}

/** Stores it over the revision that was read. */
export function refusedEventsWrite(record: RefusedEventsRecord): Write {
  return revised(keys.refusedEvents(), record);
}
