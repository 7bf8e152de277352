import type { Case, Recipient } from '../abandonment/decide.ts';
import { isOfBeforeRestore } from '../abandonment/restored.ts';
import type { Episode, RecipientPart } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { type NewNotice, noticeWrites, type PendingNotice } from '../store/notices.ts';
import { asBeforeDisabling } from './disabling.ts';
import { type OpenTask, withEpisode } from './open-task.ts';
import { withoutSpike } from './spike.ts';
import type { Basis, OpenStep } from './transition.ts';

/** Asks for the warnings of the present grace, or of a new one, for as many recipients as one transaction takes. */
export function warn(
  record: OpenTask,
  { taskCase, room, now }: Basis,
  { to, newGrace }: { to: readonly Recipient[]; newGrace: boolean },
): OpenStep {
  const { task, open } = record;
  const restored = newGrace && isOfBeforeRestore(open, taskCase);
  const begun = restored ? decidedAnew(record) : record;
  const some = to.slice(0, room);
  const notices = some.map(({ key, address }): NewNotice => {
    return { key, address, pending: openingOf(open, now) };
  });
  return {
    record: withEpisode(begun, inGrace(open, taskCase, some, newGrace)),
    beside: noticeWrites(task.id, open.number, notices),
    told: some.map(({ key }) => key),
    isCut: some.length < to.length,
  };
}

/** What was decided before the table was restored binds nobody: neither an approval nor a disabling under way. */
function decidedAnew(record: OpenTask): OpenTask {
  return withoutSpike(asBeforeDisabling(record));
}

/**
 * The notice by which an episode first tells a recipient; that of an overdue task takes no place of the warm-up limit.
 */
function openingOf({ alert, firedAt, since }: Episode, now: Instant): PendingNotice {
  const asked = { since: now, notBefore: now };
  return alert === 'task_overdue'
    ? { notice: 'overdue', ...asked }
    : { notice: 'warning', ...asked, order: { firedAt, since } };
}

/** What changes in an episode whose recipients are to be warned; a new grace arms all reminder steps anew. */
function inGrace(
  open: Episode,
  taskCase: Case,
  warned: readonly Recipient[],
  newGrace: boolean,
): Partial<Episode> {
  const { policy, restoredAt } = taskCase;
  const { mode, modeRaisedAt } = policy;
  const grace = newGrace ? open.grace + 1 : open.grace;
  const parts: Record<string, RecipientPart> = { ...open.told };
  for (const { key, address } of warned) {
    parts[key] = { address, grace, warning: 'pending', dated: mode === 'disable' };
  }
  return {
    told: parts,
    grace,
    disableAfter: newGrace ? policy.disableAfter : open.disableAfter,
    graceMode: mode,
    ...(newGrace && modeRaisedAt !== null ? { modeRaisedAt } : {}),
    ...(newGrace && restoredAt !== undefined && isOfBeforeRestore(open, taskCase) ? { restoredAt } : {}),
  };
}
