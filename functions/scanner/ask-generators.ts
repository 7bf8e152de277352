import { MINUTE, SECOND } from '../abandonment/time.ts';
import { keys } from '../store/keys.ts';
import { allRows, ROW_VERSION } from '../store/rows.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import { recordOops } from '../work/oops.ts';
import { type Budget, type Generator, type GeneratorRecord, generatorFromRow } from './generator.ts';
import type { Run } from './run.ts';

/** A run stops asking for work when so little of its time is left. */
const MARGIN_MS = 15 * SECOND;

/**
 * Asks each generator in its turn; one that fails backs off and stops no other (promise 15).
 *
 * @param remainingMs how long until the function is stopped
 * @returns whether one of them came to no end, for time ran out
 */
export async function askGenerators(
  run: Run,
  generators: readonly Generator[],
  remainingMs: () => number,
): Promise<boolean> {
  const budget: Budget = { spent: () => remainingMs() < MARGIN_MS };
  const known = await loadGenerators(run);
  let unfinished = false;
  for (const generator of generators) {
    if (generator.afterDecisions && unfinished) continue;
    const before = known.get(generator.name) ?? newGenerator(generator.name);
    if (before.notBefore > run.now) continue;
    const after = await askOne(run, generator, before, budget);
    if (after.cursor !== null) unfinished = true;
    await storeGenerator(run, before, after);
  }
  return unfinished;
}

async function loadGenerators({ system }: Run): Promise<Map<string, GeneratorRecord>> {
  const rows = await allRows(system.table, { pk: keys.generator('').pk });
  return new Map(rows.map((row) => [row.sk, generatorFromRow(row)]));
}

function newGenerator(name: string): GeneratorRecord {
  return { name, cursor: null, failures: 0, notBefore: 0 };
}

async function askOne(
  run: Run,
  generator: Generator,
  before: GeneratorRecord,
  budget: Budget,
): Promise<GeneratorRecord> {
  try {
    const { cursor } = await generator.run(run, budget, before.cursor);
    return { ...before, cursor, failures: 0, notBefore: 0 };
  } catch (error) {
    const { name: item } = generator;
    const failures = before.failures + 1;
    await recordOops(run.system, { worker: 'scanner', item, attempt: failures, cause: 'fault', error });
    run.system.telemetry.metric('GeneratorFailed', 1, 'Count', { generator: item });
    const wait = failures < 3 ? 0 : Math.min(60, 2 ** (failures - 3)) * MINUTE;
    return { ...before, failures, notBefore: wait === 0 ? 0 : run.now + wait };
  }
}

async function storeGenerator(run: Run, before: GeneratorRecord, after: GeneratorRecord): Promise<void> {
  const same =
    before.cursor === after.cursor &&
    before.failures === after.failures &&
    before.notBefore === after.notBefore;
  if (same) return;
  const row = { ...keys.generator(after.name), v: ROW_VERSION, ...after };
  try {
    await writeUnlessRefused(run.system, [{ put: row }], `where ${after.name} is`);
  } catch (error) {
    // It is asked again from where it was, which every generator must bear; it keeps no other from being asked.
    const { name: generator } = after;
    run.system.telemetry.log('warn', 'generator not stored', { generator, error: String(error) });
  }
}
