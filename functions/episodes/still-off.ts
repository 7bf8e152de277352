import { triedSince } from '../abandonment/healthy-spells.ts';
import type { ScopedPolicy } from '../abandonment/policy.ts';
import { restorableUntil, stillOffAt } from '../abandonment/restorable.ts';
import type { Instant } from '../abandonment/time.ts';
import type { AlertRecord } from '../store/alerts.ts';
import type { PendingNotice } from '../store/notices.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { type DisabledByUs, isDisabledByUs } from './undo.ts';

/** Whether it is time to remind the recipients of a task that it is still off (docs/rules.md#after-the-disabling). */
export function isStillOffDue(
  record: TaskRecord,
  policy: Pick<ScopedPolicy, 'stillOff'>,
  now: Instant,
): record is DisabledByUs {
  if (!isDisabledByUs(record) || record.task.enabled || record.task.deletedAt !== undefined) return false;
  const due = stillOffAt(record.disabledByUs, policy);
  return due !== null && due <= now;
}

/** The reminder was asked for, or there is none, in mode `detect` or too late: either way there is no other. */
export function withStillOffNotified(record: DisabledByUs): DisabledByUs {
  return { ...record, next: null, disabledByUs: { ...record.disabledByUs, reminded: true } };
}

/** What the reminder says; undefined once the task can no longer be enabled as it was, and in mode `detect`. */
export function stillOffNotice(
  { disabledByUs, evidence }: DisabledByUs,
  { since, type }: Pick<AlertRecord, 'since' | 'type'>,
  { mode }: Pick<ScopedPolicy, 'mode'>,
  now: Instant,
): PendingNotice | undefined {
  const { at: disabledAt, restorableUntil: ownEnd } = disabledByUs;
  if (mode === 'detect' || now >= restorableUntil(disabledAt, ownEnd)) return undefined;
  const facts = {
    ...(type === 'task_overdue' && { alert: type }),
    since,
    ...triedSince(evidence),
    disabledAt,
    ...(ownEnd !== undefined && { restorableUntil: ownEnd }),
    resolvedReason: 'disabled' as const,
  };
  return { notice: 'still-off', since: now, notBefore: now, facts };
}
