import type { Instant } from '../../abandonment/time.ts';
import { DEFAULT_RETENTION, type Kept, type Retention } from '../../platform/retention.ts';
import type { Ending, Row, Write } from './table.port.ts';

/** What a table knows of time: by it rows end. */
export interface TableTime {
  /** Absent: rows that ended are there until somebody deletes them. */
  now?: () => Instant;
  /** @default as docs/retention.md says */
  retention?: Retention | undefined;
}

/** The attribute by which a row ends: what it is, and since when that is over. */
export function endingOf(kind: Kept, from: Instant): { ttl: Ending } {
  return { ttl: { kind, from } };
}

/** Whether a row is past its end: it counts as absent, whether DynamoDB deleted it yet or not. */
export function isExpired({ ttl }: Row, now: Instant): boolean {
  return typeof ttl === 'number' && ttl * 1_000 <= now;
}

/** The rows that are not past their end. */
export function unexpired(rows: Row[], now: (() => Instant) | undefined): Row[] {
  if (!now || !rows.some(({ ttl }) => ttl !== undefined)) return rows;
  const at = now();
  return rows.filter((row) => !isExpired(row, at));
}

/** The writes with the second in the place of each ending, never before its retention is over. */
export function withSeconds(writes: readonly Write[], retention: Retention = DEFAULT_RETENTION): Write[] {
  return writes.map((write) => {
    if ('put' in write && isEnding(write.put.ttl))
      return { ...write, put: { ...write.put, ttl: secondOf(write.put.ttl, retention) } };
    if ('add' in write && isEnding(write.set?.ttl))
      return { ...write, set: { ...write.set, ttl: secondOf(write.set.ttl, retention) } };
    return write;
  });
}

function isEnding(ttl: unknown): ttl is Ending {
  return typeof ttl === 'object' && ttl !== null;
}

function secondOf({ kind, from }: Ending, retention: Retention): number {
  return Math.ceil((from + retention[kind]) / 1_000);
}
