import { QUEUED_AGAIN_AFTER } from '../abandonment/next-look.ts';
import { refusedUntil } from '../abandonment/refused.ts';
import type { Asker, Disabling, Episode, Refused } from '../abandonment/task.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import type { TaskRecord } from '../store/tasks.ts';
import type { OpenTask } from './open-task.ts';

/** A task on its way to be disabled, or whose disabling was refused. */
export type DisablingTask = OpenTask & { open: Episode & { disabling: Disabling } };

/** Whether a task is on its way to be disabled, or its disabling was refused. */
export function isDisabling(record: TaskRecord): record is DisablingTask {
  return record.open?.disabling !== undefined;
}

/** Why a task is disabled, as the owning system and the audit read it. */
export function reasonOf({ by }: Asker, alert?: Episode['alert']): string {
  if (by === 'person') return 'its owner asked for it';
  return alert === 'task_overdue' ? 'past its deadline; its notice is over' : 'abandoned; its grace is over';
}

/** The run that asked for a disabling; null where a person did. */
export function runOf(asker: Asker): string | null {
  return asker.by === 'run' ? asker.run : null;
}

/**
 * Puts a task on its way to be disabled. Without progress a scan queues it again, half an hour later. What a person asked
 * for is evaluated by the next scan before that, which finds it over or lets it wait for the rest of its half an hour.
 */
export function withDisabling(record: OpenTask, asker: Asker, now: Instant): DisablingTask {
  const disabling: Disabling = { state: 'queued', asker, queuedAt: now, attempts: 0 };
  const at = asker.by === 'run' ? now + QUEUED_AGAIN_AFTER : now;
  return { ...record, open: { ...record.open, disabling }, next: { at, why: 'look' } };
}

/** What stays of a disabling whatever comes of it, and that its control plane may have done it. */
function withoutState(disabling: Disabling) {
  const { state: _, requestedAt: _requestedAt, refused: _refused, ...rest } = disabling;
  return rest;
}

/** Queued again, where there was no progress. What its control plane may have done already stays asked for. */
export function queuedAgain(record: DisablingTask, now: Instant): DisablingTask {
  const { unanswered, ...rest } = withoutState(record.open.disabling);
  const disabling: Disabling = unanswered
    ? { ...rest, state: 'requested', queuedAt: now, requestedAt: now, unanswered }
    : { ...rest, state: 'queued', queuedAt: now };
  const next = { at: now + QUEUED_AGAIN_AFTER, why: 'look' as const };
  return { ...record, open: { ...record.open, disabling }, next };
}

/**
 * The owning system is about to be asked: noted before, so that its confirmation finds what it answers.
 *
 * @param decided what it was decided on; absent where a person asked
 */
export function requested(
  record: DisablingTask,
  now: Instant,
  confirmWithin: Duration,
  decided?: Record<string, unknown>,
): DisablingTask {
  const { open } = record;
  const { unanswered: _, ...rest } = withoutState(open.disabling);
  const { asker, attempts } = rest;
  const disabling: Disabling = {
    ...rest,
    state: 'requested',
    requestedAt: now,
    attempts: attempts + 1,
  };
  return {
    ...record,
    open: { ...open, disabling },
    asked: {
      at: now,
      episode: open.number,
      asker,
      since: open.since,
      ...(open.alert && { alert: open.alert }),
      ...(decided && { decided }),
    },
    next: { at: now + confirmWithin, why: 'look' },
  };
}

/**
 * Its control plane cannot be asked now, or nobody knows what became of the request: it stays due, and is queued again after a
 * while.
 *
 * @param before as it was before it was noted that the control plane is asked
 * @param isUnasked whether nothing was sent this time
 */
export function putOff(
  record: DisablingTask,
  before: DisablingTask,
  isUnasked: boolean,
  now: Instant,
): DisablingTask {
  const { asked, open } = isUnasked ? before : record;
  const { unanswered: _, ...rest } = withoutState(open.disabling);
  const disabling: Disabling =
    asked?.episode === open.number
      ? { ...rest, state: 'requested', queuedAt: now, requestedAt: now, unanswered: true }
      : { ...rest, state: 'queued', queuedAt: now };
  const next = { at: now + QUEUED_AGAIN_AFTER, why: 'look' as const };
  return { ...record, asked, open: { ...record.open, disabling }, next };
}

/**
 * Its control plane says that it is no longer what was decided upon, and did nothing: off its way, with nothing to be confirmed
 * (promise 9). Decided anew once it was listed again, or is heard of otherwise.
 */
export function takenBack(record: DisablingTask, evaluateAt: Instant): OpenTask {
  return { ...withoutDisabling(record, evaluateAt), asked: null };
}

/** The owning system refused: held, and not asked for a day, unless somebody clears it or edits the task. */
export function refused(record: DisablingTask, why: Refused): DisablingTask {
  const { open } = record;
  const { unanswered: _, ...rest } = open.disabling;
  const disabling: Disabling = { ...rest, state: 'refused', refused: why };
  const refusals = (open.refusals ?? 0) + 1;
  return { ...record, open: { ...open, disabling, refusals }, next: { at: why.at, why: 'look' } };
}

/** The task as if nobody had put it on its way: whether its disabling is due is decided on that. */
export function asBeforeDisabling(record: OpenTask): OpenTask {
  const { disabling: _, ...open } = record.open;
  return { ...record, open };
}

/** Off its way to be disabled, to be decided anew at the next scan. */
export function withoutDisabling(record: OpenTask, now: Instant): OpenTask {
  return { ...asBeforeDisabling(record), next: { at: now, why: 'look' } };
}

/**
 * A refusal was about the version that was asked for, and holds for a day: then it is decided anew. What a person asked
 * for is asked again.
 */
export function withoutStaleRefusal(record: TaskRecord, now: Instant): TaskRecord {
  if (!isDisabling(record)) return record;
  const { task, open } = record;
  const { refused: why } = open.disabling;
  if (!why || refusedUntil(task, open.disabling, now) !== null) return record;
  if (open.disabling.asker.by === 'run' || why.version !== task.version) return withoutDisabling(record, now);
  const { unanswered: _, ...asked } = withoutState(open.disabling);
  const disabling: Disabling = { ...asked, state: 'queued', queuedAt: why.at };
  return { ...record, open: { ...open, disabling }, next: { at: now, why: 'look' } };
}
