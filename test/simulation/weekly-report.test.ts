import { expect, test } from 'vitest';
import type { Scenario } from '../../simulation/scenario/scenario-types.ts';
import { at, failing, play } from './story.ts';

const OPS = 'ops@platform.test';
const ACME = 'lead@acme.test';
const weekly = (prefix: string, email: string) => ({ prefix, email, alertTypes: ['weekly_report' as const] });

type Subscription = Scenario['subscriptions'][number];

/** A story with subscriptions to the weekly report, which a file of a scenario does not have. */
const runWith = (subscriptions: Subscription[], more: Record<string, unknown>) =>
  play(more, {}, (read) => ({ ...read, subscriptions: [...read.subscriptions, ...subscriptions] }));

/** Hears of alerts, too. */
const BOTH: Subscription = { ...weekly('acmeCo/', ACME), alertTypes: ['task_abandoned', 'weekly_report'] };

/** The lines of weekly mails: when, to whom, of which week. */
const reports = ({ lines }: Awaited<ReturnType<typeof play>>) =>
  lines.flatMap((line) =>
    line.type === 'mail' && line.report ? [[line.at, line.to, line.report.week, line.report.tenants]] : [],
  );

test('a week that has something to report is mailed once, on Monday, to those who subscribed', async () => {
  const run = await runWith([weekly('', OPS), weekly('acmeCo/', ACME), weekly('gamma/', 'gus@gamma.test')], {
    until: at(40),
    tasks: [failing('acmeCo/a'), failing('beta/b', { owners: ['bob@beta.test'] })],
  });
  // Both fire on Thursday the 15th, and are disabled on Thursday the 22nd; the weeks before and after are quiet.
  expect(reports(run).sort()).toEqual([
    ['2026-01-19T01:00:00Z', ACME, '2026-01-12', ['acmeCo']],
    ['2026-01-19T01:00:00Z', OPS, '2026-01-12', ['']],
    ['2026-01-26T01:00:00Z', ACME, '2026-01-19', ['acmeCo']],
    ['2026-01-26T01:00:00Z', OPS, '2026-01-19', ['']],
  ]);
});

/** Acme's week with one story, its report being asked for on Monday the 19th at one o'clock. */
const acme = (more: Record<string, unknown>, subscriptions: Subscription[] = [weekly('acmeCo/', ACME)]) =>
  runWith(subscriptions, { until: at(19), ...more });

test('nobody is mailed who subscribed to less than a tenant, or to alerts alone', async () => {
  const subscriptions = [{ prefix: 'acmeCo/', email: ACME }];
  expect(reports(await acme({ subscriptions }, [weekly('acmeCo/prod/', OPS)]))).toEqual([]);
});

test('who subscribed to the report alone is not warned of anything', async () => {
  const run = await acme({});
  const toThem = run.lines.filter((line) => line.type === 'mail' && line.to === ACME);
  expect(toThem).toMatchObject([{ items: [], report: { week: '2026-01-12' } }]);
});

test.each([
  ['SES takes no mail for an hour', { target: 'ses', mode: 'throttle', for: '1h' }],
  ['the notifier dies three times', { target: 'notifier', mode: 'crash', times: 3 }],
  ['its answer is lost', { target: 'notifier', mode: 'timeout-after-accept', times: 1 }],
  ['messages come twice', { target: 'queue', mode: 'duplicate', for: '2h' }],
  ['the table is busy', { target: 'table', mode: 'throttle', for: '30m' }],
  ['the scanner dies', { target: 'scanner', mode: 'crash', times: 2 }],
])('where %s, it is mailed once all the same', async (_, fault) => {
  const run = await acme({ events: [{ at: at(18, 1), type: 'fault', ...fault }] });
  expect(reports(run).map(([, ...what]) => what)).toEqual([[ACME, '2026-01-12', ['acmeCo']]]);
});

test('it keeps out of the quiet hours of its reader, and tells in their language', async () => {
  const run = await acme({
    recipients: { [ACME]: { quietHours: { from: '22:00', to: '06:00' }, zone: 'UTC', language: 'de' } },
  });
  expect(reports(run)).toEqual([['2026-01-19T06:00:00Z', ACME, '2026-01-12', ['acmeCo']]]);
});

test('no mail goes to an address that is suppressed', async () => {
  const events = [{ at: at(15), type: 'mail-event', recipient: ACME, event: 'bounce' }];
  const run = await acme({ events }, [BOTH]);
  expect(reports(run)).toEqual([]);
});

test('whoever hears of alerts too is warned as if there were no report', async () => {
  const without = [{ prefix: 'acmeCo/', email: ACME, alertTypes: ['task_abandoned'] }];
  const notices = (simulated: Awaited<ReturnType<typeof play>>) =>
    simulated.story.filter((line) => !/: $/.test(line));
  const run = await runWith([BOTH], { until: at(40) });
  expect(reports(run)).toHaveLength(2);
  expect(notices(run)).toEqual((await play({ until: at(40), subscriptions: without })).story);
});

test('a file cannot ask for the report', async () => {
  await expect(play({ subscriptions: [weekly('', OPS)] })).rejects.toThrow(
    'subscriptions[0].alertTypes[0]: is "weekly_report"; allowed are "task_abandoned"',
  );
});
