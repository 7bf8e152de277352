import type { Instant } from '../abandonment/time.ts';
import type { Kept } from '../platform/retention.ts';
import { alertFromRow } from '../store/alerts.ts';
import { auditFromRow } from '../store/audit.ts';
import { keys } from '../store/keys.ts';
import { eachRow } from '../store/rows.ts';
import type { Condition, Row } from '../store/table/table.port.ts';
import { endOf, loadTask, type TaskRecord } from '../store/tasks.ts';
import { type Collecting, collect, isPast } from './collecting.ts';

/** When a task was over; undefined while it is not: it is there, or something of it is open. */
function endOfTask({ task, keep, open, next }: TaskRecord): Instant | undefined {
  if (task.deletedAt === undefined || open !== null || next !== null) return undefined;
  return endOf(task.deletedAt, keep);
}

/**
 * Deletes what is left of a task that was deleted long ago. Its own row goes last, and not before all others: it numbers
 * the episodes that they are about, and is where a next turn finds what is left.
 */
export async function collectTask(collecting: Collecting, id: string): Promise<void> {
  const record = await loadTask(collecting.system.table, id);
  const endedAt = record && endOfTask(record);
  if (!record || endedAt === undefined || !isPast(collecting, 'tasks', endedAt)) return;
  if (!(await isEmptied(collecting, id, endedAt))) return;
  await collect(collecting, 'tasks', { delete: keys.task(id), if: [{ equals: ['rev', record.rev] }] });
}

/** Deletes the rows beside the task's own; false where some are to stay. */
async function isEmptied(collecting: Collecting, id: string, endedAt: Instant): Promise<boolean> {
  const { pk, sk: own } = keys.task(id);
  let isEmpty = true;
  for await (const row of eachRow(collecting.system.table, { pk, consistent: true })) {
    if (row.sk === own) continue;
    if (collecting.spent()) return false;
    const { kind, at } = endIn(row) ?? { kind: 'tasks', at: endedAt };
    // What has an end of its own is deleted then by the table; what an earlier version stored may have none.
    const stays = row.ttl !== undefined || !isPast(collecting, kind, at);
    if (stays || !(await collect(collecting, kind, { delete: row, if: same(row) }))) isEmpty = false;
  }
  return isEmpty;
}

/** Of what kind a row beside a task is, and when that was over; undefined of what ends with the task. */
function endIn(row: Row): { kind: Kept; at: Instant } | undefined {
  if (row.sk.startsWith('L#')) return { kind: 'audit', at: auditFromRow(row).at };
  if (!row.sk.startsWith('A#')) return undefined;
  const { resolvedAt } = alertFromRow(row);
  return resolvedAt === null ? undefined : { kind: 'alerts', at: resolvedAt };
}

/** It was not written since it was read. */
const same = ({ w }: Row): Condition[] => (typeof w === 'string' ? [{ equals: ['w', w] }] : []);
