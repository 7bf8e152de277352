import { decide } from '../../abandonment/decide.ts';
import { type Episode, isWindowed, type Notice } from '../../abandonment/task.ts';
import { waitingAfterMail, withMailOutcome } from '../../episodes/mail-outcome.ts';
import { isOpen } from '../../episodes/open-task.ts';
import type { System } from '../../platform/system.ts';
import { changeTask, type TaskChange } from '../../store/change-task.ts';
import { commit } from '../../store/commit.ts';
import type { FleetView } from '../../store/fleet-view.ts';
import { holderWrite, loadAlert, noticeDelete, noticeWrite } from '../../store/records.ts';
import type { DigestItem, DigestRecord, NoticeRecord, TaskRecord } from '../../store/rows.ts';
import { keys } from '../../store/rows.ts';
import type { Write } from '../../store/table.port.ts';
import { loadTask } from '../../store/tasks.ts';
import { triedOf } from './digest-facts.ts';
import { outcomeOf, standingOf } from './digest-states.ts';
import { enabledNotice } from './enabled-notice.ts';
import { storeOnTask } from './unchangeable.ts';

/**
 * Carries a digest's state over to the tasks and notices that were in it: grants or takes back what the mail said.
 * Idempotent, item by item (promises 4, 6, 7). A task whose row can never take it is left alone.
 */
export async function applyItems(system: System, view: FleetView, digest: DigestRecord): Promise<void> {
  for (const item of digest.items) {
    const told = { recipient: digest.recipient, task: item.task, episode: item.episode };
    const isStored = await storeOnTask(system, told, () => applyItem(system, view, digest, item));
    if (!isStored) await settleNotice(system, digest, item, true);
  }
}

async function applyItem(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  item: DigestItem,
): Promise<void> {
  // The task first, the notice after it, so that a crash between is mended.
  const { record, open } = await changeTask(system, item.task, (known) =>
    outcomeOn(system, view, digest, item, known),
  );
  if (bringsNews(digest, item, open)) await noteHolder(system, digest, item, record);
  await settleNotice(system, digest, item, open !== null);
}

/** Whether somebody holds from now on what an operator's undoing takes back, and the task's row does not say so. */
function bringsNews(digest: DigestRecord, { notice }: DigestItem, open: Episode | null): boolean {
  if (standingOf(digest.state) !== 'accepted') return false;
  return notice === 'disabled' || (notice === 'warning' && !open);
}

/** Notes who holds the mail; where the undoing was told already, it is told to them, too. */
async function noteHolder(
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

/** What the mail means for its task; the value: the task and its open episode as they were. */
async function outcomeOn(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  item: DigestItem,
  record: TaskRecord | undefined,
): Promise<TaskChange<{ record: TaskRecord | undefined; open: Episode | null }>> {
  if (!record || !isOpen(record) || record.open.number !== item.episode)
    return { value: { record, open: null } };
  const value = { record, open: record.open };
  const changed = withMailOutcome(record, outcomeOf(digest), item);
  if (changed === record) return { value };
  const now = system.clock.now();
  const decision = decide(await view.caseOf(changed), now);
  const policy = view.policies.for(item.task);
  const waiting = waitingAfterMail(changed, {
    decision,
    stage: policy.stage,
    isDated: item.disableAt !== null,
    now,
    confirmWithin: system.config.confirmWithin,
  });
  return { record: waiting, policy, value };
}

async function settleNotice(
  system: System,
  digest: DigestRecord,
  item: DigestItem,
  open: boolean,
): Promise<void> {
  const row = await system.table.get(keys.notice(digest.recipient, item.task, item.episode));
  const notice = row as unknown as NoticeRecord | undefined;
  // Where another notice waits it is a newer one, and says what holds today.
  const isNewest = !notice?.pending || notice.pending.notice === item.notice;
  if (digest.state === 'unsent' && !isWindowed(item.notice) && isNewest)
    return tellAgain(system, digest, item);
  if (notice?.pending?.notice !== item.notice || notice.pending.since !== item.asked) return;
  if (standingOf(digest.state) === 'void') return;
  await commit(system, `a notice of task ${item.task}`, async () => ({
    writes: [settledNotice(notice, open)],
    value: undefined,
    // A newer notice stands there by now, which says what holds today.
    refused: () => ({ value: undefined }),
  }));
}

/** A notice of what is past, put back as it was; a warning or a reminder is decided again. */
async function tellAgain(system: System, digest: DigestRecord, item: DigestItem): Promise<void> {
  const { recipient, address } = digest;
  const { task, episode, notice, since, asked } = item;
  const alert = await loadAlert(system.table, task, episode);
  const ends: Partial<Record<Notice, Record<string, unknown>>> = {
    disabled: { disabledAt: alert?.resolvedAt ?? asked },
    enabled: { enabledAt: (await loadTask(system.table, task))?.undo?.at ?? asked },
  };
  const end = ends[notice] ?? { resolvedReason: alert?.reason ?? 'policy' };
  const now = system.clock.now();
  const pending = { notice, since: asked, notBefore: now, facts: { since, ...triedOf(item), ...end } };
  const write = noticeWrite({ recipient, address, task, episode, pending });
  await commit(system, `a notice of task ${task}`, async () => ({ writes: [write], value: undefined }));
}

/** The notice row after the mail: gone with its episode, or kept without a pending notice. */
function settledNotice({ recipient, address, task, episode, w }: NoticeRecord, open: boolean): Write {
  if (!open) return noticeDelete(recipient, task, episode, w);
  const { put } = noticeWrite({ recipient, address, task, episode, pending: null });
  return w === undefined ? { put } : { put, if: [{ equals: ['w', w] }] };
}
