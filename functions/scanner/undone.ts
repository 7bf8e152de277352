import type { Instant } from '../abandonment/time.ts';
import { withNoticesToWrite, withUndoNotified } from '../episodes/undo.ts';
import { enabledNotice } from '../notices/send/enabled-notice.ts';
import { type AlertRecord, alertFromRow, alertWrite } from '../store/alerts.ts';
import { storeTask } from '../store/change-task.ts';
import { loadHolders } from '../store/holders.ts';
import { keys } from '../store/keys.ts';
import type { Condition, Write } from '../store/table/table.port.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { writeListedNotices } from '../store/untold.ts';
import type { Run } from './run.ts';

/**
 * Where an operator undid our disabling: asks for `enabled` notices for the living holders of its mails, recipients
 * still or not (docs/rules.md#recipients), once. Answers the record as it is then; undefined where the task
 * changed meanwhile.
 */
export async function tellUndone(run: Run, record: TaskRecord): Promise<TaskRecord | undefined> {
  const { undo, task } = record;
  if (undo?.state !== 'enabled') return record;
  const isOn = task.enabled && task.deletedAt === undefined;
  const listed = isOn ? await listedFor(run, task.id, undo.episode, undo.at) : undefined;
  const writes = listed ? [listed.write] : [];
  const policy = run.view.policies.for(task.id);
  const stored = await storeTask(run.system, withUndoNotified(record), policy, ...writes);
  if (stored && listed) await writeListedNotices(run.system, listed.alert);
  return stored;
}

/** The alert with its holders' notices on the list of what is to be written. */
async function listedFor(
  run: Run,
  task: string,
  episode: number,
  enabledAt: Instant,
): Promise<{ alert: AlertRecord; write: Write } | undefined> {
  const row = await run.system.table.get(keys.alert(task, episode));
  const alert = row && alertFromRow(row);
  if (!alert) return undefined;
  const living = await run.view.reachableOf(await loadHolders(run.system.table, task, episode));
  const pending = enabledNotice(alert, enabledAt, run.now);
  const listed = withNoticesToWrite(alert, living, pending);
  const same: Condition = { equals: ['w', row.w as string] };
  return { alert: listed, write: { ...alertWrite(listed), if: [same] } };
}
