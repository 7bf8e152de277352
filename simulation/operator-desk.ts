import { formatInstant, type Instant } from '../functions/abandonment/time.ts';
import { undoDisabling } from '../functions/disabling/undo.ts';
import type { System } from '../functions/platform/system.ts';
import { loadPauses, lookWrite, pausesWrite } from '../functions/store/records.ts';
import type { PausesRecord, TaskRecord } from '../functions/store/rows.ts';
import type { Table } from '../functions/store/table.port.ts';
import type { Pausable } from './scenario-types.ts';

/** Pauses or resumes a part of the work; everything open is looked at by the next scan. */
export async function pauseWork(system: System, what: Pausable, paused: boolean): Promise<void> {
  const pauses = await loadPauses(system.table);
  const now = system.clock.now();
  if ((pauses[what] !== null) === paused) return;
  const writes = [pausesWrite(paused ? { ...pauses, [what]: now } : resumed(pauses, what, now)), lookWrite('ALL', now)];
  const result = await system.table.transact(writes, system.random.id(now));
  if (result.outcome !== 'applied') throw new Error(`${what} could not be paused or resumed: ${result.outcome}`);
}

function resumed(pauses: PausesRecord, what: Pausable, now: Instant): PausesRecord {
  const from = pauses[what];
  const next = { ...pauses, [what]: null };
  if (what !== 'evaluate' || from === null) return next;
  return { ...next, evaluatePaused: [...pauses.evaluatePaused, { from, to: now }] };
}

/** Turns on again what was turned off: one task, or all of a run. */
export async function undoWork(system: System, what: { task: string } | { run: Instant }): Promise<void> {
  const tasks = 'task' in what ? [what.task] : await turnedOffBy(system.table, formatInstant(what.run));
  for (const task of tasks) await undoDisabling(system, { task, by: 'operator', reason: 'undone' });
}

async function turnedOffBy(table: Table, run: string): Promise<string[]> {
  const tasks: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.scan(cursor);
    for (const row of page.rows) {
      const { task, disabledByUs } = row as unknown as TaskRecord;
      if (row.sk === 'T' && disabledByUs?.run === run) tasks.push(task.id);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return tasks.sort();
}
