import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runSimulate } from '../../cli/commands/simulate.ts';

/** The file of docs/scenario.md, as its example takes it. */
function exampleOfThePage() {
  const page = readFileSync(new URL('../../docs/scenario.md', import.meta.url), 'utf8');
  const json = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const { recipients: _, ...scenario } = JSON.parse(json);
  return { ...scenario, events: [] as object[] };
}

const EXAMPLE = exampleOfThePage();

type Line = Record<string, unknown> & { at: string; type: string };

async function linesOf(scenario: object): Promise<Line[]> {
  const { output, problems, exitCode } = await runSimulate({ text: JSON.stringify(scenario) }, true);
  expect(problems).toEqual([]);
  expect(exitCode).toBe(0);
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

const FIRED = {
  at: '2026-01-29T00:00:00Z',
  type: 'alert-fired',
  task: 'acmeCo/a',
  alert: 'task_abandoned',
  episode: 1,
  since: '2025-12-30T00:00:00Z',
};

function mail(at: string, to: string, notice: string, disableAt: string | null) {
  const items = [
    { task: 'acmeCo/a', episode: 1, notice, disableAt, since: '2025-12-30T00:00:00Z', restarts: 0 },
  ];
  return { at, type: 'mail', to, digest: expect.any(String), items };
}

/** One mail to each of the two, in the order of their addresses. */
function mails(at: string, notice: string, disableAt: string | null) {
  return [mail(at, 'ana@acme.test', notice, disableAt), mail(at, 'team@acme.test', notice, disableAt)];
}

function sortMails(lines: Line[]): Line[] {
  const order = (line: Line) => `${line.at} ${line.type === 'mail' ? `~${line.to}` : ''}`;
  return [...lines].sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
}

test('the example of docs/scenario.md notifies both people once, without a date, and disables nothing', async () => {
  const lines = await linesOf(EXAMPLE);
  expect(sortMails(lines.slice(0, -1))).toEqual([
    { ...FIRED, stage: 'notify' },
    ...mails('2026-01-29T00:00:00Z', 'warning', null),
  ]);
  expect(lines.at(-1)).toEqual({
    at: '2026-02-15T00:00:00Z',
    type: 'summary',
    scans: 1081,
    tasks: 1,
    alertsFired: 1,
    mails: 2,
    disabled: 0,
    deadLettered: 0,
    oops: 0,
    promisesChecked: expect.any(Number),
  });
});

test('without its own entry the task is warned about with a date, reminded of twice, and disabled', async () => {
  const lines = await linesOf({ ...EXAMPLE, policies: { 'acmeCo/': { warnAfter: '30d' } } });
  const due = '2026-02-05T00:00:00Z';
  const sorted = sortMails(lines.slice(0, -1));
  expect(sorted.slice(0, -2)).toEqual([
    { ...FIRED, stage: 'disable' },
    ...mails('2026-01-29T00:00:00Z', 'warning', due),
    ...mails('2026-02-02T00:00:00Z', 'reminder', due),
    ...mails('2026-02-04T00:00:00Z', 'reminder', due),
    { at: due, type: 'task-disabled', task: 'acmeCo/a', episode: 1, run: due, disableAt: due },
    {
      at: due,
      type: 'alert-resolved',
      task: 'acmeCo/a',
      alert: 'task_abandoned',
      episode: 1,
      reason: 'disabled',
    },
  ]);
  expect(sorted.slice(-2)).toEqual(mails(expect.any(String) as unknown as string, 'disabled', null));
  for (const { at } of sorted.slice(-2)) {
    expect(Date.parse(at) - Date.parse(due)).toBeLessThanOrEqual(15 * 60_000);
  }
});

test('the same file gives the same output, and another seed changes no date', async () => {
  const [first, second, third] = [
    await linesOf(EXAMPLE),
    await linesOf(EXAMPLE),
    await linesOf({ ...EXAMPLE, seed: 2 }),
  ];
  expect(second).toEqual(first);
  expect(third.map(({ at, type }) => [at, type])).toEqual(first.map(({ at, type }) => [at, type]));
});

test('without --json the output is a readable timeline', async () => {
  const { output } = await runSimulate({ text: JSON.stringify(EXAMPLE) }, false);
  expect(output.split('\n')[0]).toBe(
    '2026-01-29T00:00:00Z  alert fired      acmeCo/a #1: not running since 2025-12-30T00:00:00Z (mode notify)',
  );
  expect(output).toContain('mail             to ana@acme.test: warning acmeCo/a #1\n');
});

test.each([
  [{ ...EXAMPLE, policy: { stge: 'disable' } }, 'policy.stge'],
  [{ ...EXAMPLE, scanEvery: '-1h' }, 'scanEvery'],
  [{ ...EXAMPLE, start: '2026-01-01T00:00:00' }, 'start'],
  [{ ...EXAMPLE, tasks: [{ ...EXAMPLE.tasks[0], kind: 'cron' }] }, 'tasks[0].kind'],
  [{ ...EXAMPLE, tasks: [EXAMPLE.tasks[0], EXAMPLE.tasks[0]] }, 'tasks[1].id'],
  [
    { ...EXAMPLE, tasks: [{ ...EXAMPLE.tasks[0], owners: ['a@b.test\nBcc: x@y.test'] }] },
    'tasks[0].owners[0]',
  ],
  [{ ...EXAMPLE, events: [{ at: EXAMPLE.start, type: 'deleted', task: 'acmeCo/zzz' }] }, 'events[0].task'],
  [
    {
      ...EXAMPLE,
      events: [{ at: EXAMPLE.start, type: 'mail-event', recipient: 'ana@acme.test', event: 'bounce' }],
    },
    'events[0].recipient',
  ],
])('a file that is not valid ends with 2 and one line that names the key (%#)', async (scenario, path) => {
  const { output, problems, exitCode } = await runSimulate({ text: JSON.stringify(scenario) }, true);
  expect(output).toBe('');
  expect(exitCode).toBe(2);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^error: [^\n]*$/);
  expect(problems[0]).toContain(path);
});
