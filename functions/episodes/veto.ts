import type { Case } from '../abandonment/decide.ts';
import type { HoldReason, ResolveReason } from '../abandonment/task.ts';
import type { TaskRecord } from '../store/tasks.ts';

/** Counts a user's publication that ends or prevents an episode, each once. */
export function withVeto(record: TaskRecord, reason: ResolveReason | HoldReason, taskCase: Case): TaskRecord {
  const at = taskCase.task.publishedByUserAt;
  if (reason !== 'user-published' || at === undefined || record.vetoes?.lastAt === at) return record;
  return { ...record, vetoes: { count: (record.vetoes?.count ?? 0) + 1, lastAt: at } };
}
