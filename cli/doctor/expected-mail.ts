import { DAY, type Instant } from '../../functions/abandonment/time.ts';
import { recipientKey } from '../../functions/platform/addresses.ts';
import { FleetView } from '../../functions/store/fleet-view.ts';
import { eachRow } from '../../functions/store/records.ts';
import { BUCKETS, index, sortable } from '../../functions/store/rows.ts';
import type { Query, Table } from '../../functions/store/table.port.ts';
import { loadTasks } from '../../functions/store/tasks.ts';

/** More tasks are not read: whoever has so many knows that they need a large quota. */
const MOST_TASKS = 5_000;

/** How many are to be notified in the next 24 hours. */
export interface ExpectedMail {
  /** Recipients of open episodes and of tasks that reach their threshold within a day. */
  recipients: number;
  /** Only so many of them are newly warned in 24 hours. */
  rampPerDay: number;
  /** There are more tasks than were read. */
  more: boolean;
}

/** Whom the next 24 hours concern, whatever stage holds for their tasks today. */
export async function expectedMail(table: Table, now: Instant): Promise<ExpectedMail> {
  const view = await FleetView.load(table, recipientKey);
  const { warnAfter, rampPerDay } = view.policies.global;
  const soon = `${sortable(now + DAY - warnAfter)}~`;
  const ids = new Set<string>();
  for (let bucket = 0; bucket < BUCKETS && ids.size < MOST_TASKS; bucket += 1) {
    await addTasks(table, { index: 'g2', pk: index.open(bucket) }, ids);
    await addTasks(table, { index: 'g1', pk: index.canFire(bucket), sk: { to: soon } }, ids);
  }
  const recipients = new Set<string>();
  for (const { task } of (await loadTasks(table, ids)).values()) {
    for (const { key } of await view.recipientsOf(task, 'task_abandoned')) recipients.add(key);
  }
  return { recipients: recipients.size, rampPerDay, more: ids.size >= MOST_TASKS };
}

async function addTasks(table: Table, query: Omit<Query, 'cursor'>, ids: Set<string>): Promise<void> {
  for await (const { pk } of eachRow(table, query)) {
    if (ids.size >= MOST_TASKS) return;
    ids.add(pk.slice(2));
  }
}
