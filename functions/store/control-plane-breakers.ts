import type { Duration, Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { allRows, recordIn, revised } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** What all functions know of a control plane that failed; none is stored while it answers. */
export interface ControlPlaneBreakerRecord {
  /** Its name. */
  controlPlane: string;
  /** Calls that failed, one after the other. */
  failures: number;
  /** Since when it fails. */
  since: Instant;
  /** It is not asked before then; null while it is asked all the same. */
  notBefore: Instant | null;
  /** The wait that led there; the next one is longer. */
  wait: Duration;
  /** Until when one caller tries it, and the others wait; null where nobody does. */
  triedUntil: Instant | null;
  /** Why the newest call failed, in words that may be shown. */
  why: string;
  rev: number;
}

/** What is known of a control plane that failed; undefined while it answers. */
export async function loadControlPlaneBreaker(
  table: Table,
  controlPlane: string,
): Promise<ControlPlaneBreakerRecord | undefined> {
  const row = await table.get(keys.controlPlaneBreaker(controlPlane));
  return row && controlPlaneBreakerFromRow(row);
}

/** Of all control planes that fail. */
export async function loadControlPlaneBreakers(table: Table): Promise<ControlPlaneBreakerRecord[]> {
  return (await allRows(table, { pk: keys.controlPlaneBreaker('').pk })).map(controlPlaneBreakerFromRow);
}

/** The record in its row. */
const controlPlaneBreakerFromRow = (row: Row): ControlPlaneBreakerRecord => recordIn(row);

/** Stores it over the revision that was read. */
export const controlPlaneBreakerWrite = (record: ControlPlaneBreakerRecord): Write =>
  revised(keys.controlPlaneBreaker(record.controlPlane), record);

/** It answers again. */
export const controlPlaneBreakerEnd = ({ controlPlane, rev }: ControlPlaneBreakerRecord): Write => ({
  delete: keys.controlPlaneBreaker(controlPlane),
  if: [{ equals: ['rev', rev] }],
});
