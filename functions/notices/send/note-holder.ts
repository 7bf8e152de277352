import type { System } from '../../platform/system.ts';
import { loadAlert } from '../../store/alerts.ts';
import { commit } from '../../store/commit.ts';
import type { DigestItem, DigestRecord } from '../../store/digests.ts';
import { holderWrite } from '../../store/holders.ts';
import { keys } from '../../store/keys.ts';
import { noticeWrite } from '../../store/notices.ts';
import type { Write } from '../../store/table/table.port.ts';
import type { TaskRecord } from '../../store/tasks.ts';
import { enabledNotice } from './enabled-notice.ts';

/** Notes who holds the mail; where others heard of the undoing already, they are notified, too. */
export async function noteHolder(
  system: System,
  { recipient, address }: DigestRecord,
  { task, episode }: DigestItem,
  record: TaskRecord | undefined,
): Promise<void> {
  const now = system.clock.now();
  const alert = await loadAlert(system.table, task, episode);
  const { undo } = record ?? {};
  const isUndone = undo?.state === 'told' && undo.episode === episode && record?.task.enabled === true;
  const key = keys.holder(task, episode, recipient);
  await commit(system, `who holds a mail about task ${task}`, async () => {
    if (!alert || (await system.table.get(key))) return { value: undefined };
    const writes: Write[] = [{ ...holderWrite(task, episode, recipient, now), if: [{ absent: true }] }];
    if (isUndone) {
      const pending = enabledNotice(alert, undo.at, now);
      writes.push(noticeWrite({ recipient, address, task, episode, pending }));
    }
    return { writes, value: undefined };
  });
}
