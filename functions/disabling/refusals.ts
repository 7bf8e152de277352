import type { Disabling } from '../abandonment/task.ts';
import type { System } from '../platform/system.ts';
import { changeTask } from '../store/change-task.ts';
import { FleetView } from '../store/fleet-view.ts';
import { keys } from '../store/keys.ts';
import { allRows, ROW_VERSION } from '../store/rows.ts';
import type { Write } from '../store/table.port.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';

/** A task whose disabling the owning system refused: not asked again until somebody clears it or edits the task. */
export function refusedRecord(record: TaskRecord, refused: NonNullable<Disabling['refused']>): TaskRecord {
  const open = record.open as NonNullable<TaskRecord['open']>;
  const disabling = { ...(open.disabling as Disabling), state: 'refused' as const, refused };
  return { ...record, open: { ...open, disabling }, next: { at: refused.at, why: 'look' } };
}

/** Finds what a kind of failure made us give up. */
export function refusalMarker(fingerprint: string, task: string, at: number): Write {
  return { put: { ...keys.refusal(fingerprint, task), v: ROW_VERSION, at } };
}

/** The task without its way to be turned off, to be decided anew at the next scan. */
export function withoutDisabling(record: TaskRecord, now: number): TaskRecord {
  const { disabling: _, ...open } = record.open as NonNullable<TaskRecord['open']>;
  return { ...record, open, next: { at: now, why: 'look' } };
}

/** A refusal was about the version that was asked for: a later one is decided anew. */
export function withoutStaleRefusal(record: TaskRecord, now: number): TaskRecord {
  const refused = record.open?.disabling?.refused;
  return refused && refused.version !== record.task.version ? withoutDisabling(record, now) : record;
}

/** Lets the work that a kind of failure made us give up be generated again; gives the tasks. */
export async function clearRefusals(system: System, fingerprint: string): Promise<string[]> {
  const cleared: string[] = [];
  const view = await FleetView.load(system.table);
  for (const { pk, sk: task } of await allRows(system.table, {
    pk: keys.refusal(fingerprint, '').pk,
    consistent: true,
  })) {
    if (await clear(system, view, task)) cleared.push(task);
    await writeUnlessRefused(system, [{ delete: { pk, sk: task } }], 'the end of a refusal');
  }
  return cleared;
}

/** False where it is refused no more. */
function clear(system: System, view: FleetView, task: string): Promise<boolean> {
  return changeTask(system, task, (record) => {
    if (record?.open?.disabling?.state !== 'refused') return { value: false };
    const cleared = withoutDisabling(record, system.clock.now());
    return { record: cleared, policy: view.policies.for(task), value: true };
  });
}
