import { MINUTE, SECOND } from '../abandonment/time.ts';
import { METRIC } from '../platform/names.ts';
import { keys } from '../store/keys.ts';
import { allRows, ROW_VERSION } from '../store/rows.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import { recordOops } from '../work/oops.ts';
import type { Budget } from './generator.ts';
import type { Run } from './run.ts';
import { type Step, type StepRecord, stepFromRow } from './step.ts';

/** A run begins nothing more when so little of its time is left. */
const MARGIN_MS = 15 * SECOND;

/**
 * Takes each step in its turn; one that fails backs off and stops no other (promise 15).
 *
 * @param remainingMs how long until the function is stopped
 * @returns whether one of them came to no end, for time ran out
 */
export async function takeSteps(
  run: Run,
  steps: readonly Step[],
  remainingMs: () => number,
): Promise<boolean> {
  const budget: Budget = { spent: () => remainingMs() < MARGIN_MS };
  const stored = await loadSteps(run);
  let unfinished = false;
  for (const step of steps) {
    if (step.afterDecisions && unfinished) continue;
    const before = stored.get(step.name) ?? newStep(step.name);
    if (before.notBefore > run.now) continue;
    const after = await takeOne(run, step, before, budget);
    if (after.cursor !== null) unfinished = true;
    await storeStep(run, before, after);
  }
  return unfinished;
}

async function loadSteps({ system }: Run): Promise<Map<string, StepRecord>> {
  const rows = await allRows(system.table, { pk: keys.step('').pk });
  return new Map(rows.map((row) => [row.sk, stepFromRow(row)]));
}

function newStep(name: string): StepRecord {
  return { name, cursor: null, failures: 0, notBefore: 0 };
}

async function takeOne(run: Run, step: Step, before: StepRecord, budget: Budget): Promise<StepRecord> {
  try {
    const { cursor } = await step.run(run, budget, before.cursor);
    return { ...before, cursor, failures: 0, notBefore: 0 };
  } catch (error) {
    const { name: item } = step;
    const failures = before.failures + 1;
    await recordOops(run.system, { worker: 'scanner', item, attempt: failures, cause: 'fault', error });
    run.system.telemetry.metric(METRIC.stepFailed, 1, 'Count', { step: item });
    const wait = failures < 3 ? 0 : Math.min(60, 2 ** (failures - 3)) * MINUTE;
    return { ...before, failures, notBefore: wait === 0 ? 0 : run.now + wait };
  }
}

async function storeStep(run: Run, before: StepRecord, after: StepRecord): Promise<void> {
  const same =
    before.cursor === after.cursor &&
    before.failures === after.failures &&
    before.notBefore === after.notBefore;
  if (same) return;
  const row = { ...keys.step(after.name), v: ROW_VERSION, ...after };
  try {
    await writeUnlessRefused(run.system, [{ put: row }], `where ${after.name} is`);
  } catch (error) {
    // It is taken again from where it was, which every step must bear; it keeps no other from being taken.
    const { name: step } = after;
    run.system.telemetry.log('warn', 'step not stored', { step, error: String(error) });
  }
}
