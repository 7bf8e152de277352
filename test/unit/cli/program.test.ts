import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { Cli } from '../../../cli/command.ts';
import { buildProgram, run } from '../../../cli/program.ts';
import { jsonLine, safe } from '../../../cli/terminal.ts';
import { cliStage, fileWith } from './cli-stage.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The program before stages that cannot be opened. */
function broken(error: unknown): Cli & { err: () => string } {
  let err = '';
  return {
    open: () => Promise.reject(error),
    stdin: (async function* () {})(),
    stdout: { write: () => {} },
    stderr: { write: (text: string) => (err += text) },
    env: {},
    err: () => err,
  };
}

function leaves(command: Command, path: string[] = []): { path: string[]; command: Command }[] {
  if (command.commands.length === 0) return [{ path, command }];
  return command.commands.flatMap((subcommand) => leaves(subcommand, [...path, subcommand.name()]));
}

/** What runs without a stage. */
const WITHOUT_STAGE = ['simulate', 'control-planes check', 'completion'];

describe('every command', () => {
  const commands = leaves(buildProgram(broken(undefined))).map(({ path }) => path.join(' '));

  it('is there', () => {
    expect(commands.sort()).toEqual(
      [
        ...[
          'admins add',
          'admins list',
          'admins remove',
          'alarms list',
          'alarms test',
          'alerts list',
          'alerts show',
          'explain',
          'pause',
        ],
        ...['history', 'status'],
        ...['policy get', 'policy list', 'policy set', 'policy unset', 'resume', 'scan', 'simulate'],
        'preview',
        ...['rollout show', 'rollout promote', 'rollout demote', 'rollout opt-in'],
        ...['policy history', 'policy diff', 'policy export', 'policy import'],
        ...['export', 'restore', 'restored'],
        'report',
        ...['completion', 'config', 'console'],
        ...['control-planes list', 'control-planes show', 'control-planes poll'],
        ...['control-planes pause', 'control-planes resume', 'holds list', 'holds approve', 'holds dismiss'],
        ...['holds show', 'holds reject'],
        ...['data-planes list', 'data-planes deleted', 'init'],
        ...['clear', 'list', 'markers', 'pause', 'resume', 'run', 'show'].map((name) => `generators ${name}`),
        ...['owners import', 'owners list', 'owners test'],
        ...['events validate', 'events send', 'events refused'],
        ...['sources list', 'subscriptions add', 'subscriptions list', 'subscriptions remove'],
        ...['work list', 'work show', 'work cancel', 'work retry', 'work priority'],
        ...[
          'oops list',
          'oops resolve',
          'oops show',
          'dlq list',
          'dlq show',
          'dlq redrive',
          'dlq discard',
          'queues list',
          'queues pause',
          'queues resume',
        ],
        ...['mail list', 'mail show', 'mail resend'],
        ...['webhooks add', 'webhooks list', 'webhooks show', 'webhooks test', 'webhooks history'],
        ...['webhooks replay', 'webhooks pause', 'webhooks resume', 'webhooks rotate', 'webhooks remove'],
        ...['recipients list', 'recipients show', 'recipients revive', 'recipients forget'],
        ...[
          'control-planes check',
          'cost',
          'tasks import',
          'tasks list',
          'tasks reset-version',
          'tasks show',
          'undo',
          'approve',
          'dismiss',
          'doctor',
        ],
      ].sort(),
    );
  });

  it.each(commands)('%s has help with examples and --json', async (path) => {
    const { code, out } = await cliStage().taskwarden([...path.split(' '), '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Examples:\n  $ taskwarden ${path}`);
    // What it prints is a script.
    if (path !== 'completion') expect(out).toContain('--json');
    if (!WITHOUT_STAGE.includes(path)) expect(out).toContain('--stage <name>');
  });
});

describe('the first page of help', () => {
  it('has every command in a group of those that belong together, what is asked most first', async () => {
    const { out } = await cliStage().taskwarden(['--help']);
    expect(out).not.toContain('\nCommands:\n');
    const groups = [...out.matchAll(/^(\S.*):\n/gm)].map(([, name]) => name);
    expect(groups[1]).toBe('See what is so');
    expect(groups.at(-1)).toBe('This command line');
    expect(out.slice(out.indexOf('This command line:'))).toContain('\n  help ');
  });

  it('fits the terminal: options and commands are wrapped beside their names', async () => {
    const { out } = await cliStage().taskwarden(['--help']);
    const lines = out.slice(0, out.indexOf('Exit codes')).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('mistakes and faults', () => {
  it.each([
    [['tasks', 'lst'], "error: unknown command 'lst' (Did you mean list?)\n"],
    [['tasks', 'list', '--jason'], "error: unknown option '--jason' (Did you mean --json?)\n"],
    [['tasks', 'show'], "error: missing required argument 'id'; --help shows how it is used\n"],
    [['tasks', 'show', 'a', 'b\u001b[31m'], 'error: too many arguments'],
  ])('%j ends with 2 and one line', async (args, problem) => {
    const ran = await cliStage().taskwarden(args);
    expect(ran.code).toBe(2);
    expect(ran.err.startsWith(problem)).toBe(true);
    expect(ran.err.split('\n')).toHaveLength(2);
    expect(ran.err).not.toContain('\u001b');
  });

  it('a fault ends with 1 and one line; its stack is shown when asked for', async () => {
    const fault = new TypeError('first\u001b[2J\nsecond');
    const cli = broken(fault);
    expect(await run(['scan'], cli)).toBe(1);
    expect(cli.err()).toBe('error: first\\u001b[2J second\n');
    const debugged = broken(fault);
    expect(await run(['scan', '--debug'], debugged)).toBe(1);
    expect(debugged.err()).toContain('program.test.ts');
    expect(debugged.err()).not.toContain('\u001b');
  });

  it('takes the stage before or after the command, or from the environment, and refuses what is none', async () => {
    const stage = cliStage({ name: 'dev' });
    for (const args of [
      ['--stage', 'dev', 'admins', 'list'],
      ['admins', 'list', '--stage', 'dev'],
      ['admins', 'list'],
    ]) {
      expect((await stage.taskwarden(args)).code).toBe(0);
    }
    expect(await stage.taskwarden(['admins', 'list', '--stage', 'Prod/..'])).toMatchObject({
      code: 2,
      err: 'error: --stage "Prod/.." is no stage; allowed: a name of lower-case letters, digits, dashes\n',
    });
  });
});

describe('what comes from outside', () => {
  it('cannot act on the terminal, as text or as JSON', () => {
    expect(safe('a\u0000\u001b[2J\u009b1m\u2028\u202eb é')).toBe(
      'a\\u0000\\u001b[2J\\u009b1m\\u2028\\u202eb é',
    );
    const line = jsonLine({ name: 'a\u001b\u009b\u007f\u202e' });
    expect(line).toBe('{"name":"a\\u001b\\u009b\\u007f\\u202e"}');
    expect(JSON.parse(line)).toEqual({ name: 'a\u001b\u009b\u007f\u202e' });
  });
});

describe('the program as it is started', () => {
  const start = async (args: string[]) => {
    const env = { ...process.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    const started = promisify(execFile)(process.execPath, [join(ROOT, 'cli', 'taskwarden.mjs'), ...args], {
      env,
    });
    return started.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );
  };

  it('runs a scenario', async () => {
    const scenario = {
      version: 1,
      start: '2026-01-01T00:00:00Z',
      until: '2026-01-02T00:00:00Z',
      scanEvery: '1h',
      tasks: [],
    };
    const { code, stdout } = await start(['simulate', fileWith(JSON.stringify(scenario)), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'summary', scans: 25, tasks: 0 });
    const shards = [{ at: '2026-01-01T01:00:00Z', type: 'shards', task: 'acmeCo/a', shards: [] }];
    const unknown = await start(['simulate', fileWith(JSON.stringify({ ...scenario, events: shards }))]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/^error: events\[0\]\.task: .*acmeCo\/a.*\n$/);
  });

  it('says in one line that no emulator answers', async () => {
    const { code, stderr } = await start(['tasks', 'list', '--stage', 'local']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "error: no emulator answers at http://127.0.0.1:9 for stage 'local': " +
        'start it with `npm run local`, or name a deployed stage with --stage\n',
    );
  });
});
