import { withUndoNotified } from '../episodes/undo.ts';
import { enabledNotice } from '../notices/send/enabled-notice.ts';
import { loadHolders } from '../store/holders.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { storeWithNotices } from './listed-notices.ts';
import type { Run } from './run.ts';

/**
 * Where an operator undid our disabling: asks for `enabled` notices for the reachable holders of its mails, recipients
 * still or not (docs/rules.md#recipients), once. Answers the record as it is then; undefined where the task
 * changed meanwhile.
 */
export async function notifyUndone(run: Run, record: TaskRecord): Promise<TaskRecord | undefined> {
  const { undo, task } = record;
  if (undo?.state !== 'enabled') return record;
  const { episode, at: enabledAt } = undo;
  const isOn = task.enabled && task.deletedAt === undefined;
  return storeWithNotices(
    run,
    withUndoNotified(record),
    isOn
      ? {
          episode,
          plan: async (alert) => ({
            to: await run.view.reachableOf(await loadHolders(run.system.table, task.id, episode)),
            pending: enabledNotice(alert, enabledAt, run.now),
          }),
        }
      : undefined,
  );
}
