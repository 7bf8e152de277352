import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How many tests or checks passed and failed. */
export interface Tally {
  passed: number;
  failed: number;
}

/** The part of Vitest's JSON report that is counted. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

/** Runs a program (in a folder) with the terminal's output, and nothing on its input; gives its exit code. */
export function run(program: string, args: readonly string[], cwd?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], ...(cwd && { cwd }) });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/**
 * Runs Vitest (behind other programs, where `before` names some) and counts. A file that could not even be
 * read counts as one failure, and so does a run that failed although no test did. A program before Vitest
 * may end well without starting it.
 */
export async function runVitest(args: readonly string[], before: readonly string[] = []): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'taskwarden-tests-'));
  const file = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const [program = 'vitest', ...rest] = [...before, 'vitest', 'run', ...args, ...reporters];
  try {
    const code = await run(program, rest);
    const text = await readFile(file, 'utf8').catch(() => '');
    return tallyOf(text, code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Counts Vitest's JSON report; `code`: how Vitest ended. */
export function tallyOf(text: string, code: number): Tally {
  if (text === '') return { passed: 0, failed: code === 0 ? 0 : 1 };
  const report = JSON.parse(text) as Report;
  const unread = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + unread.length;
  return { passed: report.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
}

/** Adds tallies up. */
export function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((total, { passed }) => total + passed, 0),
    failed: tallies.reduce((total, { failed }) => total + failed, 0),
  };
}

/** Ends with the one line that says how it went, and an exit code to match. */
export function conclude({ passed, failed }: Tally): void {
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
