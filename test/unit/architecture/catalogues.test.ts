import { describe, expect, it, test } from 'vitest';
import { OPERATOR_ALERTS } from '../../../functions/platform/alert-codes.ts';
import { QUEUE_NAMES, QUEUES } from '../../../functions/platform/queues.ts';
import { ALARMS_AS_ALERTS } from '../../../simulation/engine/effects.ts';
import { anchorsOf, sectionOf, textFiles, textOf } from './pages.ts';

const SOURCE = /^(bench|bin|cli|emails|functions|lib|local|scripts|simulation)\/.*\.ts$/;

/** The text without its comments: prose may name what it likes. */
function codeOf(file: string): string {
  return textOf(file).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

test('queues are listed once: who needs each of them takes the table', () => {
  const naming = textFiles()
    .filter((file) => SOURCE.test(file))
    .filter((file) => {
      const code = codeOf(file);
      return QUEUE_NAMES.every((queue) => new RegExp(`['\\s]${queue}\\b`).test(code));
    });
  // What works each stands there, and what single workers may do and are told.
  const wanted = ['functions/platform/queues.ts', 'simulation/engine/deployed-service.ts'];
  expect(naming.filter((file) => file !== 'lib/service-stack.ts')).toEqual(wanted);
});

test.each(QUEUE_NAMES)('the handler of the queue %s runs as its worker and works it', (queue) => {
  const { worker, handler } = QUEUES[queue];
  expect(handler.endsWith(`/${worker}.handler.ts`)).toBe(true);
  expect(textOf(handler)).toContain(`connect('${worker}'`);
  const folder = handler.slice(0, handler.lastIndexOf('/'));
  const consumers = textFiles().filter(
    (file) => file.startsWith(`${folder}/`) && /-consumer\.ts$/.test(file),
  );
  expect(consumers.filter((file) => textOf(file).includes(`queue: '${queue}'`))).toHaveLength(1);
});

describe('operator alerts', () => {
  const codes = Object.keys(OPERATOR_ALERTS);
  const articles: string[] = Object.values(OPERATOR_ALERTS).map(({ article }) => article);

  it('have an article each in the runbook', () => {
    const anchors = anchorsOf('docs/runbook.md');
    expect(articles.filter((article) => !anchors.has(article))).toEqual([]);
    expect(new Set(articles).size).toBe(codes.length);
  });

  it('are all that the runbook has articles for', () => {
    const part = textOf('docs/runbook.md').split('\n# Operator alerts\n')[1] ?? '';
    const headings = [...part.matchAll(/^## (.+)$/gm)].map(([, heading = '']) =>
      heading.replaceAll(' ', '-'),
    );
    expect(headings.length).toBeGreaterThan(5);
    expect(headings.filter((heading) => !articles.includes(heading))).toEqual(['Codes-of-`simulate`-alone']);
  });

  it('are the codes that `simulate` may print, with what alarms say of a deployed stage', () => {
    const row = /^\| `operator-alert` .*$/m.exec(sectionOf('docs/scenario.md', 'Output'))?.[0] ?? '';
    const documented = [...row.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, code]) => code);
    expect(documented).toEqual(['operator-alert', ...codes, ...ALARMS_AS_ALERTS]);
    for (const code of ALARMS_AS_ALERTS)
      expect(sectionOf('docs/runbook.md', 'Codes of `simulate` alone')).toContain(`\`${code}\``);
  });
});
