import { QUEUED_AGAIN_AFTER } from '../abandonment/next-look.ts';
import type { Instant } from '../abandonment/time.ts';
import type { AlertRecord } from '../store/alerts.ts';
import type { NewNotice, PendingNotice } from '../store/notices.ts';
import type { TaskRecord } from '../store/tasks.ts';

/** A task that we disabled. */
export type DisabledByUs = TaskRecord & { disabledByUs: NonNullable<TaskRecord['disabledByUs']> };

/** Whether we disabled the task, and it was not enabled since. */
export function isDisabledByUs(record: TaskRecord): record is DisabledByUs {
  return record.disabledByUs !== null;
}

/**
 * Notes that somebody asks for our disabling to be taken back, before the owning system is asked: its answer, however
 * fast it comes, is not taken for a system that reverts our disabling.
 */
export function withUndoAsked(
  record: DisabledByUs,
  { by, isOperator }: { by: string; isOperator: boolean },
  at: Instant,
): DisabledByUs {
  const { episode } = record.disabledByUs;
  return {
    ...record,
    disabledByUs: { ...record.disabledByUs, undoneAt: at },
    undo: isOperator ? { episode, by, at, state: 'asked' } : record.undo,
  };
}

/** The owning system refused: where the note stayed, a later enabling by it would be taken for what was asked for. */
export function withUndoRefused(record: DisabledByUs, { disabledByUs, undo }: DisabledByUs): DisabledByUs {
  return { ...record, disabledByUs, undo };
}

/** The owning system took the request, and answers by publishing the task. */
export function withUndoRequested(record: DisabledByUs, now: Instant): DisabledByUs {
  return { ...record, disabledByUs: { ...record.disabledByUs, requestedAt: now } };
}

/** A task that we disabled, and that is on its way to be enabled. */
export type EnablingTask = DisabledByUs & {
  disabledByUs: { enabling: NonNullable<DisabledByUs['disabledByUs']['enabling']> };
};

/** Whether the control plane of a task that is listed is to be asked to enable it. */
export function isEnabling(record: TaskRecord): record is EnablingTask {
  return record.disabledByUs?.enabling !== undefined;
}

/**
 * Puts a task on its way to be enabled by its control plane, which only the disabler can ask. Where its message is lost
 * the next scan queues it again, at once.
 */
export function withEnabling(
  record: DisabledByUs,
  { by, reason }: { by: string; reason: string },
  now: Instant,
): EnablingTask {
  const enabling = { by, reason, at: now, nextAt: now };
  return { ...record, disabledByUs: { ...record.disabledByUs, requestedAt: now, enabling } };
}

/** Queued again, or its control plane cannot be asked now. */
export function enabledLater(record: EnablingTask, now: Instant): EnablingTask {
  const enabling = { ...record.disabledByUs.enabling, nextAt: now + QUEUED_AGAIN_AFTER };
  return { ...record, disabledByUs: { ...record.disabledByUs, enabling } };
}

/** Its control plane was asked, and says by its next listings what it did. */
export function enablingAsked({ disabledByUs, ...record }: EnablingTask): DisabledByUs {
  const { enabling: _, ...rest } = disabledByUs;
  return { ...record, disabledByUs: rest };
}

/** It stays off: its control plane did not do it, and an enabling by somebody else is none of those who asked. */
export function withoutEnabling({ disabledByUs, ...record }: EnablingTask): DisabledByUs {
  const { enabling: _, undoneAt: _undoneAt, requestedAt: _requestedAt, ...rest } = disabledByUs;
  const undo = record.undo?.state === 'asked' ? null : record.undo;
  return { ...record, undo, disabledByUs: rest };
}

/** The task is on again: its clock starts anew, and the next scan tells those who hold our mails. */
export function enabledAgain(record: DisabledByUs, at: Instant, now: Instant): TaskRecord {
  const enabled = { ...record, task: { ...record.task, enabled: true, enabledAt: at } };
  const anew = withClockAnew(enabled);
  return record.undo ? withUndoDone(anew, record.undo, at, now) : anew;
}

/**
 * A publication enabled the task, by a person or by its owning system. Where an operator had asked for it, the next
 * scan tells those who hold our mails; what a user publishes is no undoing.
 */
export function enabledByPublication(
  record: TaskRecord,
  { by, at }: { by: 'user' | 'system'; at: Instant },
  now: Instant,
): TaskRecord {
  const { undo } = record;
  const anew = withClockAnew(record);
  if (undo?.state !== 'asked' || by === 'user') return { ...anew, undo: null };
  return withUndoDone(anew, undo, at, now);
}

/** Twitches, restarts and causes before it was enabled are no sign of the next time. */
function withClockAnew(record: TaskRecord): TaskRecord {
  const { twitches: _, cause: _cause, ...evidence } = record.evidence;
  const { restarts } = evidence;
  return {
    ...record,
    evidence: { ...evidence, restarts: { ...restarts, atLoss: restarts.total } },
    disabledByUs: null,
    // What was kept of it was for this enabling.
    listed: record.listed && { revision: record.listed.revision },
  };
}

function withUndoDone(
  record: TaskRecord,
  undo: NonNullable<TaskRecord['undo']>,
  at: Instant,
  now: Instant,
): TaskRecord {
  return { ...record, undo: { ...undo, at, state: 'enabled' }, next: { at: now, why: 'look' } };
}

/** Those who hold our mails are notified of the undoing. */
export function withUndoNotified(record: TaskRecord): TaskRecord {
  return record.undo ? { ...record, undo: { ...record.undo, state: 'told' } } : record;
}

/** The alert of an episode with one notice for each of some recipients on the list of what is to be written. */
export function withNoticesToWrite(
  alert: AlertRecord,
  recipients: readonly Omit<NewNotice, 'pending'>[],
  pending: PendingNotice,
): AlertRecord {
  const others = alert.untold.filter(({ key }) => !recipients.some((recipient) => recipient.key === key));
  return { ...alert, untold: [...others, ...recipients.map((recipient) => ({ ...recipient, pending }))] };
}
