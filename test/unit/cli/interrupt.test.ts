import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { Interrupts } from '../../../cli/interrupts.ts';
import { run } from '../../../cli/program.ts';
import { CHILD_LIMIT } from '../../child-limit.ts';
import { cliStage, taskLine } from './cli-stage.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'taskwarden-interrupt-'));
// Other files run in the same process.
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Centuries of scans: it runs until it is stopped. */
const ENDLESS = JSON.stringify({
  version: 1,
  start: '2026-01-01T00:00:00Z',
  until: '2526-01-01T00:00:00Z',
  scanEvery: '1h',
  tasks: [],
});

/** Stops a command a second after it read its file, which is a pipe: the command opens it once it runs. */
async function stopped(args: (file: string) => string[]) {
  const file = join(folder, `pipe-${args.length}-${Math.random()}`);
  execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', file], CHILD_LIMIT);
  const started = spawn(process.execPath, [join(ROOT, 'cli', 'taskwarden.mjs'), ...args(file)], {
    env: process.env,
  });
  let [out, err] = ['', ''];
  started.stdout.on('data', (data: Buffer) => (out += data));
  started.stderr.on('data', (data: Buffer) => (err += data));
  const ended = new Promise<number | null>((resolve) => started.on('close', resolve));
  const pipe = await open(file, 'w');
  await pipe.writeFile(ENDLESS);
  await pipe.close();
  await pause(1_000);
  started.kill('SIGINT');
  return { code: await ended, out, err };
}

describe('Ctrl-C', () => {
  it.each([
    [
      (file: string) => ['simulate', file],
      'interrupted: the scenario did not run to its end; nothing was printed',
    ],
    [
      (file: string) => ['preview', file, '--set', 'mode=notify'],
      'interrupted: nothing was changed or written',
    ],
  ])('ends what computes with 130 and a word', { timeout: 60_000 }, async (args, words) => {
    const { code, out, err } = await stopped(args);
    expect({ code, out }).toEqual({ code: 130, out: '' });
    expect(err).toContain(words);
    expect(err).not.toContain('    at ');
  });

  it('in an import says what is loaded, and that the same command goes on', async () => {
    const stage = cliStage();
    const interrupts = new Interrupts();
    const ids = Array.from({ length: 250 }, (_, number) => `acmeCo/t${number}`);
    const heard = new Set<string>();
    const system = { ...stage.system };
    // What Ctrl-C would say at each write.
    system.table = new Proxy(stage.system.table, {
      get: (table, name) => {
        heard.add(interrupts.lines()[0] ?? '');
        const value: unknown = Reflect.get(table, name);
        return typeof value === 'function' ? value.bind(table) : value;
      },
    });
    const cli = {
      open: async () => ({ ...(await stage.open('local', {})), system }),
      stdin: (async function* () {
        yield ids.map((id) => taskLine(id)).join('\n');
      })(),
      stdout: { write: () => {} },
      stderr: { write: () => {} },
      env: {},
      interrupts,
    };
    expect(await run(['tasks', 'import', '-'], cli)).toBe(0);
    expect(heard).toContain('interrupted: nothing was loaded');
    const loaded = [...heard].filter((text) =>
      text.includes('of 250 tasks are loaded; run the same command again'),
    );
    expect(loaded.length).toBeGreaterThan(0);
  });

  it('leaves nothing behind of what stood on standard input', async () => {
    const stage = cliStage();
    const interrupts = new Interrupts();
    const spool = mkdtempSync(join(folder, 'spool-'));
    vi.stubEnv('TMPDIR', spool);
    let release = () => {};
    const typing = new Promise<void>((resolve) => {
      release = resolve;
    });
    const running = run(['tasks', 'import', '-'], {
      open: stage.open,
      stdin: (async function* () {
        yield taskLine('acmeCo/a');
        await typing;
      })(),
      stdout: { write: () => {} },
      stderr: { write: () => {} },
      env: {},
      interrupts,
    });
    while (readdirSync(spool).length === 0) await pause(5);
    expect(interrupts.lines()).toEqual(['interrupted: nothing was loaded']);
    interrupts.removeAll();
    expect(readdirSync(spool)).toEqual([]);
    vi.unstubAllEnvs();
    release();
    await running;
  });

  it('in an export leaves no half of a file, and in a restore says what holds and how to go on', async () => {
    const stage = cliStage();
    await stage.taskwarden(['tasks', 'import', '-'], taskLine('acmeCo/a'));
    const file = join(folder, 'backup.ndjson');
    const ran = async (args: string[], system: object, interrupts: Interrupts) =>
      run(args, {
        open: async () => ({ ...(await stage.open('local', {})), system: { ...stage.system, ...system } }),
        stdin: (async function* () {})(),
        stdout: { write: () => {} },
        stderr: { write: () => {} },
        env: {},
        interrupts,
      });
    let release = () => {};
    const read = new Promise<void>((resolve) => {
      release = resolve;
    });
    const exporting = new Interrupts();
    const slow = Object.assign(Object.create(null), {
      scan: async () => {
        await read;
        return stage.table.scan();
      },
    });
    const running = ran(['export', file], { table: slow }, exporting);
    while (!existsSync(file)) await pause(5);
    expect(exporting.lines()).toEqual(['interrupted: no file was written']);
    exporting.removeAll();
    expect(existsSync(file)).toBe(false);
    release();
    await running;

    await stage.taskwarden(['export', file]);
    const restoring = new Interrupts();
    const heard = new Set<string>();
    const table = new Proxy(stage.table, {
      get: (target, name) => {
        if (name === 'transact') heard.add(restoring.lines().join(' | '));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    expect(await ran(['restore', file, '--replace', '--yes'], { table }, restoring)).toBe(0);
    expect([...heard]).toEqual([
      'interrupted: the stage is paused and its rows are not whole | run the same command with --replace and --yes: it begins anew and comes to the same',
    ]);
  });

  it('says only that much where a command has nothing to add', () => {
    expect(new Interrupts().lines()).toEqual(['interrupted']);
  });
});
