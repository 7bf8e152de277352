import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PLANTED_BUGS, type PlantedBug } from './planted-bug-list.ts';
import { refuse, suiteArguments } from './suite-arguments.ts';

const HELP = `Plants bugs one at a time in a copy of the tree, never in the tree itself, and runs the short seed of the suites on
each: it must find every one of them.

  npm run test:planted

  --only TEXT  the bugs whose name holds it; may be given several times
  --list       prints their names, and plants none

Exit code 1 where one was missed.
`;

const { values } = suiteArguments(HELP, {
  only: { type: 'string', multiple: true, default: [] },
  list: { type: 'boolean', default: false },
});
for (const text of values.only)
  if (!PLANTED_BUGS.some(({ name }) => name.includes(text)))
    refuse(`--only is ${JSON.stringify(text)}; --list prints the names`);
const isChosen = (name: string) =>
  values.only.length === 0 || values.only.some((text) => name.includes(text));
const bugs = PLANTED_BUGS.filter(({ name }) => isChosen(name));
if (values.list) {
  process.stdout.write(`${bugs.map(({ name }) => name).join('\n')}\n`);
  process.exit(0);
}

const SHORT_SEED = [
  'test/simulation/crash.test.ts',
  'test/simulation/soak.test.ts',
  'test/simulation/worker-decides.test.ts',
  'test/simulation/ses-answers.test.ts',
  'test/simulation/foreign-feedback.test.ts',
  'test/simulation/healthy-spells.test.ts',
  'test/simulation/breaker-trial.test.ts',
  'test/simulation/deadlines.test.ts',
  'test/property/garbage.test.ts',
  'test/simulation/webhooks.test.ts',
];
const COPIED = [
  'functions',
  'simulation',
  'emails',
  'test',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];
const root = process.cwd();

function copyTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'taskwarden-planted-'));
  for (const entry of COPIED) cpSync(join(root, entry), join(copy, entry), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

function plant(copy: string, { edits }: PlantedBug): void {
  for (const { file, from, to } of edits) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no text "${from}"`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
}

/** The first thing that failed; undefined where all passed. */
async function failureOf(copy: string): Promise<string | undefined> {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  try {
    await promisify(execFile)(process.execPath, [vitest, 'run', '--bail', '1', ...SHORT_SEED], {
      cwd: copy,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, NO_COLOR: '1' },
    });
    return undefined;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const output = `${stdout}${stderr}` || String(error);
    const line =
      output.split('\n').find((text) => /FAIL|Error:|promise \d+/.test(text)) ?? output.slice(-300);
    return line.trim().slice(0, 110);
  }
}

process.stdout.write('running the short seed without a bug\n');
const control = copyTree();
const broken = await failureOf(control);
rmSync(control, { recursive: true, force: true });
if (broken !== undefined) throw new Error(`without a bug the short seed fails: ${broken}`);

let missed = 0;
for (const bug of bugs) {
  const copy = copyTree();
  try {
    plant(copy, bug);
    const failure = await failureOf(copy);
    if (failure === undefined) missed += 1;
    process.stdout.write(
      `${failure === undefined ? 'MISSED' : 'found '}  ${bug.name.padEnd(52)} ${failure ?? ''}\n`,
    );
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
process.stdout.write(missed === 0 ? 'every planted bug was found\n' : `${missed} planted bugs were missed\n`);
process.exitCode = missed > 0 ? 1 : 0;
