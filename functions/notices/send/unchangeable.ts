import type { System } from '../../platform/system.ts';
import { loadTask } from '../../store/tasks.ts';
import { classOf } from '../../work/failure-class.ts';
import { disablingOf, giveUp } from '../../work/given-up.ts';
import { recordOops } from '../../work/oops.ts';

/** A notice to one recipient, of one episode of a task. */
interface NoticeOfTask {
  recipient: string;
  task: string;
  episode: number;
}

/**
 * Stores on a task what became of a notice of it; false where its row can never take that. Then it is no longer
 * disabled, for the row does not know what was announced, operators are notified, and nothing else of the recipient
 * waits for it. Throws what is another's fault.
 */
export async function storeOnTask(
  system: System,
  notice: NoticeOfTask,
  store: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await store();
    return true;
  } catch (error) {
    if (classOf(error, 1) !== 'permanent') throw error;
    await leaveAlone(system, notice, error);
    return false;
  }
}

async function leaveAlone(
  system: System,
  { recipient, task, episode }: NoticeOfTask,
  error: unknown,
): Promise<void> {
  const failure = {
    worker: 'notify',
    item: `${recipient} ${task}`,
    attempt: 1,
    cause: 'fault',
    error,
  } as const;
  const fingerprint = await recordOops(system, failure);
  const version = (await loadTask(system.table, task))?.task.version;
  const work = { ...disablingOf(task, episode), fingerprint, ...(version === undefined ? {} : { version }) };
  await giveUp(system, work, error);
}
