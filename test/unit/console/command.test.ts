import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Interrupts } from '../../../cli/interrupts.ts';
import { run } from '../../../cli/program.ts';
import { cliStage } from '../cli/cli-stage.ts';

/** Starts the command, and gives what it prints until it is stopped as by Ctrl-C. */
function started(args: string[]) {
  const interrupts = new Interrupts();
  const printed = { out: '', err: '' };
  const ended = run(['console', ...args], {
    open: cliStage().open,
    stdin: (async function* () {})(),
    stdout: { write: (text: string) => (printed.out += text) },
    stderr: { write: (text: string) => (printed.err += text) },
    env: { TASKWARDEN_STAGE: 'local' },
    interrupts,
  });
  return { interrupts, printed, ended };
}

const addressIn = async (printed: { out: string }): Promise<string> => {
  while (!printed.out.includes('http')) await new Promise((later) => setTimeout(later, 10));
  return /http:\S+/.exec(printed.out)?.[0] ?? '';
};

describe('taskwarden console', () => {
  it('prints an address that lets one browser in, and one more for each that entered; Ctrl-C closes it', async () => {
    const { interrupts, printed, ended } = started(['--port', '0']);
    const address = await addressIn(printed);
    expect(printed.out).toContain('stage local, read-only; Ctrl-C closes it');
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(303);
    expect(printed.err).toMatch(/^for one more browser: http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\n$/);
    interrupts.removeAll();
    expect(await ended).toBe(0);
    expect(interrupts.lines()).toEqual(['interrupted: the console is closed']);
    await expect(fetch(address)).rejects.toThrow('fetch failed');
  });

  it('says so where changes are allowed', async () => {
    const { interrupts, printed, ended } = started(['--port', '0', '--allow-changes']);
    await addressIn(printed);
    expect(printed.out).toContain('changes are allowed');
    interrupts.removeAll();
    await ended;
  });

  it('says what to do where the port is taken, or is none', async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    const port = String((other.address() as { port: number }).port);
    const taken = started(['--port', port]);
    expect(await taken.ended).toBe(2);
    expect(taken.printed.err).toBe(`error: port ${port} is taken; --port names another, 0 any\n`);
    other.close();
    expect(await started(['--port', '70000']).ended).toBe(2);
  });
});
