import { amount, oneOr } from '../functions/platform/amounts.ts';
import { onAllCores } from '../simulation/soak/cores.ts';
import {
  EVERYTHING,
  MODES,
  type Mode,
  randomScenario,
  type Wanted,
} from '../test/simulation/reference/random-scenario.ts';
import type { Compared } from '../test/simulation/reference/reference-core.ts';
import { refuse, suiteArguments, wholeNumber } from './suite-arguments.ts';

const HELP = `Compares \`simulate\` with a second reading of the rules (test/simulation/reference/) on random scenarios.

  --schedules N     how many (1000)
  --seed S          the first of them (1)
  --mode M          usual, or spike (much is due at once), outage (most of a plane fails at once)
  --without A,B     leaves features out: ${Object.keys(EVERYTHING).join(', ')}
  --show            prints the scenario of --seed, and compares nothing

Exit code 1 where any differs: \`-\` is what the reading expects, \`+\` what \`simulate\` says.
`;

const { values } = suiteArguments(HELP, {
  schedules: { type: 'string', default: '1000' },
  seed: { type: 'string', default: '1' },
  mode: { type: 'string', default: 'usual' },
  show: { type: 'boolean', default: false },
  without: { type: 'string', default: '' },
});

const left = values.without.split(',');
const wanted: Wanted = { ...EVERYTHING };
for (const name of Object.keys(wanted) as (keyof Wanted)[]) {
  if (left.includes(name)) wanted[name] = false;
}
const first = wholeNumber('seed', values.seed);
const mode = MODES.find((name) => name === values.mode);
if (!mode) refuse(`--mode is ${JSON.stringify(values.mode)}; allowed: ${MODES.join(', ')}`);
const schedules = wholeNumber('schedules', values.schedules, 1);

function* seeds(mode: Mode): Generator<Compared> {
  for (let seed = first; seed < first + schedules; seed += 1) yield { seed, wanted, mode };
}

async function compareAll(chosen: Mode): Promise<void> {
  let [compared, differing] = [0, 0];
  const core = new URL('../test/simulation/reference/reference-core.ts', import.meta.url);
  await onAllCores<Compared, string[]>(core, seeds(chosen), (apart, { seed }) => {
    compared += 1;
    if (compared % 50 === 0) process.stdout.write(`${compared} of ${schedules}\n`);
    if (apart.length === 0) return;
    differing += 1;
    const shown = apart.slice(0, 12).map((line) => `  ${line}\n`);
    process.stdout.write(
      `seed ${seed}: ${amount(apart.length, 'line')} ${oneOr(apart.length, 'differs', 'differ')}\n${shown.join('')}`,
    );
  });
  process.stdout.write(
    `${amount(schedules, 'scenario')}, ${differing} ${oneOr(differing, 'differs', 'differ')}\n`,
  );
  process.exitCode = differing > 0 ? 1 : 0;
}

if (values.show) process.stdout.write(`${JSON.stringify(randomScenario(first, wanted, mode), null, 2)}\n`);
else await compareAll(mode);
