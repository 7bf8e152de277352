import { parseArgs } from 'node:util';
import { differences } from '../test/simulation/reference/compare.ts';
import { EVERYTHING, randomScenario } from '../test/simulation/reference/random-scenario.ts';

/**
 * Compares `simulate` with the reference model (test/simulation/reference/) on random scenarios without faults.
 * `--schedules N` from `--seed S` on; `--show` prints the scenario of the first that differs; `--without` leaves
 * features out.
 */
const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    show: { type: 'boolean', default: false },
    without: { type: 'string', default: '' },
  },
});

const left = values.without.split(',');
const wanted = Object.fromEntries(
  Object.entries(EVERYTHING).map(([name, on]) => [name, on && !left.includes(name)]),
) as unknown as typeof EVERYTHING;
const first = Number(values.seed);
let differing = 0;
for (let seed = first; seed < first + Number(values.schedules); seed += 1) {
  const scenario = randomScenario(seed, wanted);
  const apart = await differences(scenario);
  if (apart.length === 0) continue;
  differing += 1;
  process.stdout.write(
    `seed ${seed}: ${apart.length} lines differ\n${apart
      .slice(0, 12)
      .map((line) => `  ${line}\n`)
      .join('')}`,
  );
  if (values.show) {
    process.stdout.write(`${JSON.stringify(scenario, null, 1)}\n`);
    break;
  }
}
process.stdout.write(`${values.schedules} scenarios, ${differing} differ\n`);
process.exitCode = differing > 0 ? 1 : 0;
