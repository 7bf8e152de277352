import type { Instant } from '../../abandonment/time.ts';
import { withWarningTakenBack } from '../../episodes/recipient-part.ts';
import type { System } from '../../platform/system.ts';
import { changeTask } from '../../store/change-task.ts';
import { FleetView } from '../../store/fleet-view.ts';
import { keys } from '../../store/keys.ts';
import { noticeFromRow } from '../../store/notices.ts';
import { eachRow } from '../../store/rows.ts';
import { scheduled, type TaskRecord } from '../../store/tasks.ts';
import { storeOnTask } from './unchangeable.ts';

/**
 * Has every open episode that a recipient was notified of evaluated with the next scan: they are suppressed.
 * Throws TableBusy where a task changes too fast; one whose row the table refuses keeps no other from it.
 */
export function evaluateNotified(system: System, recipient: string): Promise<void> {
  return changeNotified(system, recipient, (record) => record);
}

/**
 * Takes back what warned a recipient who is suppressed, in every open episode, and has that evaluated with the next scan: they
 * are to be revived, and warned again. Throws as `evaluateNotified` does.
 */
export function takeBackWarnings(system: System, recipient: string): Promise<void> {
  return changeNotified(system, recipient, (record) => withWarningTakenBack(record, recipient));
}

async function changeNotified(
  system: System,
  recipient: string,
  change: (record: TaskRecord) => TaskRecord,
): Promise<void> {
  const view = await FleetView.load(system.table, system.clock.now());
  for await (const row of eachRow(system.table, { pk: keys.recipient(recipient).pk, consistent: true })) {
    if (row.sk === 'R') continue;
    const { task, episode } = noticeFromRow(row);
    await storeOnTask(system, { recipient, task, episode }, () => changeOne(system, view, task, change));
  }
}

async function changeOne(
  system: System,
  { policies }: FleetView,
  id: string,
  change: (record: TaskRecord) => TaskRecord,
): Promise<void> {
  await changeTask(system, id, (before) => {
    if (!before?.open && !before?.stopping) return { value: undefined };
    const now = system.clock.now();
    const changed = change(before);
    // An attempt that takes up what another one left half done, of very many tasks, writes the rest alone.
    if (changed === before && isDue(before, now)) return { value: undefined };
    return { record: scheduled(changed, now), policy: policies.for(id), value: undefined };
  });
}

/** Whether the next scan evaluates all of a task as it is. */
function isDue({ next, stopping }: TaskRecord, now: Instant): boolean {
  const isLookedAt = next?.why === 'look' && next.at <= now;
  return isLookedAt && (!stopping || (typeof stopping.lookAt === 'number' && stopping.lookAt <= now));
}
