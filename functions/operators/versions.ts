import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { changeTask } from '../store/change-task.ts';
import { FleetView } from '../store/fleet-view.ts';

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
  const { policies } = await FleetView.load(system.table, system.clock.now());
  return changeTask(system, id, (record) => {
    if (!record) return { value: undefined };
    const was = record.task.version;
    if (was === 0) return { value: { was } };
    const at = system.clock.now();
    const audit = auditWrite({
      task: id,
      at,
      act: 'reset-version',
      by,
      reason: '',
      evidence: { was },
      mails: [],
    });
    return {
      record: { ...record, task: { ...record.task, version: 0 } },
      policy: policies.for(id),
      beside: [audit],
      value: { was },
    };
  });
}
