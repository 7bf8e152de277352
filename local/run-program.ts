import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { ROOT } from './local-aws.ts';
import { LocalProblem } from './progress.ts';

/** As much of a log as explains a failure. */
const TAIL_LINES = 25;

/**
 * Runs a program to its end, its output in a log file. It ends with this process.
 * @throws LocalProblem with the end of the log where it fails or is not there
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: { env: Record<string, string>; log: string; what: string },
): Promise<void> {
  await mkdir(dirname(options.log), { recursive: true });
  const log = createWriteStream(options.log);
  const code = await new Promise<number>((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => child.kill();
    process.once('exit', end);
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.on('error', (error) => {
      log.write(`${error.message}\n`);
      resolve(1);
    });
    child.on('close', (exit) => {
      process.off('exit', end);
      resolve(exit ?? 1);
    });
  });
  log.end();
  await finished(log);
  if (code === 0) return;
  const lines = (await readFile(options.log, 'utf8')).trimEnd().split('\n');
  throw new LocalProblem(
    `${options.what} failed (all of it: ${options.log}):\n${lines.slice(-TAIL_LINES).join('\n')}`,
  );
}
