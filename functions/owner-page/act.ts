import { type Duration, type Instant, MINUTE } from '../abandonment/time.ts';
import { undoDisabling } from '../disabling/undo.ts';
import { normaliseAddress } from '../platform/addresses.ts';
import type { System } from '../platform/system.ts';
import { actOnTask } from './actions.ts';
import type { Wish } from './forms.ts';
import { actsIn, type Done, isOfNoEpisode, type TaskView } from './task-view.ts';

export type Acted =
  /** `isRepeat`: it was done before, and nothing was changed. */
  | { outcome: 'done'; said: Done; isRepeat?: true }
  /** It cannot be done in the task's present state; nothing was changed. */
  | { outcome: 'not-now' };

/** Does what the recipient of a mail asks for one of its tasks. A request that is met already counts as done. */
export async function fulfil(system: System, view: TaskView, by: string, wish: Wish): Promise<Acted> {
  const { state } = view.now;
  if (wish.action === 'disable' && (state === 'closing' || state === 'off'))
    return { outcome: 'done', said: 'disable', isRepeat: true };
  if (wish.action === 'undo' && state === 'on-again')
    return { outcome: 'done', said: 'undo', isRepeat: true };
  if (wish.action === 'not-mine' && state === 'disclaimed')
    return { outcome: 'done', said: wish.action, isRepeat: true };
  if (isRepeat(system.clock.now(), view, by, wish))
    return { outcome: 'done', said: wish.action, isRepeat: true };
  if (!actsIn(view.now).includes(wish.action)) return { outcome: 'not-now' };
  if (wish.action === 'undo') return undo(system, view.item.task, by);
  const { task, episode } = view.item;
  const { outcome } = await actOnTask(system, task, by, wish, isOfNoEpisode(view.item) ? undefined : episode);
  return outcome === 'done' ? { outcome, said: wish.action } : { outcome: 'not-now' };
}

/** Ends of a keep that are as near are the same: a form counts from the minute in which it is posted. */
const NEAR: Duration = MINUTE;

/** Whether somebody keeps or snoozes what they keep or snooze already in the same way: one act, however often posted. */
function isRepeat(now: Instant, { now: state, keepMax }: TaskView, by: string, wish: Wish): boolean {
  if (state.state !== 'kept' || (wish.action !== 'keep' && wish.action !== 'snooze')) return false;
  const { kind, until, by: whose, reason } = state.keep;
  const isSame = kind === wish.action && reason === wish.reason && whose === (normaliseAddress(by) ?? by);
  return isSame && Math.abs(until - now - (wish.for ?? keepMax)) < NEAR;
}

async function undo(system: System, task: string, by: string): Promise<Acted> {
  const undone = await undoDisabling(system, {
    task,
    by,
    reason: 'asked for on the owner’s page',
    isOperator: false,
  });
  if (undone.outcome === 'refused') return { outcome: 'not-now' };
  const word = undone.outcome === 'enabled' ? 'undo' : 'asked';
  return { outcome: 'done', said: word, ...(undone.isRepeat && { isRepeat: true }) };
}
