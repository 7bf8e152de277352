import type { System } from '../platform/system.ts';
import { FleetView } from '../store/fleet-view.ts';
import { eachRow } from '../store/records.ts';
import { keys, type NoticeRecord } from '../store/rows.ts';
import { TableBusy } from '../store/table-busy.ts';
import { loadTask, taskWrite, touch } from '../store/tasks.ts';
import { recipientKey } from './addresses.ts';
import { storeOnTask } from './unchangeable.ts';

const ATTEMPTS = 8;

/**
 * Has every open episode that a recipient was told of looked at with the next scan: he died.
 * Throws where a task changes too fast; one whose row the table refuses keeps no other from it.
 */
export async function touchTold(system: System, recipient: string): Promise<void> {
  const view = await FleetView.load(system.table, recipientKey);
  for await (const row of eachRow(system.table, { pk: keys.recipient(recipient).pk, consistent: true })) {
    if (row.sk === 'R') continue;
    const { task, episode } = row as unknown as NoticeRecord;
    await storeOnTask(system, { recipient, task, episode }, () => touchTask(system, view, task));
  }
}

async function touchTask(system: System, view: FleetView, id: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const record = await loadTask(system.table, id);
    if (!record?.open) return;
    const now = system.clock.now();
    const write = taskWrite(touch(record, now), view.policies.for(id));
    if ((await system.table.transact([write], system.random.id(now))).outcome === 'applied') return;
  }
  throw new TableBusy(`${id} could not be marked to be looked at: it changes too fast`);
}
