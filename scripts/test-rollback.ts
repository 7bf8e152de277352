import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAST_INSTANT, ROLLED_BACK_AT, runFleet, TAKEN_OVER_AT } from '../test/simulation/release-fleet.ts';

/**
 * Upgrades a fleet from the last release and rolls it back: this code takes over the rows of the last release, works on them, and
 * the code of REF takes over what it wrote. Its own verifier watches, and what it does is what it would have done alone.
 *
 *     npm run test:rollback -- REF    the tag of the last release
 */
const root = join(import.meta.dirname, '..');
const [ref] = process.argv.slice(2);
if (ref === undefined) throw new Error('name the tag of the last release');
const folder = mkdtempSync(join(tmpdir(), 'taskwarden-rollback-'));
try {
  unpack(ref);
  const rows = join(folder, 'rows.json');
  const recorded = { rows: releasedRows(), at: TAKEN_OVER_AT };
  writeFileSync(rows, JSON.stringify({ rows: (await runFleet(ROLLED_BACK_AT, recorded)).rows }));
  const story = runThere(['scripts/release-rows.ts', LAST_INSTANT, rows, ROLLED_BACK_AT]);
  const here = (await runFleet(LAST_INSTANT, recorded)).told.story;
  compare(here, story.trimEnd().split('\n'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The rows of the last release; of several files the newest. */
function releasedRows() {
  const [file = ''] = readdirSync(join(root, 'test', 'fixtures'))
    .filter((name) => name.startsWith('rows-'))
    .sort()
    .reverse();
  return JSON.parse(readFileSync(join(root, 'test', 'fixtures', file), 'utf8')).rows;
}

/** The tree of the last release, with the fleet of this one. */
function unpack(of: string): void {
  const archive = execFileSync('git', ['archive', of], { cwd: root, maxBuffer: 1024 ** 3 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'test', 'simulation'), { recursive: true });
  for (const name of ['release-fleet.ts', 'row-shapes.ts'])
    copyFileSync(join(root, 'test', 'simulation', name), join(folder, 'test', 'simulation', name));
  copyFileSync(join(root, 'scripts', 'release-rows.ts'), join(folder, 'scripts', 'release-rows.ts'));
}

function runThere(args: string[]): string {
  const tsx = join(root, 'node_modules', '.bin', 'tsx');
  return execFileSync(tsx, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1024 ** 3 });
}

function compare(here: string[], there: string[]): void {
  const only = (some: string[], others: string[]) => some.filter((line) => !others.includes(line));
  for (const line of only(here, there)) process.stdout.write(`- ${line}\n`);
  for (const line of only(there, here)) process.stdout.write(`+ ${line}\n`);
  process.stdout.write(`${there.length} effects after going back to ${ref}; no promise was broken\n`);
}
