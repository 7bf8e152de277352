import { expect, test } from 'vitest';
import { tenantOf } from '../../functions/abandonment/task.ts';
import { byGroup, type FactLine, loadReport, newestDay, type Report } from '../../functions/facts/report.ts';
import type { Table } from '../../functions/store/table/table.port.ts';
import { at, failing, type Played, play } from './story.ts';

const ANA = 'ana@acme.test';
const RUNS = [{ id: '0', status: 'PRIMARY' }];

/** A month: one task is disabled and enabled again, one recovers, one is kept, one fails where nothing is told. */
const MONTH = {
  until: at(32),
  policies: { 'beta/': { mode: 'detect' } },
  tasks: [
    failing('acmeCo/a'),
    failing('acmeCo/b'),
    failing('acmeCo/c', { shards: [{ id: '0', status: 'PENDING' }] }),
    failing('beta/d', { dataPlane: 'us-1', owners: ['bob@beta.test'] }),
    failing('beta/healthy', { dataPlane: 'us-1', shards: RUNS }),
  ],
  events: [
    { at: at(7), type: 'restarted', task: 'acmeCo/a', times: 42 },
    { at: at(8), type: 'restarted', task: 'acmeCo/b', times: 3 },
    { at: at(16), type: 'shards', task: 'acmeCo/b', shards: RUNS },
    { at: at(16, 12), type: 'action', task: 'acmeCo/c', by: ANA, action: 'keep' },
    { at: at(20), type: 'shards', task: 'beta/d', shards: RUNS },
    { at: at(23, 12), type: 'operator', action: 'undo', of: 'acmeCo/a' },
  ],
};

/** A story, and what is reported of it in the end. */
async function reported(
  scenario: Record<string, unknown>,
  tenant?: string,
): Promise<{ run: Played; report: Report }> {
  let table: Table | undefined;
  const run = await play(scenario, {
    processOf: (_, system) => {
      table = system.table;
      return system;
    },
  });
  if (!table) throw new Error('nothing ran');
  const to = await newestDay(table);
  return { run, report: await loadReport(table, { from: '2026-01-01', to: to ?? '' }, tenant) };
}

const days = ({ facts }: Report, figure: string): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const { day, figures } of facts)
    if (figures[figure]) sums[day.slice(5)] = (sums[day.slice(5)] ?? 0) + (figures[figure] ?? 0);
  return sums;
};

test('a month is counted day by day', async () => {
  const { report } = await reported(MONTH);
  // The story ends at the midnight after the 1st of February, which is counted an hour later.
  expect(report.to).toBe('2026-01-31');
  // All failed since the 1st, and fire 14 days later.
  expect(days(report, 'abandoned')).toEqual({ '01-15': 4 });
  expect(days(report, 'warned')).toEqual({ '01-15': 3 });
  expect(days(report, 'kept')).toEqual({ '01-17': 1 });
  expect(days(report, 'recoveredAfterWarning')).toEqual({ '01-17': 1 });
  expect(days(report, 'recovered')).toEqual({ '01-17': 1, '01-21': 1 });
  expect(days(report, 'disabled')).toEqual({ '01-22': 1 });
  expect(days(report, 'undone')).toEqual({ '01-24': 1 });
  expect(days(report, 'off')).toEqual({ '01-22': 1, '01-23': 1 });
  expect(days(report, 'restarts')).toEqual({ '01-17': 3, '01-22': 42 });
  // 42 restarts in 21 days are 2 a day; it is on again at noon of the 24th.
  expect(days(report, 'restartsAvoided')).toEqual({ '01-22': 2, '01-23': 2, '01-24': 1 });
  expect(report.total).toMatchObject({ restartsAvoided: 5, off: 0, abandoned: 4, disabled: 1, tasks: 5 });
});

test('it is counted under what held when it fired', async () => {
  const { report } = await reported(MONTH);
  const groups = (of: (line: FactLine) => string | null) =>
    byGroup(report, of).map(({ group, total }) => [group, total.abandoned, total.recovered, total.disabled]);
  expect(groups(({ mode }) => mode)).toEqual([
    ['disable', 3, 1, 1],
    ['detect', 1, 1, 0],
  ]);
  expect(groups(({ cause }) => cause)).toEqual([
    ['failed', 3, 2, 1],
    ['pending', 1, 0, 0],
  ]);
  expect(groups(({ tenant, plane }) => `${tenant} on ${plane}`)).toEqual([
    ['acmeCo on eu-1', 3, 1, 1],
    ['beta on us-1', 1, 1, 0],
  ]);
});

test('how many tasks there are and fail is as it was at the end of each day', async () => {
  const { report } = await reported(MONTH);
  const failed = days(report, 'failing');
  expect([failed['01-15'], failed['01-18'], failed['01-22'], failed['01-30']]).toEqual([4, 3, 1, 2]);
  expect(days(report, 'tasks')['01-22']).toBe(4);
});

test('one tenant is told of alone', async () => {
  const { report } = await reported(MONTH, 'beta');
  expect(new Set(report.facts.map(({ tenant }) => tenant))).toEqual(new Set(['beta']));
  expect(report.total).toMatchObject({ abandoned: 1, warned: 0, recovered: 1, recoveredAfterWarning: 0 });
  expect(report.mails).toEqual([]);
});

test('mails are counted by their wordings', async () => {
  const { report } = await reported(MONTH);
  const of = (wording: string) =>
    report.mails
      .filter((line) => line.wording === wording)
      .map(({ day, figures }) => [day.slice(5), figures.mails, figures.notices]);
  expect(of('warning')).toEqual([['01-15', 1, 3]]);
  expect(of('disabled')).toEqual([['01-22', 1, 1]]);
});

test('the report says what the lines of the story say', async () => {
  const { run, report } = await reported(MONTH);
  const counted = (line: (effect: Played['lines'][number]) => string | undefined) => {
    const sums: Record<string, number> = {};
    for (const effect of run.lines) {
      const task = line(effect);
      if (task === undefined) continue;
      const name = `${effect.at.slice(0, 10)} ${tenantOf(task)}`;
      sums[name] = (sums[name] ?? 0) + 1;
    }
    return sums;
  };
  const facts = (figure: string) => {
    const sums: Record<string, number> = {};
    for (const { day, tenant, figures } of report.facts) {
      const name = `${day} ${tenant}`;
      if (figures[figure]) sums[name] = (sums[name] ?? 0) + (figures[figure] ?? 0);
    }
    return sums;
  };
  const resolved = (reason: string) => (effect: Played['lines'][number]) =>
    effect.type === 'alert-resolved' && effect.reason === reason ? effect.task : undefined;
  expect(facts('abandoned')).toEqual(
    counted((effect) => (effect.type === 'alert-fired' ? effect.task : undefined)),
  );
  expect(facts('disabled')).toEqual(
    counted((effect) => (effect.type === 'task-disabled' ? effect.task : undefined)),
  );
  expect(facts('undone')).toEqual(
    counted((effect) => (effect.type === 'task-enabled' ? effect.task : undefined)),
  );
  expect(facts('kept')).toEqual(counted(resolved('kept')));
  expect(facts('recovered')).toEqual(counted(resolved('recovered')));
});
