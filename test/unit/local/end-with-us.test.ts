import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isAlive } from '../../../local/emulator-runs.ts';
import { endWithUs } from '../../../local/end-with-us.ts';
import { CHILD_LIMIT } from '../../child-limit.ts';

const MODULE = join(import.meta.dirname, '..', '..', '..', 'local', 'end-with-us.ts');

const WITHIN_MS = 10_000;

/** Starts a child that has one of its own, says the ids of both, and stays up until it is told how to end. */
const STARTER = `
  import { spawn } from 'node:child_process';
  const { endWithUs } = await import(process.argv[1]);
  const script = 'sleep 600 & echo $$ $!; wait';
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  endWithUs(child, { isGroup: true, folder: process.argv[2] });
  child.stdout.once('data', (pids) => console.log(String(pids)));
  process.stdin.once('data', (how) => {
    if (String(how) === 'throw') throw new Error('nobody catches it');
    process.exit();
  });
`;

async function until(isSo: () => boolean): Promise<boolean> {
  for (const giveUpAt = performance.now() + WITHIN_MS; performance.now() < giveUpAt; await wait(20))
    if (isSo()) return true;
  return false;
}

it.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'throw', 'exit'])(
  'what a process started ends with it, and its folder goes: %s',
  async (how) => {
    const folder = mkdtempSync(join(tmpdir(), 'taskwarden-end-with-us-'));
    const args = ['--import', 'tsx', '--input-type=module', '--eval', STARTER, MODULE, folder];
    const starter = spawn('node', args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = once(starter, 'exit');
    const [line] = await once(starter.stdout, 'data');
    const pids = String(line).trim().split(' ').map(Number);
    expect(pids.map(isAlive)).toEqual([true, true]);
    if (how.startsWith('SIG')) starter.kill(how as NodeJS.Signals);
    else starter.stdin.write(how);
    await ended;
    expect(await until(() => !pids.some(isAlive) && !existsSync(folder))).toBe(true);
  },
);

it('nobody watches over a child that ended: its id may be that of another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'taskwarden-end-with-us-'));
  const child = spawn('true');
  const ended = once(child, 'exit');
  endWithUs(child, { folder });
  const watchers = () => {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8', ...CHILD_LIMIT });
    return stdout.split('\n').filter((line) => line.includes(folder)).length;
  };
  await ended;
  expect(await until(() => watchers() === 0)).toBe(true);
  expect(existsSync(folder)).toBe(true);
});
