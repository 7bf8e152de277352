import { withNoticesToWrite } from '../episodes/undo.ts';
import { type AlertRecord, alertFromRow, alertWrite } from '../store/alerts.ts';
import { storeTask } from '../store/change-task.ts';
import { keys } from '../store/keys.ts';
import type { Condition, Write } from '../store/table/table.port.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { writeListedNotices } from '../store/untold.ts';
import type { Run } from './run.ts';

type Noticed = Parameters<typeof withNoticesToWrite>;

/** What is to be noticed of one episode of a task. */
export interface ToNotice {
  episode: number;
  /** Whom of what, by the episode's alert; undefined: nobody of anything. */
  plan(alert: AlertRecord): Promise<{ to: Noticed[1]; pending: Noticed[2] } | undefined>;
}

/**
 * Stores a task, and with it puts the notices on the list of its alert, from which they are written after that. Answers the
 * record as it is then; undefined where the task changed meanwhile.
 *
 * @param toNotice absent: nothing; an episode whose alert is gone has no notices
 */
export async function storeWithNotices(
  run: Run,
  record: TaskRecord,
  toNotice: ToNotice | undefined,
): Promise<TaskRecord | undefined> {
  const listed = toNotice && (await listedFor(run, record.task.id, toNotice));
  const policy = run.view.policies.for(record.task.id);
  const stored = await storeTask(run.system, record, policy, ...(listed ? [listed.write] : []));
  if (stored && listed) await writeListedNotices(run.system, listed.alert);
  return stored;
}

async function listedFor(
  run: Run,
  task: string,
  { episode, plan }: ToNotice,
): Promise<{ alert: AlertRecord; write: Write } | undefined> {
  const row = await run.system.table.get(keys.alert(task, episode));
  if (!row) return undefined;
  const alert = alertFromRow(row);
  const planned = await plan(alert);
  if (!planned) return undefined;
  const listed = withNoticesToWrite(alert, planned.to, planned.pending);
  const same: Condition = { equals: ['w', row.w as string] };
  return { alert: listed, write: { ...alertWrite(listed), if: [same] } };
}
