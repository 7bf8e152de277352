import type { Instant } from '../functions/abandonment/time.ts';
import { undoDisabling, undoRun } from '../functions/disabling/undo.ts';
import { approveHeld, dismissOutage } from '../functions/operators/brakes.ts';
import { pause, resume } from '../functions/operators/pauses.ts';
import type { System } from '../functions/platform/system.ts';
import type { Pausable } from './scenario-types.ts';

/** Whom the audit names. */
const OPERATOR = 'operator';

/** Pauses or resumes a part of the work, as an operator does by the command line. */
export async function pauseWork(system: System, what: Pausable, paused: boolean): Promise<void> {
  if (paused) await pause(system, what, OPERATOR);
  else await resume(system, what, OPERATOR);
}

/** Turns on again what was turned off: one task, or all of a run. */
export async function undoWork(system: System, what: { task: string } | { run: Instant }): Promise<void> {
  const act = { by: OPERATOR, reason: 'undone' };
  if ('task' in what) await undoDisabling(system, { ...what, ...act, isOperator: true });
  else await undoRun(system, { ...what, ...act });
}

/** Approves all that the blast radius holds at this instant. */
export async function approveWork(system: System): Promise<string[]> {
  return approveHeld(system, OPERATOR);
}

/** Ends the correlated outage of a data plane, where there is one. */
export async function dismissPlane(system: System, dataPlane: string): Promise<void> {
  await dismissOutage(system, dataPlane, OPERATOR);
}
