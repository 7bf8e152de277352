import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { awsVariables, childEnvironment, ROOT } from '../../local/local-aws.ts';

/** The command line as a process of its own, as an operator starts it. */
export interface Started {
  child: ChildProcess;
  /** What it printed so far. */
  printed: { out: string; err: string };
  /** Its exit code; null where it was ended by a signal. */
  end: Promise<number | null>;
}

/** Starts `taskwarden` for the stage `local` on an emulator. */
export function startTaskwarden(
  endpoint: string,
  args: readonly string[],
  variables: Record<string, string> = {},
): Started {
  const env = childEnvironment({ ...awsVariables(endpoint), TASKWARDEN_STAGE: 'local', ...variables });
  const program = ['--import', 'tsx', join(ROOT, 'cli', 'taskwarden.ts'), ...args];
  const child = spawn(process.execPath, program, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { out: '', err: '' };
  child.stdout.on('data', (text) => {
    printed.out += text;
  });
  child.stderr.on('data', (text) => {
    printed.err += text;
  });
  return { child, printed, end: new Promise((resolve) => child.once('close', resolve)) };
}
