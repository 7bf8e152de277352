import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { amount } from '../functions/platform/amounts.ts';
import { type Equivalent, type FileReport, type Score, scoreOf } from './mutation-score.ts';
import { refuse, suiteArguments } from './suite-arguments.ts';
import { run } from './vitest-run.ts';

const HELP = `npm run test:mutation -- [--file FILE]... [--figures] [--survivors] [FOLDER]...

Changes one thing at a time in a copy of the code and runs the tests of units and properties that reach it: a change
that none of them notices is a test that is missing. Prints the figure of each file; the whole takes hours.

  FOLDER       a folder under functions/; without any: abandonment, episodes, notices, disabling, scanner, breaker, work, store
  --file FILE  a file, from the root of the repository; may be given several times, and beside folders
  --own-tests  runs the tests of the same folder alone: much quicker, and what only others would notice counts as not noticed
  --figures    runs nothing: prints the figures of what was measured before
  --survivors  prints each change that no test noticed

What was measured stays in .local/mutation/, also where Ctrl-C stops it: run again, it goes on, and runs what is left and
what changed since, in the code or in its tests. Beside other work on the machine a change may take too long and count as
noticed: measure alone. Changes that nobody could notice are named in test/mutation/equivalent.json, with the reason.
Exit code 1 where a file is below 90 %, or where what is named as equivalent is noticed, or no more there.
`;

const FOLDERS = ['abandonment', 'episodes', 'notices', 'disabling', 'scanner', 'breaker', 'work', 'store'];
const GOAL = 90;
const REPORT = '.local/mutation/report.json';
const EQUIVALENTS = 'test/mutation/equivalent.json';

const { values, positionals } = suiteArguments(
  HELP,
  {
    file: { type: 'string', multiple: true, default: [] },
    'own-tests': { type: 'boolean', default: false },
    figures: { type: 'boolean', default: false },
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

/** What is known of each file that was ever measured. */
function reports(): Record<string, FileReport> {
  if (!existsSync(REPORT)) return {};
  return (JSON.parse(readFileSync(REPORT, 'utf8')) as { files: Record<string, FileReport> }).files;
}

/** One run of Stryker a folder: it starts with all tests that reach the folder, which takes minutes for each run. */
async function measure(folder: string, files: readonly string[]): Promise<void> {
  if (values['own-tests']) process.env.MUTATION_TESTS = testsOf(folder);
  const code = await run('stryker', ['run', 'stryker.config.json', '--mutate', files.join(',')]);
  if (code === 0) return;
  process.stderr.write('stopped before the end: what was measured is kept, and the same command goes on\n');
  process.exit(1);
}

/** With all tests, those of a capability start once for all of its folders. */
function folderOf(file: string): string {
  return values['own-tests'] ? dirname(file) : file.split('/', 2).join('/');
}

/** The folder of tests that mirrors a folder of the code; that of the folder above where it has none. */
function testsOf(folder: string): string {
  const mirror = folder.replace('functions/', 'test/unit/');
  return existsSync(mirror) ? mirror : dirname(mirror);
}

function print({ file, figure, noticed, counted, equivalent, survivors, unfounded }: Score): void {
  const mark = figure < GOAL ? 'BELOW' : 'ok   ';
  const left = equivalent === 0 ? '' : `, ${equivalent} equivalent`;
  process.stdout.write(
    `${mark} ${file.padEnd(48)} ${figure.toFixed(1).padStart(5)} % (${noticed} of ${counted}${left})\n`,
  );
  if (values.survivors)
    for (const { line, mutated } of survivors) process.stdout.write(`      ${line}: ${mutated}\n`);
  for (const mutated of unfounded)
    process.stdout.write(`      named as equivalent, but noticed or no more there: ${mutated}\n`);
}

const equivalents = JSON.parse(readFileSync(EQUIVALENTS, 'utf8')) as Equivalent[];
const chosen = chosenFiles();
// Ctrl-C reaches Stryker too, which writes down what it knows before it ends.
process.on('SIGINT', () => {});
if (!values.figures)
  for (const [folder, files] of Map.groupBy(chosen, folderOf)) await measure(folder, files);
const reportOf = reports();
const scores: Score[] = [];
for (const file of chosen) {
  const report = reportOf[file];
  if (values.figures && report?.source !== readFileSync(file, 'utf8')) {
    process.stdout.write(`      ${file.padEnd(48)} not measured as it stands\n`);
    continue;
  }
  // A file of types alone has nothing to change.
  const score = scoreOf(file, report ?? { source: '', mutants: [] }, equivalents);
  print(score);
  scores.push(score);
}
const below = scores.filter(({ figure }) => figure < GOAL);
const unfounded = scores.filter((score) => score.unfounded.length > 0);
process.stdout.write(`${amount(scores.length, 'file')} measured, ${below.length} below ${GOAL} %\n`);
process.exitCode = below.length + unfounded.length > 0 ? 1 : 0;
