import type { EffectivePolicy } from '../abandonment/policy.ts';
import { isStillOffDue, stillOffNotice, withStillOffTold } from '../episodes/still-off.ts';
import { type DisabledByUs, withNoticesToWrite } from '../episodes/undo.ts';
import { type AlertRecord, alertFromRow, alertWrite } from '../store/alerts.ts';
import { storeTask } from '../store/change-task.ts';
import { keys } from '../store/keys.ts';
import type { Condition, Write } from '../store/table/table.port.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { writeListedNotices } from '../store/untold.ts';
import type { Run } from './run.ts';

/**
 * Where a task that a scan disabled is still off, and soon can no longer be enabled as it was: asks for one reminder to each of
 * today's recipients, once (docs/rules.md#after-the-disabling). Answers the record as it is then; undefined where the
 * task changed meanwhile.
 */
export async function tellStillOff(run: Run, record: TaskRecord): Promise<TaskRecord | undefined> {
  const policy = run.view.policies.for(record.task.id);
  if (!isStillOffDue(record, policy, run.now)) return record;
  const listed = await listedFor(run, record, policy);
  const stored = await storeTask(
    run.system,
    withStillOffTold(record),
    policy,
    ...(listed ? [listed.write] : []),
  );
  if (stored && listed) await writeListedNotices(run.system, listed.alert);
  return stored;
}

/** The alert with the reminders on the list of what is to be written; undefined where nobody is to be reminded. */
async function listedFor(
  run: Run,
  record: DisabledByUs,
  policy: EffectivePolicy,
): Promise<{ alert: AlertRecord; write: Write } | undefined> {
  const row = await run.system.table.get(keys.alert(record.task.id, record.disabledByUs.episode));
  const alert = row && alertFromRow(row);
  const pending = alert && stillOffNotice(record, alert, policy, run.now);
  if (!row || !pending) return undefined;
  const hearing = await hearersOf(run, record);
  if (hearing.length === 0) return undefined;
  const listed = withNoticesToWrite(alert, hearing, pending);
  const same: Condition = { equals: ['w', row.w as string] };
  return { alert: listed, write: { ...alertWrite(listed), if: [same] } };
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
