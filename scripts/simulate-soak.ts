import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { onAllCores } from '../simulation/soak/cores.ts';
import { type SoakResult, shrunkSeed } from '../simulation/soak/soak.ts';
import { suiteArguments, wholeNumber } from './suite-arguments.ts';

const HELP = `Random schedules with random faults on all cores; every promise is checked after each step. Figures as JSON at the end.

  npm run simulate:soak

  --schedules N  how many (1000)
  --seed S       the first of them (1)
  --resume       goes on with the schedules of the last call that was stopped

A seed that fails is shrunk to a scenario file under .local/soak/ that \`taskwarden simulate\` replays. Exit code 1 where one failed.
`;

const { values } = suiteArguments(HELP, {
  schedules: { type: 'string', default: '1000' },
  seed: { type: 'string', default: '1' },
  resume: { type: 'boolean', default: false },
});

const FOLDER = '.local/soak';
const PROGRESS = `${FOLDER}/progress.json`;
/** More failing seeds than these are not shrunk. */
const MOST_SHRUNK = 5;

const first = wholeNumber('seed', values.seed);
const schedules = wholeNumber('schedules', values.schedules, 1);
const state = {
  seed: first,
  schedules: 0,
  whole: 0,
  failed: [] as number[],
  checks: {} as Record<string, number>,
  repeatsInWindow: 0,
  mails: 0,
  longestMs: 0,
  ms: 0,
};
mkdirSync(FOLDER, { recursive: true });
if (values.resume) Object.assign(state, JSON.parse(readFileSync(PROGRESS, 'utf8')));

/** Seeds are begun in order and a few are under way at once: what a stop cuts off is run again. */
let next = first + state.schedules;
const msBefore = state.ms;
const started = performance.now();

function* seeds(): Generator<number> {
  for (; next < first + schedules; ) {
    next += 1;
    yield next - 1;
  }
}

function count(result: SoakResult): void {
  state.schedules += 1;
  state.ms = msBefore + performance.now() - started;
  if (result.isWhole) state.whole += 1;
  for (const [promise, times] of result.checks) {
    state.checks[promise] = (state.checks[promise] ?? 0) + times;
  }
  state.repeatsInWindow += result.repeats;
  state.mails += result.mails;
  state.longestMs = Math.max(state.longestMs, result.longest);
  if (result.broken.length > 0) {
    state.failed.push(result.seed);
    process.stdout.write(`FAILED seed ${result.seed}: ${result.broken[0]}\n`);
  }
  if (state.schedules % 500 !== 0) return;
  writeFileSync(PROGRESS, JSON.stringify(state));
  process.stdout.write(
    `${state.schedules} of ${schedules}, ${perMinute()} a minute, ${state.failed.length} failed\n`,
  );
}

function perMinute(): number {
  return Math.round(state.schedules / (state.ms / 60_000));
}

const core = new URL('../simulation/soak/soak-core.ts', import.meta.url);
await onAllCores<number, SoakResult>(core, seeds(), count);
writeFileSync(PROGRESS, JSON.stringify(state));
for (const seed of state.failed.slice(0, MOST_SHRUNK)) {
  const file = `${FOLDER}/failing-${seed}.json`;
  writeFileSync(file, `${JSON.stringify(await shrunkSeed(seed), null, 2)}\n`);
  process.stdout.write(`taskwarden simulate ${file}\n`);
}
const { ms, failed, longestMs, ...figures } = state;
const minutes = Math.round(longestMs / 60_000);
const cores = availableParallelism();
process.stdout.write(
  `${JSON.stringify({ ...figures, failed: failed.length, schedulesPerMinute: perMinute(), cores, seconds: Math.round(ms / 1000), longestMinutesFromDateToOff: minutes })}\n`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
