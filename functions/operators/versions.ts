import { recipientKey } from '../notices/addresses.ts';
import type { System } from '../platform/system.ts';
import { FleetView } from '../store/fleet-view.ts';
import { auditWrite } from '../store/records.ts';
import { TableBusy } from '../store/table-busy.ts';
import { loadTask, taskWrite } from '../store/tasks.ts';

const ATTEMPTS = 5;

/**
 * Forgets the version of a task, so that whatever version its owning system says next is taken as its first. For a
 * version that was so high that the true ones never reach it. Nothing else changes; until that publication comes the
 * owning system is asked for nothing it would do, for no version of its is 0.
 *
 * @returns the version that was known; undefined where the task is not
 */
export async function resetVersion(
  system: System,
  id: string,
  by: string,
): Promise<{ was: number } | undefined> {
  const { policies } = await FleetView.load(system.table, recipientKey);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const record = await loadTask(system.table, id);
    if (!record) return undefined;
    const was = record.task.version;
    if (was === 0) return { was };
    const now = system.clock.now();
    const writes = [
      taskWrite({ ...record, task: { ...record.task, version: 0 } }, policies.for(id)),
      auditWrite({ task: id, at: now, act: 'reset-version', by, reason: '', evidence: { was }, mails: [] }),
    ];
    if ((await system.table.transact(writes, system.random.id(now))).outcome === 'applied') return { was };
  }
  throw new TableBusy(`the version of ${id} could not be forgotten: it changes too fast`);
}
