import { isStillOffDue, stillOffNotice, withStillOffNotified } from '../episodes/still-off.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { storeWithNotices } from './listed-notices.ts';
import type { Run } from './run.ts';

/**
 * Where a task that a scan disabled is still off, and soon can no longer be enabled as it was: asks for one reminder to each of
 * today's recipients, once (docs/rules.md#after-the-disabling). Answers the record as it is then; undefined where the
 * task changed meanwhile.
 */
export async function notifyStillOff(run: Run, record: TaskRecord): Promise<TaskRecord | undefined> {
  const policy = run.view.policies.for(record.task.id);
  if (!isStillOffDue(record, policy, run.now)) return record;
  return storeWithNotices(run, withStillOffNotified(record), {
    episode: record.disabledByUs.episode,
    plan: async (alert) => {
      const pending = stillOffNotice(record, alert, policy, run.now);
      const to = pending ? await hearersOf(run, record) : [];
      return pending && to.length > 0 ? { to, pending } : undefined;
    },
  });
}

/** Who hears of a disabling today, but for those who declined reminders; topics repeat it. */
async function hearersOf({ view }: Run, { task }: TaskRecord): Promise<{ key: string; address: string }[]> {
  const people = await view.recipientsOf(task, 'task_auto_disabled');
  const willing = people.filter(({ declined }) => !declined);
  const topics = willing.length > 0 ? await view.topicsOf(task, 'task_auto_disabled') : [];
  return [
    ...willing.map(({ key, address }) => ({ key, address })),
    ...topics.map(({ key, topic }) => ({ key, address: topic })),
  ];
}
