import { tenantOf } from '../abandonment/task.ts';
import { eachRowOf, inBuckets } from '../store/buckets.ts';
import { keys } from '../store/keys.ts';
import { type Milestone, milestoneFromRow } from '../store/milestones.ts';
import type { Reading } from './aggregation.ts';

/** The milestones of a day, bucket by bucket, each in the order in which they happened. */
export async function* milestonesOf({ table }: Reading, day: string): AsyncGenerator<Milestone> {
  const queries = inBuckets((bucket) => ({ pk: keys.milestones(day, bucket) }));
  for await (const row of eachRowOf(table, queries)) yield milestoneFromRow(row);
}

/** Where a milestone is counted: its tenant and data plane have a row, its mode and cause a cell. */
export function placeOf({ task, cell }: Milestone): { row: string; cell: string } {
  return { row: rowNameOf(tenantOf(task), cell.plane), cell: `${cell.mode} ${cell.cause}` };
}

/** The row of a tenant's part of a data plane: a tenant has no slash in its name. */
export function rowNameOf(tenant: string, plane: string): string {
  return `${tenant}/${plane}`;
}
