import { type AlertRecord, alertFromRow, alertWrite } from './alerts.ts';
import type { Writing } from './commit.ts';
import { keys } from './keys.ts';
import { noticeDelete, noticeWrite } from './notices.ts';
import type { Condition } from './table/table.port.ts';

/** Notices per transaction, beside the alert that lists them. */
const CHUNK = 90;

/**
 * Writes the notices that an alert lists as not written yet, in chunks: each goes off the list in the transaction
 * that writes it, so that a run that dies loses none and writes none twice. Does nothing where another was first:
 * who changed the list goes on with it.
 */
export async function writeListedNotices(writing: Writing, listed: AlertRecord): Promise<void> {
  const { table, random, clock } = writing;
  for (;;) {
    const row = await table.get(keys.alert(listed.task, listed.episode));
    const alert = row && alertFromRow(row);
    if (!alert || alert.untold.length === 0) return;
    const same: Condition = { equals: ['w', row.w as string] };
    const rest = { ...alertWrite({ ...alert, untold: alert.untold.slice(CHUNK) }), if: [same] };
    const result = await table.transact([rest, ...chunkOf(alert)], random.id(clock.now()));
    // Busy or refused: the repair of the next scan goes on from the list.
    if (result.outcome !== 'applied') return;
  }
}

function chunkOf({ task, episode, untold }: AlertRecord) {
  return untold.slice(0, CHUNK).map((notice) =>
    notice.pending
      ? noticeWrite({
          recipient: notice.key,
          address: notice.address,
          task,
          episode,
          pending: notice.pending,
        })
      : noticeDelete(notice.key, task, episode),
  );
}
