import { actOnTask, type OwnerAct } from '../functions/owner-page/actions.ts';
import { storePreferences } from '../functions/owner-page/preferences.ts';
import type { System } from '../functions/platform/system.ts';
import type { OwnerAction } from './scenario-types.ts';

/** Does what an owner does through his page; false where it was refused or had no meaning. */
export async function actAsOwner(system: System, action: OwnerAction): Promise<boolean> {
  if (action.action === 'unsubscribe') {
    await storePreferences(system, action.by, { declined: true });
    return true;
  }
  const acted = await actOnTask(system, action.task, action.by, actOf(action));
  return acted.outcome === 'done';
}

function actOf(action: Exclude<OwnerAction, { action: 'unsubscribe' }>): OwnerAct {
  if (action.action === 'keep') {
    return action.for === null ? { action: 'keep' } : { action: 'keep', for: action.for };
  }
  return action.action === 'snooze' ? { action: 'snooze', for: action.for } : { action: 'disable' };
}
