import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../../../cli/program.ts';
import { CHILD_LIMIT } from '../../child-limit.ts';
import { cliStage } from './cli-stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'taskwarden-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = async (shell: string) => (await cliStage().taskwarden(['completion', shell])).out;

/** What bash offers where these words stand, the last one unfinished. */
function offered(...typed: string[]): string[] {
  const words = typed.map((word) => `'${word}'`).join(' ');
  const text = `source ${join(folder, 'bash')}; compopt() { echo FILES; }
COMP_WORDS=(taskwarden ${words}); COMP_CWORD=${typed.length}; _taskwarden; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', text], { encoding: 'utf8', ...CHILD_LIMIT })
    .split('\n')
    .filter(Boolean);
}

/** The program as it is, without stages. */
const program = buildProgram({
  open: () => Promise.reject(new Error('opened')),
  stdin: (async function* () {})(),
  stdout: { write: () => {} },
  stderr: { write: () => {} },
  env: {},
});

function everyCommand(command: Command, path: string[] = []): { path: string[]; command: Command }[] {
  const below = command.commands.flatMap((subcommand) =>
    everyCommand(subcommand, [...path, subcommand.name()]),
  );
  return [{ path, command }, ...below];
}

describe('completion in bash', () => {
  beforeAll(async () => writeFileSync(join(folder, 'bash'), await script('bash')));

  it('offers every command and every long option that there is', () => {
    for (const { path, command } of everyCommand(program)) {
      const words = offered(...path, '');
      for (const subcommand of command.commands) expect(words, path.join(' ')).toContain(subcommand.name());
    }
    const options = offered('tasks', 'list', '--');
    expect(options).toEqual(expect.arrayContaining(['--state', '--prefix', '--stage', '--json', '--help']));
  });

  it('completes a word that was begun, choices, and values of options', () => {
    expect(offered('ta')).toEqual(['tasks']);
    expect(offered('tasks', 'list', '--state', '')).toEqual(['open', 'failing', 'disabled', 'all']);
    expect(offered('resume', '')).toEqual(['evaluate', 'notify', 'disable']);
    expect(offered('tasks', 'import', '')).toEqual(['FILES']);
    expect(offered('preview', '--html', '')).toEqual(['FILES']);
    expect(offered('control-plane', 'po')).toEqual(['poll']);
  });

  it('asks for no tasks and no stages', () => {
    expect(offered('explain', '')).toEqual([]);
    expect(offered('tasks', 'list', '--stage', '')).toEqual([]);
  });
});

describe('completion in other shells', () => {
  it.each(['zsh', 'fish'])('%s knows every command', async (shell) => {
    const text = await script(shell);
    for (const { path } of everyCommand(program)) for (const word of path) expect(text).toContain(word);
    expect(text).toContain('disabled');
  });

  it('refuses a shell that it does not know', async () => {
    expect(await cliStage().taskwarden(['completion', 'tcsh'])).toMatchObject({
      code: 2,
      err: "error: argument 'shell' is 'tcsh', which is invalid. Allowed choices are bash, zsh, fish.\n",
    });
  });
});

it('--version names the version of the package', async () => {
  const { code, out } = await cliStage().taskwarden(['--version']);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^taskwarden \d+\.\d+\.\d+\n$/) });
});
