import { DAY, type Instant } from '../../functions/abandonment/time.ts';
import { eachRowOf, inBuckets } from '../../functions/store/buckets.ts';
import { FleetView } from '../../functions/store/fleet-view.ts';
import { index, sortable } from '../../functions/store/keys.ts';
import type { Query, Table } from '../../functions/store/table/table.port.ts';
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
  const view = await FleetView.load(table, now);
  const { warnAfter, rampPerDay } = view.policies.global;
  const soon = `${sortable(now + DAY - warnAfter)}~`;
  const queries = inBuckets((bucket): Query[] => [
    { index: 'g2', pk: index.open(bucket) },
    { index: 'g1', pk: index.canFire(bucket), sk: { to: soon } },
  ]);
  const ids = await idsOf(table, queries.flat());
  const recipients = new Set<string>();
  for (const { task } of (await loadTasks(table, ids)).values()) {
    for (const { key } of await view.recipientsOf(task, 'task_abandoned')) recipients.add(key);
  }
  return { recipients: recipients.size, rampPerDay, more: ids.size >= MOST_TASKS };
}

async function idsOf(table: Table, queries: readonly Query[]): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { pk } of eachRowOf(table, queries)) {
    if (ids.size >= MOST_TASKS) break;
    ids.add(pk.slice(2));
  }
  return ids;
}
