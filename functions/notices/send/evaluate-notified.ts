import type { System } from '../../platform/system.ts';
import { changeTask } from '../../store/change-task.ts';
import { FleetView } from '../../store/fleet-view.ts';
import { keys } from '../../store/keys.ts';
import { noticeFromRow } from '../../store/notices.ts';
import { eachRow } from '../../store/rows.ts';
import { scheduled } from '../../store/tasks.ts';
import { storeOnTask } from './unchangeable.ts';

/**
 * Has every open episode that a recipient was notified of evaluated with the next scan: they are suppressed.
 * Throws TableBusy where a task changes too fast; one whose row the table refuses keeps no other from it.
 */
export async function evaluateNotified(system: System, recipient: string): Promise<void> {
  const view = await FleetView.load(system.table, system.clock.now());
  for await (const row of eachRow(system.table, { pk: keys.recipient(recipient).pk, consistent: true })) {
    if (row.sk === 'R') continue;
    const { task, episode } = noticeFromRow(row);
    await storeOnTask(system, { recipient, task, episode }, () => evaluateTask(system, view, task));
  }
}

async function evaluateTask(system: System, { policies }: FleetView, id: string): Promise<void> {
  await changeTask(system, id, (record) =>
    record?.open || record?.stopping
      ? { record: scheduled(record, system.clock.now()), policy: policies.for(id), value: undefined }
      : { value: undefined },
  );
}
