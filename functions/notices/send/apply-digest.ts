import { type Case, decide } from '../../abandonment/decide.ts';
import { type Episode, isOpening } from '../../abandonment/task.ts';
import type { Instant } from '../../abandonment/time.ts';
import { withAnnouncementOutcome } from '../../episodes/announce.ts';
import { cellOf } from '../../episodes/cell.ts';
import { waitingAfterMail, withMailOutcome, withPossibleDate } from '../../episodes/mail-outcome.ts';
import { newsOfChange } from '../../episodes/news.ts';
import { isOpen } from '../../episodes/open-task.ts';
import type { System } from '../../platform/system.ts';
import { changeTask, type TaskChange } from '../../store/change-task.ts';
import type { DigestItem, DigestRecord } from '../../store/digests.ts';
import type { FleetView } from '../../store/fleet-view.ts';
import { milestoneWrite } from '../../store/milestones.ts';
import type { Write } from '../../store/table/table.port.ts';
import type { TaskRecord } from '../../store/tasks.ts';
import { type AppliedItem, closeNotice } from './close-notice.ts';
import { outcomeOf } from './digest-states.ts';
import { noteHolder } from './note-holder.ts';
import { storeOnTask } from './unchangeable.ts';

/**
 * Carries a digest's state over to the tasks and notices that were in it: grants or takes back what the mail said.
 * Idempotent, item by item (promises 4, 6, 7). A task whose row can never take it is left alone.
 */
export async function applyItems(system: System, view: FleetView, digest: DigestRecord): Promise<void> {
  const mail = outcomeOf(digest);
  for (const item of digest.items) {
    const notice = { recipient: digest.recipient, task: item.task, episode: item.episode };
    const applied = { digest, mail, item };
    const isStored = await storeOnTask(system, notice, () => applyItem(system, view, applied));
    if (!isStored) await closeNotice(system, applied, true);
  }
}

/**
 * Nobody knows yet whether a mail was taken: its dates bind from now on, as if it was (promise 2). What else it grants
 * waits until its outcome is known.
 */
export async function bindDates(
  system: System,
  view: FleetView,
  { recipient, claimedAt, items }: DigestRecord,
): Promise<void> {
  for (const item of items.filter(({ disableAt, notice }) => disableAt !== null && notice !== 'stopping')) {
    const notice = { recipient, task: item.task, episode: item.episode };
    await storeOnTask(system, notice, () => bindDate(system, view, claimedAt, item));
  }
}

async function bindDate(system: System, { policies }: FleetView, claimedAt: Instant, item: DigestItem) {
  await changeTask(system, item.task, (record) => {
    if (!record || !isOpen(record) || record.open.number !== item.episode) return { value: undefined };
    const bound = withPossibleDate(record, claimedAt, item);
    if (bound === record) return { value: undefined };
    return { record: bound, policy: policies.for(item.task), value: undefined };
  });
}

async function applyItem(system: System, view: FleetView, applied: AppliedItem): Promise<void> {
  // The task first, the notice after it, so that a crash between is mended.
  const { record, open } = await changeTask(system, applied.item.task, (before) =>
    outcomeOn(system, view, applied, before),
  );
  if (bringsNews(applied, open)) await noteHolder(system, applied.digest, applied.item, record);
  await closeNotice(system, applied, open !== null || applied.item.notice === 'stopping');
}

/** Whether somebody holds from now on what an operator's undoing takes back, and the task's row does not say so. */
function bringsNews({ mail, item: { notice } }: AppliedItem, open: Episode | null): boolean {
  if (mail.standing !== 'accepted') return false;
  return notice === 'disabled' || (isOpening(notice) && !open);
}

/** What the mail means for its task; the value: the task and its open episode as they were. */
async function outcomeOn(
  system: System,
  view: FleetView,
  { mail, item }: AppliedItem,
  record: TaskRecord | undefined,
): Promise<TaskChange<{ record: TaskRecord | undefined; open: Episode | null }>> {
  if (record && item.notice === 'stopping') return announcedOn(system, view, { mail, item }, record);
  if (!record || !isOpen(record) || record.open.number !== item.episode)
    return { value: { record, open: null } };
  const value = { record, open: record.open };
  const changed = withMailOutcome(record, mail, item);
  if (changed === record) return { value };
  const now = system.clock.now();
  const taskCase = await view.caseOf(changed);
  const decision = decide(taskCase, now);
  const policy = view.policies.for(item.task);
  const waiting = waitingAfterMail(changed, {
    decision,
    mode: taskCase.policy.mode,
    isDated: item.disableAt !== null,
    askedAt: item.asked,
    now,
    confirmWithin: system.config.confirmWithin,
  });
  const beside = [
    ...firstWarned(record.open, changed.open, taskCase, now),
    ...newsOfChange(system, view.pausesRecord.webhooks, { before: record, after: waiting }),
  ];
  return { record: waiting, policy, value, beside };
}

/** That SES took the first warning of an episode, as facts count it. */
function firstWarned(before: Episode, after: Episode, taskCase: Case, at: Instant): Write[] {
  if (after.warned === before.warned) return [];
  const cell = cellOf(taskCase, after);
  return [milestoneWrite({ kind: 'warned', at, task: taskCase.task.id, episode: after.number, cell })];
}

/** What the mail means for the announcement of a task's own deadline, whatever episode is open. */
function announcedOn(
  system: System,
  view: FleetView,
  { mail, item }: Pick<AppliedItem, 'mail' | 'item'>,
  record: TaskRecord,
): TaskChange<{ record: TaskRecord | undefined; open: Episode | null }> {
  const value = { record, open: record.open };
  const changed = withAnnouncementOutcome(record, mail, item, system.clock.now());
  if (changed === record) return { value };
  const beside = newsOfChange(system, view.pausesRecord.webhooks, { before: record, after: changed });
  return { record: changed, policy: view.policies.for(item.task), beside, value };
}
