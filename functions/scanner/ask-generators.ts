import { METRIC } from '../platform/names.ts';
import { recordOops } from '../work/oops.ts';
import { BANDS, type Budget, type Generator } from './generator.ts';
import type { Run } from './run.ts';

/** Asks each generator for work, band by band; one that fails stops no other (promise 15), and no scan. */
export async function askGenerators(
  run: Run,
  generators: readonly Generator[],
  budget: Budget,
): Promise<void> {
  const inOrder = BANDS.flatMap((band) => generators.filter((one) => one.band === band));
  for (const generator of inOrder) await askOne(run, generator, budget);
}

async function askOne(run: Run, generator: Generator, budget: Budget): Promise<void> {
  try {
    await generator.run(run, budget, null);
  } catch (error) {
    const { name: item } = generator;
    await recordOops(run.system, { worker: 'scanner', item, attempt: 1, cause: 'fault', error });
    run.system.telemetry.metric(METRIC.generatorFailed, 1, 'Count', { generator: item });
  }
}
