import { undoDisabling } from '../disabling/undo.ts';
import type { System } from '../platform/system.ts';
import { loadTask } from '../store/tasks.ts';
import { actOnTask } from './actions.ts';
import type { Wish } from './forms.ts';
import { actsIn, type TaskView } from './task-view.ts';

/** What the page says after an act. */
export type Done = 'keep' | 'snooze' | 'disable' | 'undo' | 'asked';

export type Acted =
  | { outcome: 'done'; said: Done }
  /** It cannot be done in the task's present state; nothing was changed. */
  | { outcome: 'not-now' };

/** Does what the recipient of a mail asks for one of its tasks. A wish that is fulfilled already counts as done. */
export async function fulfil(system: System, view: TaskView, by: string, wish: Wish): Promise<Acted> {
  const { state } = view.now;
  if (wish.action === 'disable' && (state === 'closing' || state === 'off'))
    return { outcome: 'done', said: 'disable' };
  if (wish.action === 'undo' && state === 'on-again') return { outcome: 'done', said: 'undo' };
  if (!actsIn(view.now).includes(wish.action)) return { outcome: 'not-now' };
  if (wish.action === 'undo') return undo(system, view.item.task, by);
  const { outcome } = await actOnTask(system, view.item.task, by, wish, view.item.episode);
  return outcome === 'done' ? { outcome, said: wish.action } : { outcome: 'not-now' };
}

/** One act, however often it is asked for: while the owning system is asked already, it is not asked again. */
async function undo(system: System, task: string, by: string): Promise<Acted> {
  const record = await loadTask(system.table, task);
  if (record?.disabledByUs?.undoneAt !== undefined) return { outcome: 'done', said: 'asked' };
  const undone = await undoDisabling(system, {
    task,
    by,
    reason: 'asked for on the owner’s page',
    isOperator: false,
  });
  if (undone.outcome === 'refused') return { outcome: 'not-now' };
  return { outcome: 'done', said: undone.outcome === 'enabled' ? 'undo' : 'asked' };
}
