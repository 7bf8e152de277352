import { formatInstant, type Instant } from '../../functions/abandonment/time.ts';
import { undoDisabling } from '../../functions/disabling/undo.ts';
import {
  approveHeld,
  dismissDeletion,
  dismissOutage,
  dismissReversal,
} from '../../functions/operators/approvals.ts';
import { pause, resume } from '../../functions/operators/pauses.ts';
import { reviveRecipient } from '../../functions/operators/recipients.ts';
import type { System } from '../../functions/platform/system.ts';
import { turnedOffBy } from '../../functions/store/turned-off.ts';
import type { Pausable } from '../scenario/scenario-types.ts';

/** Whom the audit names. */
const OPERATOR = 'operator';

/** Pauses or resumes a part of the work, as an operator does by the command line. */
export async function pauseWork(system: System, what: Pausable, paused: boolean): Promise<void> {
  if (paused) await pause(system, what, OPERATOR);
  else await resume(system, what, OPERATOR);
}

/** Enables again what was disabled: one task, or all of a run. */
export async function undoWork(system: System, what: { task: string } | { run: Instant }): Promise<void> {
  const act = { by: OPERATOR, reason: 'undone', isOperator: true };
  if ('task' in what) {
    await undoDisabling(system, { ...what, ...act });
    return;
  }
  const run = formatInstant(what.run);
  for await (const { task } of turnedOffBy(system.table, run))
    await undoDisabling(system, { ...act, task, run });
}

/** Lets an address be mailed again; false where it was not suppressed. */
export async function reviveAddress(system: System, address: string): Promise<boolean> {
  return (await reviveRecipient(system, address, OPERATOR)).outcome === 'revived';
}

/** Approves all that the blast radius holds at this instant. */
export async function approveWork(system: System): Promise<string[]> {
  return approveHeld(system, OPERATOR);
}

/**
 * Ends the correlated outage of a data plane, or the parking of its tasks, or what holds a task whose disabling was reverted, where
 * there is one; whether tasks were parked.
 */
export async function dismissWork(system: System, of: string): Promise<boolean> {
  await dismissOutage(system, of, OPERATOR);
  const { dismissed } = await dismissDeletion(system, of, OPERATOR);
  await dismissReversal(system, of, OPERATOR);
  return dismissed;
}
