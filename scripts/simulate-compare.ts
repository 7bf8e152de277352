import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { differences } from './compare/differences.ts';
import { refuse, suiteArguments, wholeNumber } from './suite-arguments.ts';

const HELP = `Runs the same scenarios with the code of two commits and compares what \`simulate --json\` prints, byte for byte.

  npm run simulate:compare -- BASE [HEAD]

  BASE, HEAD        commits; HEAD is the working tree by default
  --random N        how many random scenarios beside those of the tests of BASE (500)
  --seed S          the first of the random ones (1)
  --no-tests        the random ones alone
  --keep            leaves the scenarios and what was printed in the temporary folder

The scenarios of BASE's tests are gathered by running them once, which takes minutes, and kept in .local/compare/.
Exit code 1 where any scenario differs: \`-\` is what BASE prints, \`+\` what HEAD does.
`;

const ROOT = resolve(import.meta.dirname, '..');
const HERE = join(import.meta.dirname, 'compare');

const { values, positionals } = suiteArguments(
  HELP,
  {
    random: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    'no-tests': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
  { allowPositionals: true },
);
wholeNumber('random', values.random);
wholeNumber('seed', values.seed);

function git(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr.trim()}`);
  return stdout.trim();
}

/** Runs a program of ours to its end; throws where it fails, unless it may. */
async function runProgram(
  program: string,
  args: string[],
  { env = {}, mayFail = false }: { env?: Record<string, string>; mayFail?: boolean } = {},
): Promise<void> {
  const stdio = ['ignore', mayFail ? 'ignore' : 'inherit', 'inherit'] as const;
  const child = spawn(program, args, { cwd: ROOT, stdio: [...stdio], env: { ...process.env, ...env } });
  const code = await new Promise((done, failed) => child.on('error', failed).on('exit', done));
  if (code !== 0 && !mayFail) throw new Error(`${args[0]} ended with ${code}`);
}

/** The files of a commit, with the installed packages of this checkout. */
function checkOut(commit: string, folder: string): string {
  git('worktree', 'add', '--quiet', '--detach', folder, commit);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Copies the scenarios that the tests of a checkout run; gathers them where that was not done before. */
async function takeScenariosOfTests(checkout: string, commit: string, into: string): Promise<void> {
  const kept = join(ROOT, '.local/compare', commit);
  if (!existsSync(kept)) {
    const gathered = `${into}-of-tests`;
    mkdirSync(gathered);
    const env = { TASKWARDEN_CHECKOUT: checkout, TASKWARDEN_SCENARIOS: gathered };
    // A test that fails has given its scenarios all the same.
    await runProgram('vitest', ['run', '--config', join(HERE, 'collect.config.ts')], { env, mayFail: true });
    if (readdirSync(gathered).length === 0) throw new Error('the tests ran no scenario');
    cpSync(gathered, kept, { recursive: true });
  }
  cpSync(kept, into, { recursive: true });
  const cases = join(checkout, 'test/cases');
  if (existsSync(cases)) cpSync(cases, into, { recursive: true });
}

async function runAll(checkout: string, scenarios: string, results: string): Promise<string> {
  mkdirSync(results);
  await runProgram('node', [join(HERE, 'run-scenarios.ts'), checkout, scenarios, results]);
  return results;
}

async function compare(folder: string, checkouts: string[], commit: string, head?: string): Promise<void> {
  const base = checkOut(commit, join(folder, 'base'));
  checkouts.push(base);
  const changed = head === undefined ? ROOT : checkOut(head, join(folder, 'head'));
  if (changed !== ROOT) checkouts.push(changed);
  const scenarios = join(folder, 'scenarios');
  mkdirSync(scenarios);
  if (!values['no-tests']) await takeScenariosOfTests(base, commit, scenarios);
  await runProgram('node', [join(HERE, 'write-random.ts'), base, scenarios, values.random, values.seed]);
  const [before, after] = await Promise.all([
    runAll(base, scenarios, join(folder, 'before')),
    runAll(changed, scenarios, join(folder, 'after')),
  ]);
  report(readdirSync(scenarios), before, after);
}

function report(names: string[], before: string, after: string): void {
  let differing = 0;
  const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8');
  for (const name of names) {
    const apart = differences(read(before, name), read(after, name));
    if (apart.length === 0) continue;
    differing += 1;
    process.stdout.write(`${name}\n${apart.map((line) => `  ${line}\n`).join('')}`);
  }
  process.stdout.write(`${names.length} scenarios, ${differing} differ\n`);
  process.exitCode = differing > 0 || names.length === 0 ? 1 : 0;
}

async function main(base: string, head?: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'taskwarden-compare-'));
  const checkouts: string[] = [];
  try {
    await compare(folder, checkouts, git('rev-parse', `${base}^{commit}`), head);
  } finally {
    for (const checkout of checkouts) git('worktree', 'remove', '--force', checkout);
    if (values.keep) process.stdout.write(`${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

const [base, head] = positionals;
if (base === undefined) refuse('BASE is missing', HELP);
await main(base, head);
