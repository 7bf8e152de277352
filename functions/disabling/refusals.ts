import { isDisabling, withoutDisabling } from '../episodes/disabling.ts';
import type { System } from '../platform/system.ts';
import { changeTask } from '../store/change-task.ts';
import { FleetView } from '../store/fleet-view.ts';
import { keys } from '../store/keys.ts';
import { allRows, ROW_VERSION } from '../store/rows.ts';
import type { Write } from '../store/table/table.port.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';

/** Finds what a kind of failure made us give up. */
export function refusalMarker(fingerprint: string, task: string, at: number): Write {
  return { put: { ...keys.refusal(fingerprint, task), v: ROW_VERSION, at } };
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

function clear(system: System, view: FleetView, task: string): Promise<boolean> {
  return changeTask(system, task, (record) => {
    if (!record || !isDisabling(record) || record.open.disabling.state !== 'refused') return { value: false };
    const cleared = withoutDisabling(record, system.clock.now());
    return { record: cleared, policy: view.policies.for(task), value: true };
  });
}
