import type { Episode } from '../abandonment/task.ts';
import type { TaskRecord } from '../store/tasks.ts';

/** A task with an open episode. */
export type OpenTask = TaskRecord & { open: Episode };

/** Whether a task has an open episode. */
export function isOpen(record: TaskRecord): record is OpenTask {
  return record.open !== null;
}

/** The task with parts of its open episode changed. */
export function withEpisode(record: OpenTask, change: Partial<Episode>): OpenTask {
  return { ...record, open: { ...record.open, ...change } };
}
