import { actOnTask, type OwnerAct } from '../../functions/owner-page/actions.ts';
import { saysOf } from '../../functions/owner-page/entitlement.ts';
import { storePreferences } from '../../functions/owner-page/preferences.ts';
import type { System } from '../../functions/platform/system.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import type { OwnerAction } from '../scenario/scenario-types.ts';

/** Does what a person does through the page; false where they have no say, or where it was refused or had no meaning. */
export async function actAsOwner(system: System, action: OwnerAction): Promise<boolean> {
  if (!(await hasSay(system, action))) return false;
  if (action.action === 'unsubscribe') {
    await storePreferences(system, action.by, { declined: true });
    return true;
  }
  const result = await actOnTask(system, action.task, action.by, actOf(action));
  return result.outcome === 'done';
}

async function hasSay(system: System, { task, by }: OwnerAction): Promise<boolean> {
  const record = await loadTask(system.table, task);
  return record !== undefined && (await saysOf(system.table, [record.task], by))(record.task);
}

function actOf(action: Exclude<OwnerAction, { action: 'unsubscribe' }>): OwnerAct {
  if (action.action === 'keep') {
    return action.for === null ? { action: 'keep' } : { action: 'keep', for: action.for };
  }
  return action.action === 'snooze' ? { action: 'snooze', for: action.for } : { action: 'disable' };
}
