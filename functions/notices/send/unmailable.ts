import { withTried } from '../../episodes/recipient-part.ts';
import type { System } from '../../platform/system.ts';
import { changeRecipient } from '../../store/change-recipient.ts';
import { changeTask } from '../../store/change-task.ts';
import type { FleetView } from '../../store/fleet-view.ts';
import { noticeClosed, noticeDelete } from '../../store/notices.ts';
import { newRecipient, type RecipientRecord } from '../../store/recipients.ts';
import { recordOops } from '../../work/oops.ts';
import { evaluateNotified } from './evaluate-notified.ts';
import { storeOnTask } from './unchangeable.ts';
import type { Waiting } from './waiting.ts';

/**
 * No mail can be written to a recipient, whatever it says: suppressed, as one whom SES refuses, so that others are
 * notified in their stead (promise 4) and nobody else waits. It leaves one failure record, permanent: it says nothing of
 * the next recipient.
 *
 * @param why never the address
 */
export async function recordUnmailable(
  system: System,
  { key, address }: RecipientRecord,
  why: string,
): Promise<void> {
  const error = new Error(`no mail can be written to this recipient: ${why}`);
  error.name = 'RecipientUnmailable';
  await recordOops(system, { worker: 'notify', item: key, attempt: 1, cause: 'permanent', error });
  // Before they are suppressed: the next attempt sends nothing to one who is, and would not come here again.
  await evaluateNotified(system, key);
  await changeRecipient(system, key, (before) => {
    const current = before ?? newRecipient(key, address);
    const dead = { reason: 'unmailable', at: system.clock.now() } as const;
    return { recipient: current.dead ? undefined : { ...current, dead }, value: undefined };
  });
}

/**
 * One notice cannot be written, whoever is to read it: it is set aside with a failure record that names it, and the
 * other notices of the recipient go. What it was to say counts as tried and not taken, so that its task is held until
 * somebody was notified (promise 1).
 */
export async function setAside(
  system: System,
  view: FleetView,
  notice: Waiting,
  cause: unknown,
): Promise<void> {
  const { recipient, task } = notice;
  const error = new Error(`a notice cannot be written: ${cause instanceof Error ? cause.name : 'not known'}`);
  error.name = 'NoticeUnwritable';
  const item = `${recipient} ${task}`;
  await recordOops(system, { worker: 'notify', item, attempt: 1, cause: 'permanent', error });
  const isStored = await storeOnTask(system, notice, () => storeTried(system, view, notice));
  if (isStored) return;
  const gone = noticeDelete(recipient, task, notice.episode, notice.w);
  // Refused where a newer one stands there by now, or busy: then it is set aside with the next mail.
  await system.table.transact([gone], system.random.id(system.clock.now()));
}

/** Notes on its task that a notice was tried and not taken, and takes it away. */
function storeTried(system: System, view: FleetView, notice: Waiting): Promise<void> {
  const { recipient, task, episode, pending } = notice;
  return changeTask(system, task, (record) => {
    const tried = withTried(record, { recipient, episode, notice: pending.notice }, system.clock.now());
    const change = {
      beside: [noticeClosed(notice, tried !== undefined)],
      value: undefined,
      // A newer notice stands there by now.
      refused: () => ({ value: undefined }),
    };
    return tried ? { ...change, record: tried, policy: view.policies.for(task) } : change;
  });
}
