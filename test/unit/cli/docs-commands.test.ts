import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../../cli/program.ts';

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

/** How the program takes a command, short of asking a stage. */
async function takes(text: string): Promise<string> {
  let said = '';
  const code = await run(words(text), {
    open: () => Promise.reject(new Error('a stage is asked')),
    stdin: (async function* () {})(),
    stdout: { write: () => {} },
    stderr: { write: (line: string) => (said += line) },
    env: {},
  });
  return code === 0 ? 'done' : said.trim();
}

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

  it('a command that there is not would be seen', async () => {
    expect(await takes('alerts lost --stage prod')).toMatch(/unknown command/);
    expect(await takes('alerts list --lost')).toMatch(/unknown option/);
  });
});
