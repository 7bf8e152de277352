import type { Instant } from '../abandonment/time.ts';
import { milestoneWrite } from '../store/milestones.ts';
import type { Write } from '../store/table/table.port.ts';
import type { TaskRecord } from '../store/tasks.ts';

/**
 * What facts count where a task that we disabled is off by us no more: enabled, or deleted. To be written with the change.
 *
 * @param before the task before; undefined where it was not known
 */
export function leftWrites(before: TaskRecord | undefined, after: TaskRecord, at: Instant): Write[] {
  const { disabledByUs } = before ?? {};
  if (!before || !disabledByUs?.counted || before.task.deletedAt !== undefined) return [];
  const isDeleted = after.task.deletedAt !== undefined;
  if (!isDeleted && !after.task.enabled) return [];
  const wasAsked = disabledByUs.undoneAt !== undefined;
  const why = isDeleted ? 'deleted' : wasAsked ? 'undone' : 'published';
  const { episode, counted } = disabledByUs;
  return [milestoneWrite({ kind: 'left', at, task: before.task.id, episode, ...counted, why })];
}
