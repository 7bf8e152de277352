import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/abandonment/time.ts';
import { type Milestone, milestoneWrite } from '../../../functions/store/milestones.ts';
import { cliStage, fileWith, T } from './cli-stage.ts';

const CELL = { plane: 'eu-1', mode: 'disable', cause: 'failed' } as const;

/** A stage that counted each day from the 4th to the 13th of January, of which the 11th is a Sunday. */
async function countedStage() {
  const stage = cliStage();
  const say = async (task: string, date: number, what: object) => {
    const at = T + (date - 1) * DAY + 6 * HOUR;
    const milestone = { at, task, episode: 1, cell: CELL, ...what } as Milestone;
    await stage.table.transact([milestoneWrite(milestone)], 'test');
  };
  const disabled = { kind: 'disabled', byOwner: false, wasWarned: true, restarts: 28, perDay: 4 };
  await say('acmeCo/a', 4, { kind: 'fired' });
  await say('acmeCo/a', 5, { kind: 'warned' });
  await say('beta/=b', 7, { kind: 'fired', cell: { ...CELL, plane: 'us-1', cause: 'pending' } });
  await say('acmeCo/a', 12, disabled);
  for (let date = 5; date <= 14; date += 1) await stage.scanOn(date - 1 + 1 / 12);
  return stage;
}

describe('report', () => {
  it('says that nothing is counted yet', async () => {
    const { code, err } = await cliStage().taskwarden(['report']);
    expect(code).toBe(2);
    expect(err).toBe('error: no day is counted yet: each is, an hour after it is over in UTC\n');
  });

  it('tells of the newest 30 days as tables', async () => {
    const { out, code } = await (await countedStage()).taskwarden(['report']);
    expect(code).toBe(0);
    const lines = out.split('\n').map((line) => line.replace(/ {2,}/g, ' | '));
    expect(lines[0]).toBe('All tenants from 2025-12-15 to 2026-01-13');
    expect(lines).toContain('found abandoned | 2 | 0');
    expect(lines).toContain('disabled | 1 | 0');
    // From six o'clock of the 12th to the end of the 13th, four a day.
    expect(lines).toContain('restarts avoided (estimate) | 7 | 0');
    expect(lines).toContain('tasks | - | -');
    expect(lines.slice(lines.indexOf('By tenant') + 2).slice(0, 2)).toEqual([
      ' | acmeCo | 1 | 1 | 0 | 0 | 1 | 0',
      ' | beta | 1 | 0 | 0 | 0 | 0 | 0',
    ]);
    expect(lines).toContain(' | pending | 1 | 0 | 0 | 0 | 0 | 0');
  });

  it('tells of the newest whole week beside the one before', async () => {
    const { out } = await (await countedStage()).taskwarden(['report', '--weekly']);
    const lines = out.split('\n').map((line) => line.replace(/ {2,}/g, ' | '));
    expect(lines[0]).toBe('All tenants from 2026-01-05 to 2026-01-11');
    expect(lines).toContain('found abandoned | 1 | 1');
    expect(lines).toContain('warned of | 1 | 0');
    expect(lines).toContain('disabled | 0 | 0');
  });

  it('tells of one tenant', async () => {
    const { out } = await (await countedStage()).taskwarden(['report', '--tenant', 'beta']);
    expect(out.split('\n')[0]).toBe('Tenant beta from 2025-12-15 to 2026-01-13');
    expect(out).not.toContain('By tenant');
    expect(out).not.toContain('acmeCo');
  });

  it('gives JSON, one object a line', async () => {
    const { json } = await (await countedStage()).taskwarden(['report', '--from', '2026-01-07', '--json']);
    expect(json[0]).toEqual({ type: 'report', from: '2026-01-07', to: '2026-01-13', tenant: null });
    expect(json.slice(1, 3)).toEqual([
      {
        type: 'fact',
        day: '2026-01-07',
        tenant: 'beta',
        plane: 'us-1',
        mode: 'disable',
        cause: 'pending',
        figures: { abandoned: 1 },
      },
      {
        type: 'fact',
        day: '2026-01-12',
        tenant: 'acmeCo',
        plane: 'eu-1',
        mode: 'disable',
        cause: 'failed',
        figures: { disabled: 1, restarts: 28, off: 1, restartsAvoided: 3 },
      },
    ]);
    expect(json.at(-1)).toMatchObject({
      type: 'total',
      total: { abandoned: 1, disabled: 1, off: 1, restartsAvoided: 7, tasks: null },
      before: { abandoned: 1, warned: 1 },
    });
  });

  it('gives CSV, with no cell that a spreadsheet takes for a formula', async () => {
    const stage = await countedStage();
    const at = T + 12 * DAY;
    const cell = { ...CELL, plane: '=1+1,2' };
    const fired = { kind: 'fired', isOverdue: false, at, task: '@beta/a', episode: 1, cell } as const;
    await stage.table.transact([milestoneWrite(fired)], 'test');
    await stage.scanOn(14 + 1 / 12);
    const { out } = await stage.taskwarden(['report', '--from', '2026-01-13', '--to', '2026-01-13', '--csv']);
    const [head, first, second] = out.split('\n');
    expect(head).toMatch(/^day,tenant,plane,mode,cause,tasks,failing,abandoned,/);
    expect(first).toMatch(/^2026-01-13,'@beta,"'=1\+1,2",disable,failed,,,1,/);
    expect(second).toMatch(/^2026-01-13,acmeCo,eu-1,disable,failed,/);
  });

  it('writes one page that needs nothing beside it', async () => {
    const file = fileWith('');
    const { out } = await (await countedStage()).taskwarden(['report', '--html', file]);
    expect(out).toBe(`written: ${file}\n`);
    const page = readFileSync(file, 'utf8');
    expect(page).toContain('<title>All tenants from 2025-12-15 to 2026-01-13</title>');
    expect(page.match(/<svg role="img" aria-label="[^"]+"/g)?.length).toBe(3);
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)|<link|url\(/);
  });

  it.each([
    [['--from', '2026-02-30'], "option '--from <day>' argument '2026-02-30' is invalid"],
    [['--weekly', '--from', '2026-01-01'], "option '--weekly' cannot be used with option '--from <day>'"],
    [
      ['--from', '2026-01-20'],
      'from 2026-01-20 to 2026-01-13 there is no day that is counted; the newest is 2026-01-13',
    ],
    [['--from', '2020-01-01'], '--from 2020-01-01 is too early: at most 400 days are reported at once'],
  ])('refuses %j', async (args, problem) => {
    const { code, err } = await (await countedStage()).taskwarden(['report', ...args]);
    expect(code).toBe(2);
    expect(err).toContain(problem);
  });
});

describe('a subscription to weekly reports', () => {
  const add = (...args: string[]) =>
    cliStage().taskwarden(['subscriptions', 'add', ...args, '--alert-types', 'weekly_report']);

  it.each(['', 'acmeCo/'])('is of all or of a tenant: %j', async (prefix) => {
    expect((await add(prefix, 'ops@acme.test')).code).toBe(0);
  });

  it.each(['acmeCo/prod/', 'acmeCo/prod', 'acmeCo'])('is of nothing less: %j', async (prefix) => {
    const { code, err } = await add(prefix, 'ops@acme.test');
    expect(code).toBe(2);
    expect(err).toContain('allowed for "weekly_report": "" or one such as "acmeCo/"');
  });
});
