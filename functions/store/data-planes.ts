import type { Instant, Interval } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { allRows, recordIn, revised } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** A data plane and the spans in which nothing could be known of its tasks. */
export interface DataPlaneRecord {
  name: string;
  /** `deleted`: it is gone for good, and its tasks are parked. */
  state: 'up' | 'down' | 'silent' | 'deleted';
  /** Since when it is in this state. */
  since: Instant;
  /** The newest life sign; absent where it never gave one and is not watched for silence. */
  lifeSignAt: Instant | null;
  /** The instant of the newest report taken in; absent before the first. */
  reportedAt?: Instant;
  /** When it was last seen to be in use by what is said of tasks, now and then; absent in older rows. */
  usedAt?: Instant;
  /** When an operator said that its deletion parks nothing any more; until it is reported to be anything else. */
  deletionDismissedAt?: Instant;
  /** Closed spans of `down`, `silent` and `deleted`. */
  unknown: Interval[];
  outages: OutageRecord[];
  rev: number;
}

/** Tasks of one plane that lost `PRIMARY` together: those lost in [from, membersUntil]. */
export interface OutageRecord {
  from: Instant;
  membersUntil: Instant;
  /** How many were seen to belong to it. */
  members: number;
  /** Members are counted up to this loss. */
  countedTo: Instant;
  endedAt: Instant | null;
}

export async function loadDataPlanes(table: Table): Promise<Map<string, DataPlaneRecord>> {
  const rows = await allRows(table, { pk: keys.dataPlane('').pk, consistent: true });
  return new Map(rows.map((row) => [row.sk, dataPlaneFromRow(row)]));
}

/** Those of some data planes that are known, read by name. */
export async function loadDataPlanesOf(table: Table, names: Iterable<string>): Promise<DataPlaneRecord[]> {
  const rows = await table.batchGet([...new Set(names)].map((name) => keys.dataPlane(name)));
  return rows.map(dataPlaneFromRow);
}

/** How many data planes are known. Where that was never counted, they are counted. */
export async function loadDataPlaneCount(table: Table): Promise<{ count: number; rev: number }> {
  const row = await table.get(keys.dataPlaneCount());
  if (row) return { count: Number(row.count), rev: Number(row.rev) };
  return { count: (await loadDataPlanes(table)).size, rev: 0 };
}

export const dataPlaneCountWrite = (record: { count: number; rev: number }): Write =>
  revised(keys.dataPlaneCount(), record);

export async function loadDataPlane(table: Table, name: string): Promise<DataPlaneRecord | undefined> {
  const row = await table.get(keys.dataPlane(name));
  return row && dataPlaneFromRow(row);
}

/** The record in a data plane's row. */
export const dataPlaneFromRow = (row: Row): DataPlaneRecord => recordIn(row);

/** A data plane heard of for the first time: up, without a life sign. */
export function newDataPlane(name: string, now: Instant): DataPlaneRecord {
  return { name, state: 'up', since: now, lifeSignAt: null, unknown: [], outages: [], rev: 0 };
}

export const dataPlaneWrite = (record: DataPlaneRecord): Write =>
  revised(keys.dataPlane(record.name), record);
