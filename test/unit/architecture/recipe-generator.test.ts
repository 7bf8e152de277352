import { expect, it } from 'vitest';
import { START, workStage } from '../work/stage.ts';
import { Scratch } from './scratch.ts';

const REGISTRY = 'functions/scanner/generators.ts';

/** What somebody who follows the recipe writes: counts the eligible tasks of each data plane. */
const GENERATOR = `
import { loadCounts } from '../../store/counts.ts';
import type { Generator } from '../generator.ts';
import { sweep } from '../sweep.ts';

export const tasksPerPlaneGenerator: Generator = {
  name: 'tasks-per-plane',
  band: 'normal',
  everySeconds: 3_600,
  run: (run, budget, cursor) =>
    sweep(run, {
      name: 'tasks-per-plane',
      partitions: run.view.planes.map(({ name }) => ({
        items: [name],
        work: async () => {
          const counts = await loadCounts(run.system.table, name);
          const tasks = counts.reduce((sum, { eligible }) => sum + eligible, 0);
          run.system.telemetry.metric('TasksOfPlane', tasks, 'Count', { plane: name });
        },
      })),
      atOnce: 1,
      cursor,
      budget,
    }),
};
`;

it('the recipe "A generator" needs one file and one line, and its generator is asked with the next tick', async () => {
  const scratch = new Scratch('functions', 'emails', 'package.json');
  scratch.add('functions/scanner/generators/tasks-per-plane.ts', GENERATOR);
  scratch.addBehind(REGISTRY, 'GENERATORS: readonly Generator[] = [', 'tasksPerPlaneGenerator, ');
  scratch.addBehind(
    REGISTRY,
    '',
    "import { tasksPerPlaneGenerator } from './generators/tasks-per-plane.ts';\n",
  );

  const { system, table, metrics } = workStage();
  const plane = { pk: 'PLANES', sk: 'eu-1', v: 1, name: 'eu-1', state: 'up', since: START, lifeSignAt: null };
  const counts = { pk: 'COUNT#eu-1', sk: 'acmeCo', eligible: 3, alive: 2 };
  await table.transact(
    [{ put: { ...plane, unknown: [], outages: [], rev: 1 } }, { put: counts }],
    'a stage that runs',
  );
  const { runScan } =
    await scratch.load<typeof import('../../../functions/scanner/scan.ts')>('functions/scanner/scan.ts');
  await runScan(system, { scheduledAt: START, remainingMs: () => 900_000 });

  const counted = metrics.filter(({ name }) => name === 'TasksOfPlane');
  expect(counted.map(({ properties }) => properties)).toEqual([
    { generator: 'tasks-per-plane', plane: 'eu-1' },
  ]);
});
