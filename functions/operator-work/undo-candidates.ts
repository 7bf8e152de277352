import type { Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { loadTasks } from '../store/tasks.ts';
import { type TurnedOff, turnedOffBy, turnedOffSince } from '../store/turned-off.ts';
import { bulkUndoRefusal } from './kinds/undo.ts';

/** Whose disablings are undone: those of one scan, or all since an instant, below a prefix. */
export type UndoneTogether = ({ run: string } | { since: Instant }) & { prefix?: string };

/** A task that was disabled, and why that is not undone where it is not. */
export interface UndoCandidate {
  task: string;
  /** The scan that disabled it last. */
  run: string;
  refusal: string | undefined;
}

/** What scans disabled, by id, as it stands now. */
export async function undoCandidates(
  { table }: Pick<System, 'table'>,
  what: UndoneTogether,
): Promise<UndoCandidate[]> {
  const rows = 'run' in what ? turnedOffBy(table, what.run) : turnedOffSince(table, what.since);
  const { prefix = '' } = what;
  const newest = new Map<string, TurnedOff>();
  for await (const row of rows) {
    if (row.task.startsWith(prefix) && row.at >= (newest.get(row.task)?.at ?? 0)) newest.set(row.task, row);
  }
  const records = await loadTasks(table, newest.keys());
  return [...newest.values()]
    .map(({ task, run }) => ({ task, run, refusal: bulkUndoRefusal(records.get(task), run) }))
    .sort((a, b) => (a.task < b.task ? -1 : 1));
}
