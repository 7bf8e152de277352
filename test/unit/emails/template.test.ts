// biome-ignore-all lint/suspicious/noTemplateCurlyInString: TypeScript that is written, not run
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTemplate, sourceOf, type Target } from '../../../emails/template.ts';
import { CHILD_LIMIT } from '../../child-limit.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const TEXT: Target = { suffix: 'Text', escapes: false, types: { mail: 'Mail', task: 'Task' } };
const HTML: Target = { ...TEXT, suffix: 'Html', escapes: true };

const compiled = (source: string, target: Target) => sourceOf(parseTemplate(source, 'mail'), target);

describe('a template', () => {
  it('becomes a function of its facts, each escaped where it is HTML', () => {
    expect(compiled('<p>{{heading}}</p>', HTML)).toBe(
      'export const mailHtml = (mail: Mail, safe: Escape): string =>\n  `<p>${safe(mail.heading)}</p>`;\n\n',
    );
    expect(compiled('{{heading}}', TEXT)).toContain('(mail: Mail): string =>\n  `${mail.heading}`;');
  });

  it('becomes one more function for the items of each list; a tag alone on its line leaves no line', () => {
    const source = compiled('a\n  {{#tasks task}}\n* {{name}}\n  {{/tasks}}\nb\n', TEXT);
    expect(source).toContain('export const taskText = (task: Task): string =>\n  `* ${task.name}\n`;');
    expect(source).toContain("`a\n${mail.tasks.map((task) => taskText(task)).join('')}b\n`;");
  });

  it('takes the item itself where its list is one of texts', () => {
    expect(compiled('{{#names name}}{{name}},{{/names}}', TEXT)).toContain(
      '(name: string): string =>\n  `${name},`',
    );
  });

  it('may hold what means something in TypeScript', () => {
    expect(compiled('\\ ` ${x} $5', TEXT)).toContain('`\\\\ \\` \\${x} $5`');
  });

  it.each([
    ['{{#tasks task}}x', '{{#tasks ...}} is not closed'],
    ['x{{/tasks}}', '{{/tasks}} closes what is not open'],
    ['{{#a b}}{{#c d}}{{/a}}{{/c}}', '{{/a}} closes what is not open'],
    ['{{heading', 'not a tag: {{heading'],
    ['{{#tasks}}x{{/tasks}}', 'not a tag: {{#tasks}}'],
    ['{{#tasks stranger}}{{x}}{{/tasks}}', 'no type is known for stranger'],
  ])('like %j is refused', (source, reason) => {
    expect(() => compiled(source, TEXT)).toThrow(reason);
  });
});

describe('the compiled mails', () => {
  it('do not pass the type check when a template names a fact that the code does not provide', () => {
    const folder = mkdtempSync(join(tmpdir(), 'taskwarden-mail-'));
    try {
      writeFileSync(join(folder, 'digest.ts'), 'export interface Digest { heading: string; }\n');
      const head = "import type { Digest } from './digest.ts';\n";
      const sound = sourceOf(parseTemplate('{{heading}}', 'digest'), {
        ...TEXT,
        types: { digest: 'Digest' },
      });
      const check = (source: string) => {
        writeFileSync(join(folder, 'compiled.ts'), head + source);
        const args = ['--noEmit', '--strict', '--allowImportingTsExtensions', '--types', '', 'compiled.ts'];
        execFileSync(join(ROOT, 'node_modules/.bin/tsc'), args, {
          cwd: folder,
          encoding: 'utf8',
          ...CHILD_LIMIT,
        });
      };
      check(sound);
      const unknown = sound.replace('digest.heading', 'digest.mood');
      expect(() => check(unknown)).toThrow(
        expect.objectContaining({
          stdout: expect.stringContaining("Property 'mood' does not exist on type 'Digest'"),
        }),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
