import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';

const SESSION = join(import.meta.dirname, '..', '..', '..', 'local', 'session.ts');

/** A process that waits for Ctrl-C and has nothing else to do, as beside an emulator that was started elsewhere. */
const WAITING = `
  const { untilInterrupted } = await import(process.argv[1]);
  const interrupted = new AbortController();
  process.on('SIGINT', () => interrupted.abort());
  console.log('up');
  await untilInterrupted(interrupted.signal);
  console.log('interrupted');
`;

it('a command that waits for Ctrl-C stays up with nothing else to do, and ends well', async () => {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', WAITING, SESSION];
  const child = spawn('node', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  await Promise.race([ended, setTimeout(1_000)]);
  expect(child.exitCode).toBeNull();
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(output).toBe('up\ninterrupted\n');
});
