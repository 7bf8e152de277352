import { amount } from '../functions/platform/amounts.ts';
import { onAllCores } from '../simulation/soak/cores.ts';
import type { CrashPoint } from '../simulation/soak/crash.ts';
import { type CrashResult, CrashSuite, randomPairs } from '../simulation/soak/crash-suite.ts';
import { suiteArguments, wholeNumber } from './suite-arguments.ts';

const HELP = `A crash at every await of the eventful scenario, one by one, then pairs at random; figures as JSON at the end.

  npm run simulate:crash

  --pairs N  pairs of crashes (200)
  --seed S   by which they are drawn (1)

Exit code 1 where a crash left another outcome than none.
`;

const { values } = suiteArguments(HELP, {
  pairs: { type: 'string', default: '200' },
  seed: { type: 'string', default: '1' },
});
const pairs = wholeNumber('pairs', values.pairs);
const seed = wholeNumber('seed', values.seed);

const core = new URL('../simulation/soak/crash-core.ts', import.meta.url);
const started = performance.now();
const { plain } = await CrashSuite.prepare();
if (plain.broken.length > 0) throw new Error(`the run without crashes: ${plain.broken.join('; ')}`);
const points = plain.points;
process.stdout.write(`${points.length} crash points\n`);

const figures = { singles: 0, pairs: 0, died: 0, repeatsInWindow: 0, runsWithRepeats: 0, failed: 0 };

function count(result: CrashResult): void {
  figures[result.points.length === 1 ? 'singles' : 'pairs'] += 1;
  figures.died += result.died;
  figures.repeatsInWindow += result.repeats;
  if (result.repeats > 0) figures.runsWithRepeats += 1;
  if (result.changes.length > 0) {
    figures.failed += 1;
    process.stdout.write(`FAILED ${JSON.stringify(result.points)}: ${result.changes.join('; ')}\n`);
  }
  const runs = figures.singles + figures.pairs;
  if (runs % 500 === 0) {
    process.stdout.write(`${amount(runs, 'run')}, ${Math.round((performance.now() - started) / 1000)} s\n`);
  }
}

function* jobs(): Generator<CrashPoint[]> {
  for (const point of points) yield [point];
  yield* randomPairs(points, pairs, seed);
}

await onAllCores<CrashPoint[], CrashResult>(core, jobs(), count);
const seconds = Math.round((performance.now() - started) / 1000);
process.stdout.write(`${JSON.stringify({ crashPoints: points.length, ...figures, seconds })}\n`);
process.exitCode = figures.failed > 0 ? 1 : 0;
