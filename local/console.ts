import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Emulator } from './emulator.ts';
import { ROOT } from './local-aws.ts';

/** Where the command line is, and what runs it. */
const TSX = join(ROOT, 'node_modules', '.bin', 'tsx');
const TASKWARDEN = join(ROOT, 'cli', 'taskwarden.ts');

/**
 * Serves the operators' page of the stage `local`, with changes allowed, until this process ends; it says its address itself.
 * Where it cannot be served it says so, and the rest goes on.
 */
export function serveConsole({ endpoint }: Pick<Emulator, 'endpoint'>): void {
  const args = [TASKWARDEN, 'console', '--port', '0', '--allow-changes'];
  const env = { ...process.env, AWS_ENDPOINT_URL: endpoint, TASKWARDEN_STAGE: 'local' };
  const child = spawn(TSX, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const end = () => child.kill();
  process.once('exit', end);
  child.on('close', () => process.off('exit', end));
  child.on('error', (error) => process.stderr.write(`the console cannot be served: ${error.message}\n`));
}
