import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { amount } from '../functions/platform/amounts.ts';
import { type Equivalent, type FileReport, type Score, scoreOf } from './mutation-score.ts';
import { refuse, suiteArguments } from './suite-arguments.ts';
import { run } from './vitest-run.ts';

const HELP = `npm run test:mutation -- [--file FILE]... [--resume] [--survivors] [FOLDER]...

Changes one thing at a time in a copy of the code and runs the tests of units and properties that reach it: a change
that none of them notices is a test that is missing. Prints the figure of each file; the whole takes hours.

  FOLDER       a folder under functions/; without any: abandonment, episodes, notices, disabling, scanner, breaker, work, store
  --file FILE  a file, from the root of the repository; may be given several times, and beside folders
  --resume     skips files that did not change since they were measured; their figures are printed all the same
  --survivors  prints each change that no test noticed

What was measured stays in .local/mutation/: of a file that is measured again only what changed is run, in it or in
its tests. Changes that nobody could notice are named in test/mutation/equivalent.json, with the reason.
Exit code 1 where a file is below 90 %, or where what is named as equivalent is noticed, or no more there.
`;

const FOLDERS = ['abandonment', 'episodes', 'notices', 'disabling', 'scanner', 'breaker', 'work', 'store'];
const GOAL = 90;
const REPORTS = '.local/mutation/reports';
const EQUIVALENTS = 'test/mutation/equivalent.json';

const { values, positionals } = suiteArguments(
  HELP,
  {
    file: { type: 'string', multiple: true, default: [] },
    resume: { type: 'boolean', default: false },
    survivors: { type: 'boolean', default: false },
  },
  { allowPositionals: true },
);

function chosenFiles(): string[] {
  const isWhole = positionals.length === 0 && values.file.length === 0;
  const folders = isWhole ? FOLDERS : positionals.map((folder) => folder.replace(/^functions\/|\/$/g, ''));
  const ofFolders = folders.flatMap((folder) => {
    const found = globSync(`functions/${folder}/**/*.ts`).sort();
    if (found.length === 0) refuse(`functions/${folder} has no code`);
    return found;
  });
  for (const file of values.file) if (!existsSync(file)) refuse(`${file} is not there`);
  return [...new Set([...ofFolders, ...values.file])];
}

const reportPath = (file: string) => join(REPORTS, `${file}.json`);

function reportOf(file: string): FileReport | undefined {
  if (!existsSync(reportPath(file))) return undefined;
  const { files } = JSON.parse(readFileSync(reportPath(file), 'utf8')) as {
    files: Record<string, FileReport>;
  };
  return files[file];
}

function isMeasured(file: string): boolean {
  return reportOf(file)?.source === readFileSync(file, 'utf8');
}

/** Stryker writes its report when it is through: one run a file, so that a stop costs no more than the file under way. */
async function measure(file: string): Promise<void> {
  const before = existsSync(reportPath(file)) ? statSync(reportPath(file)).mtimeMs : 0;
  await mkdir(dirname(reportPath(file)), { recursive: true });
  const code = await run('stryker', [
    'run',
    'stryker.config.json',
    '--mutate',
    file,
    '--incrementalFile',
    reportPath(file),
  ]);
  if (code !== 0) throw new Error(`${file} could not be measured`);
  if (reportOf(file) !== undefined && statSync(reportPath(file)).mtimeMs === before)
    throw new Error(`${file} was not measured`);
}

function print({ file, figure, killed, counted, equivalent, survivors, unfounded }: Score): void {
  const mark = figure < GOAL ? 'BELOW' : 'ok   ';
  const left = equivalent === 0 ? '' : `, ${equivalent} equivalent`;
  process.stdout.write(
    `${mark} ${file.padEnd(48)} ${figure.toFixed(1).padStart(5)} % (${killed} of ${counted}${left})\n`,
  );
  if (values.survivors)
    for (const { line, mutated } of survivors) process.stdout.write(`      ${line}: ${mutated}\n`);
  for (const mutated of unfounded)
    process.stdout.write(`      named as equivalent, but noticed or no more there: ${mutated}\n`);
}

const equivalents = JSON.parse(readFileSync(EQUIVALENTS, 'utf8')) as Equivalent[];
const scores: Score[] = [];
for (const file of chosenFiles()) {
  if (!values.resume || !isMeasured(file)) await measure(file);
  // A file of types alone has nothing to change.
  const score = scoreOf(file, reportOf(file) ?? { source: '', mutants: [] }, equivalents);
  print(score);
  scores.push(score);
}
const below = scores.filter(({ figure }) => figure < GOAL);
const unfounded = scores.filter((score) => score.unfounded.length > 0);
process.stdout.write(`${amount(scores.length, 'file')} measured, ${below.length} below ${GOAL} %\n`);
process.exitCode = below.length + unfounded.length > 0 ? 1 : 0;
