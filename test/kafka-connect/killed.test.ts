import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';

const MODULE = join(import.meta.dirname, '..', '..', 'local', 'kafka-connect', 'kafka-connect.ts');

const GONE_WITHIN_MS = 10_000;

/** Starts a cluster, says where its files are, and stays up. */
const STARTER = `
  const { startKafkaConnect } = await import(process.argv[1]);
  const { folder } = await startKafkaConnect('distributed');
  console.log(folder);
  setInterval(() => {}, 1_000);
`;

/** What Java runs with files of a folder. */
function javaOf(folder: string): string[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.startsWith('java ') && line.includes(folder));
}

it('neither broker nor worker outlives a process that started them and was killed', async () => {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', STARTER, MODULE];
  const starter = spawn('node', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(starter, 'exit');
  const [printed] = await once(starter.stdout, 'data');
  const folder = String(printed).trim();
  expect(javaOf(folder)).toHaveLength(2);
  starter.kill('SIGKILL');
  await ended;
  const isLeft = () => javaOf(folder).length > 0 || existsSync(folder);
  for (const giveUpAt = performance.now() + GONE_WITHIN_MS; isLeft() && performance.now() < giveUpAt; )
    await wait(50);
  expect(isLeft()).toBe(false);
});
