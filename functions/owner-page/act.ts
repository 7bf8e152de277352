import { type Duration, type Instant, MINUTE } from '../abandonment/time.ts';
import { undoDisabling } from '../disabling/undo.ts';
import { normaliseAddress } from '../platform/addresses.ts';
import type { System } from '../platform/system.ts';
import { actOnTask } from './actions.ts';
import type { OwnerRequest } from './forms.ts';
import { actsIn, type Done, isOfNoEpisode, type TaskView } from './task-view.ts';

export type RequestResult =
  /** `isRepeat`: it was done before, and nothing was changed. */
  | { outcome: 'done'; said: Done; isRepeat?: true }
  /** It cannot be done in the task's present state; nothing was changed. */
  | { outcome: 'not-now' };

/** Does what the recipient of a mail asks for one of its tasks. A request that is met already counts as done. */
export async function fulfil(
  system: System,
  view: TaskView,
  by: string,
  request: OwnerRequest,
): Promise<RequestResult> {
  const { state } = view.now;
  if (request.action === 'disable' && (state === 'closing' || state === 'off'))
    return { outcome: 'done', said: 'disable', isRepeat: true };
  if (request.action === 'undo' && state === 'on-again')
    return { outcome: 'done', said: 'undo', isRepeat: true };
  if (request.action === 'not-mine' && state === 'disclaimed')
    return { outcome: 'done', said: request.action, isRepeat: true };
  if (isRepeat(system.clock.now(), view, by, request))
    return { outcome: 'done', said: request.action, isRepeat: true };
  if (!actsIn(view.now).includes(request.action)) return { outcome: 'not-now' };
  if (request.action === 'undo') return undo(system, view.item.task, by);
  const { task, episode } = view.item;
  const { outcome } = await actOnTask(
    system,
    task,
    by,
    request,
    isOfNoEpisode(view.item) ? undefined : episode,
  );
  return outcome === 'done' ? { outcome, said: request.action } : { outcome: 'not-now' };
}

/** Ends of a keep that are as near are the same: a form counts from the minute in which it is posted. */
const NEAR: Duration = MINUTE;

/** Whether somebody keeps or snoozes what they keep or snooze already in the same way: one act, however often posted. */
function isRepeat(
  now: Instant,
  { now: state, keepMax }: TaskView,
  by: string,
  request: OwnerRequest,
): boolean {
  if (state.state !== 'kept' || (request.action !== 'keep' && request.action !== 'snooze')) return false;
  const { kind, until, by: whose, reason } = state.keep;
  const isSame =
    kind === request.action && reason === request.reason && whose === (normaliseAddress(by) ?? by);
  return isSame && Math.abs(until - now - (request.for ?? keepMax)) < NEAR;
}

async function undo(system: System, task: string, by: string): Promise<RequestResult> {
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
