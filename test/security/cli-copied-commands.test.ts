import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { argument, shellWord } from '../../functions/platform/shell-word.ts';
import { reversalAlert } from '../../functions/store/operator-alerts.ts';
import { CHILD_LIMIT } from '../child-limit.ts';
import { cliStage, failingFleet, fileWith, taskLine } from '../unit/cli/cli-stage.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Attack: a tenant names a task so that the command which an alert tells operators to type runs another one in their
 * shell. The figure is how many of these names do anything but name the task: none; before, all but the first.
 */
const HOSTILE = [
  'acmeCo/orders',
  'acmeCo/two words',
  'acmeCo/$(touch pwned)',
  'acmeCo/`touch pwned`',
  "acmeCo/'; touch pwned; '",
  'acmeCo/"; touch pwned; "',
  'acmeCo/a; touch pwned',
  'acmeCo/a && touch pwned',
  'acmeCo/a | touch pwned',
  'acmeCo/a > pwned',
  'acmeCo/!!',
  'acmeCo/$HOME',
  'acmeCo/*',
  'acmeCo/{a,b}',
  'acmeCo/a\\',
  'acmeCo/a # b',
  '~/acmeCo',
  '--stage=prod',
  '-h',
  'acmeCo/Größe/大',
];

/** The words that a shell makes of a line. */
function wordsOf(line: string): string[] {
  const out = execFileSync(
    'sh',
    ['-c', `set -- ${line}; for word; do printf '%s\\0' "$word"; done`],
    CHILD_LIMIT,
  );
  return out.toString().split('\0').slice(0, -1);
}

describe('a command to be copied', () => {
  it.each(HOSTILE)('has the name %s as one word, and runs nothing', (id) => {
    expect(wordsOf(`taskwarden dismiss ${shellWord(id)}`)).toEqual(['taskwarden', 'dismiss', id]);
    const { detail } = reversalAlert(id, 0, 0).put as unknown as { detail: string };
    const [, command = ''] = /`(taskwarden dismiss .*)`$/.exec(detail) ?? [];
    expect(wordsOf(command).filter((word) => word !== '--')).toEqual(['taskwarden', 'dismiss', id]);
  });

  it('reaches the task whose name begins as an option does', async () => {
    const stage = cliStage();
    await stage.taskwarden(['tasks', 'import', fileWith(taskLine('--help'))]);
    const [, ...words] = wordsOf(`taskwarden tasks show ${argument('--help')}`);
    expect((await stage.taskwarden([...words, '--json'])).code).toBe(2);
    const [, ...before] = wordsOf(`taskwarden --json tasks show ${argument('--help')}`);
    expect(before).toEqual(['--json', 'tasks', 'show', '--', '--help']);
    expect((await stage.taskwarden(words)).out).toContain('--help');
  });

  it('revives the address that it names, and runs nothing', async () => {
    for (const address of ['a`id|touch`$x@acme.test', "a'|touch@acme.test", '-a&b@acme.test']) {
      const stage = await failingFleet([]);
      await stage.taskwarden(['tasks', 'import', fileWith(taskLine('acmeCo/a', { owners: [address] }))]);
      await stage.scanOn(14);
      await stage.bounce(address);
      const { err } = await stage.taskwarden(['mail', 'resend', stage.mails[0]?.digest ?? '']);
      const [, command = ''] = /"(recipients revive .*)"$/.exec(err.trim()) ?? [];
      expect(wordsOf(command).filter((word) => word !== '--')).toEqual(['recipients', 'revive', address]);
    }
  });

  it('is made of nothing else that comes from outside, in any source', () => {
    // Names that we make or check ourselves: queues, stages, fingerprints.
    const OWN = new Set(['queue', 'paused', 'paused[0]', 'config.stage', 'fingerprint', 'example', 'args']);
    const files = ['cli', 'functions', 'local'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(ROOT, folder, name)),
    );
    const wild = files.flatMap((file) => {
      const commands = readFileSync(file, 'utf8').matchAll(
        /[`"(]?taskwarden (?:-- )?[a-z][^`\n]*|commandLine\(`[^`]*|"(?:admins|alerts|mail|oops|policy|queues|recipients|subscriptions|tasks) [a-z-]+ \$[^`\n]*/g,
      );
      // What a signature is made over begins so too, and has lines.
      return [...commands]
        .filter(([text]) => !text.includes('\\n'))
        .flatMap(([text]) =>
          [...text.matchAll(/\$\{([^}]*)\}/g)].flatMap(([, inner = '']) =>
            OWN.has(inner) || inner.startsWith('argument(') ? [] : [`${file}: ${text}`],
          ),
        );
    });
    expect(wild).toEqual([]);
  });
});
