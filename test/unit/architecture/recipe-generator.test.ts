import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { START, workStage } from '../work/stage.ts';
import { ROOT } from './pages.ts';

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

let copy: string;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'taskwarden-recipe-'));
  for (const part of ['functions', 'emails', 'package.json'])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

it('the recipe "A generator" needs one file and one line, and its generator is asked with the next tick', async () => {
  writeFileSync(join(copy, 'functions/scanner/generators/tasks-per-plane.ts'), GENERATOR);
  const registry = readFileSync(join(copy, REGISTRY), 'utf8');
  const line = "import { tasksPerPlaneGenerator } from './generators/tasks-per-plane.ts';\n";
  const added = registry.replace(/(GENERATORS: readonly Generator\[\] = \[)/, '$1tasksPerPlaneGenerator, ');
  expect(added).not.toBe(registry);
  writeFileSync(join(copy, REGISTRY), `${line}${added}`);

  const { system, table, metrics } = workStage();
  const plane = { pk: 'PLANES', sk: 'eu-1', v: 1, name: 'eu-1', state: 'up', since: START, lifeSignAt: null };
  const counts = { pk: 'COUNT#eu-1', sk: 'acmeCo', eligible: 3, alive: 2 };
  await table.transact(
    [{ put: { ...plane, unknown: [], outages: [], rev: 1 } }, { put: counts }],
    'a stage that runs',
  );
  const { runScan } = await import(pathToFileURL(join(copy, 'functions/scanner/scan.ts')).href);
  await runScan(system, { scheduledAt: START, remainingMs: () => 900_000 });

  const counted = metrics.filter(({ name }) => name === 'TasksOfPlane');
  expect(counted.map(({ properties }) => properties)).toEqual([
    { generator: 'tasks-per-plane', plane: 'eu-1' },
  ]);
});
