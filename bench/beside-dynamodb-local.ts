import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './bundle-options.ts';

/**
 * Runs a benchmark again beside DynamoDB Local, which the child finds by its environment. What is no JSON line goes to
 * standard error.
 *
 * @returns the child's exit code; undefined where DynamoDB Local cannot be had and nothing was measured
 */
export async function besideDynamoDbLocal(benchmark: string[]): Promise<number | undefined> {
  const script = join(ROOT, 'scripts', 'dynamodb-local.ts');
  const bench = join(ROOT, 'bench', 'bench.ts');
  const child = spawn(process.execPath, [script, '--', process.execPath, bench, ...benchmark], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let measured = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) measured += 1;
    (line.startsWith('{') ? process.stdout : process.stderr).write(`${line}\n`);
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
  return measured === 0 && code === 0 ? undefined : code;
}
