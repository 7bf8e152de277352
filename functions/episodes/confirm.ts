import type { DisableRequest } from '../abandonment/task.ts';
import { DAY, type Duration, type Instant } from '../abandonment/time.ts';
import type { TaskRecord } from '../store/tasks.ts';

/** What the owning system says of a task that is off. */
export interface Word {
  /** Its version since. */
  version: number;
  at: Instant;
  /** The request it answers, where it names one. */
  requestId?: string | undefined;
  /** What its control plane kept of it (`ControlAnswer.kept`). */
  kept?: string | undefined;
  /** Until when it can be enabled again as it was, where the owning system says so. */
  restorableUntil?: Instant | undefined;
}

/** A confirmation that names no request answers the newest one for a day. */
const ANSWERED_WITHIN: Duration = DAY;

/** What a request to disable is called, so that its confirmation can name it. */
export function requestIdOf(task: string, episode: number): string {
  return `${task}#${episode}`;
}

/** What a request to enable again is called that undoes the disabling of an episode. */
export function undoRequestIdOf(task: string, episode: number): string {
  return `${requestIdOf(task, episode)}#undo`;
}

/** The request that a confirmation answers, also where the episode ended meanwhile; null where nobody asked. */
export function requestAnswered({ task, asked }: TaskRecord, { requestId, at }: Word): DisableRequest | null {
  if (!asked) return null;
  const answers =
    requestId === undefined
      ? at - asked.at < ANSWERED_WITHIN
      : requestId === requestIdOf(task.id, asked.episode);
  return answers ? asked : null;
}

/**
 * Whether a confirmation says something new. The owning system may publish the disabled task before it confirms: while
 * it was asked, its word is news all the same, also where the task was published anew since.
 */
export function isNews(record: TaskRecord, word: Word): boolean {
  const { task } = record;
  if (task.deletedAt !== undefined) return false;
  return (task.enabled && task.version <= word.version) || requestAnswered(record, word) !== null;
}

/** Whether the task was enabled again before its disabling was heard of. */
export function isOnAgain({ task }: TaskRecord, { version }: Word): boolean {
  return task.enabled && task.version > version;
}

/** The task once its disabling is heard of: off, or enabled again since. */
export function afterConfirmation(before: TaskRecord, word: Word): TaskRecord {
  return isOnAgain(before, word) ? enabledSince(before, word) : disabled(before, word);
}

function disabled(before: TaskRecord, { version }: Word): TaskRecord {
  const task = { ...before.task, enabled: false, version: Math.max(version, before.task.version) };
  return { ...before, task };
}

/** Its clock starts anew; where no person published since, a system reverted our disabling (promise 15). */
function enabledSince(before: TaskRecord, { at }: Word): TaskRecord {
  const task = { ...before.task, enabledAt: Math.max(at, before.task.enabledAt ?? 0) };
  if ((task.publishedByUserAt ?? 0) < at) task.reverted = { at: task.enabledAt, disabledAt: at };
  const { restarts } = before.evidence;
  const atLoss = restarts.total;
  return { ...before, task, evidence: { ...before.evidence, restarts: { ...restarts, atLoss } } };
}
