import { CHANGED_MEANWHILE, undoDisabling, undoRefusal } from '../../disabling/undo.ts';
import type { System } from '../../platform/system.ts';
import type { WorkItem } from '../../store/operator-work.ts';
import { loadTask, type TaskRecord } from '../../store/tasks.ts';
import type { Asked, ItemAnswer, WorkKind } from '../kind.ts';

/** Undoes disablings: an item is a task, `of` the scan whose disabling is undone. */
export const undoKind: WorkKind = {
  name: 'undo',
  async work(system, item, asked) {
    const before = await asItStands(system, item, asked);
    if (before) return before;
    const { id, of: run } = item;
    const { by, reason } = asked;
    const undo = { task: id, by, reason, isOperator: true, ...(run !== undefined && { run }) };
    const undone = await undoDisabling(system, undo);
    if (undone.outcome !== 'refused') return undone.outcome === 'enabled' ? { outcome: 'done' } : REQUESTED;
    const { reason: why } = undone;
    // What was first meanwhile says more than that something was.
    const after = await asItStands(system, item, asked);
    return after ?? { outcome: why === CHANGED_MEANWHILE ? 'later' : 'failed', why };
  },
};

const REQUESTED = { outcome: 'done', why: 'asked for at its owning system' } as const;

/**
 * What is to be said of a task of which nothing is to be done, or nothing any more; undefined: its disabling is to be
 * undone.
 */
async function asItStands(
  { table }: System,
  { id, of: run }: WorkItem,
  asked: Asked,
): Promise<ItemAnswer | undefined> {
  const record = await loadTask(table, id);
  if (record && wasUndoneBy(record, asked)) return record.task.enabled ? { outcome: 'done' } : REQUESTED;
  const why = bulkUndoRefusal(record, run);
  return why === undefined ? undefined : { outcome: 'skipped', why };
}

/** Whether this very command undid it: the turn that did died before it noted so. */
function wasUndoneBy({ task, undo, disabledByUs }: TaskRecord, { by, at }: Asked): boolean {
  if (task.deletedAt !== undefined || undo?.by !== by || undo.at < at) return false;
  if (task.enabled) return undo.state !== 'asked';
  return disabledByUs?.requestedAt !== undefined && disabledByUs.requestedAt >= at;
}

/**
 * Why the disabling of a task is not undone with those of others; undefined where it is. Who undoes many does not know
 * each of them: what people disabled stays off.
 */
export function bulkUndoRefusal(record: TaskRecord | undefined, run: string | undefined): string | undefined {
  const refusal = undoRefusal(record, run);
  if (refusal !== undefined) return refusal;
  const { publishedByUserAt } = record?.task ?? {};
  const disabledAt = record?.disabledByUs?.at ?? 0;
  return publishedByUserAt !== undefined && publishedByUserAt > disabledAt
    ? 'a user published it since, as disabled'
    : undefined;
}
