import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { Cli } from '../../../cli/command.ts';
import { buildProgram, run } from '../../../cli/program.ts';
import { textFiles, textOf } from '../architecture/pages.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const FOLDERS = ['docs', join('docs', 'connect')];
const PAGES = FOLDERS.flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => join(folder, name)));
const DOCS = ['README.md', ...PAGES].filter((name) => name.endsWith('.md'));

/** Commands as pages write them: after `npm run -s taskwarden --`, on a line or between backticks. */
const COMMAND = /`npm run -s taskwarden -- ([^`]*)`|^ *npm run -s taskwarden -- (.*)$/gm;

const commands = DOCS.flatMap((page) =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(COMMAND)].map(([, inline, line = '']) => ({
    page,
    text: (inline ?? line.replace(/\s#.*$/, '')).replaceAll('<stage>', 'prod').replaceAll(/\s+/g, ' ').trim(),
  })),
);

/** What reads or writes a file, or asks a server. */
const ASKING_OTHERS = /^(simulate|control-planes check|init) /;

/** Words as a shell splits them. */
function words(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, twice, once, bare]) => twice ?? once ?? bare ?? '',
  );
}

/** The program without a stage; `say` gets what it writes to standard error. */
const without = (say: (line: string) => void): Cli => ({
  open: () => Promise.reject(new Error('a stage is asked')),
  stdin: (async function* () {})(),
  stdout: { write: () => {} },
  stderr: { write: say },
  env: {},
});

/** How the program takes a command, short of asking a stage. */
async function takes(text: string): Promise<string> {
  let printed = '';
  const code = await run(
    words(text),
    without((line) => (printed += line)),
  );
  return code === 0 ? 'done' : printed.trim();
}

/** Every command that can be given, by its words. */
function leaves(command: Command, path: string[] = []): string[] {
  if (command.commands.length === 0) return [path.join(' ')];
  return command.commands.flatMap((subcommand) => leaves(subcommand, [...path, subcommand.name()]));
}

/** The pages for people who operate; a decision tells how something came to be. */
const pages = textFiles()
  .filter((file) => /^(README|docs\/(?!decisions\/).*)\.md$/.test(file))
  .map((file) => textOf(file).replaceAll(/\s+/g, ' '))
  .join('\n');

describe('pages', () => {
  it('name commands at all', () => {
    expect(commands.filter(({ page }) => page === 'docs/go-live.md').length).toBeGreaterThan(20);
  });

  it.each(commands.filter(({ text }) => !ASKING_OTHERS.test(text)))(
    '$page names a command that there is: $text',
    async ({ text }) => {
      expect(['done', 'error: a stage is asked']).toContain(await takes(text));
    },
  );

  /** A command of one word is told of as one: what stands in marks of code may be a row, a mode or a field. */
  const isTold = (command: string) => {
    const before = command.includes(' ') ? '(\\btaskwarden( --)? |`)' : '\\btaskwarden( --)? ';
    return new RegExp(`${before}${command}(?![\\w-])`).test(pages);
  };

  it.each(leaves(buildProgram(without(() => {}))))('tell people of the command %s', (command) => {
    expect(isTold(command)).toBe(true);
  });

  it('a command that they are not told of would be seen', () => {
    // The row with the counters of a tenant is on several pages.
    expect(isTold('count')).toBe(false);
    expect(isTold('tasks count')).toBe(false);
  });

  it('a command that there is not would be seen', async () => {
    expect(await takes('alerts lost --stage prod')).toMatch(/unknown command/);
    expect(await takes('alerts list --lost')).toMatch(/unknown option/);
  });
});
