import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

/** Scans every six hours; a task is warned about after two days and off two days later. */
const SWIFT = { mode: 'disable', warnAfter: '2d', disableAfter: '2d', reminders: [] };

function story(scenario: Record<string, unknown>) {
  return play({
    until: at(12),
    scanEvery: '6h',
    policy: SWIFT,
    admins: { 'acmeCo/': ['boss@acme.test'] },
    operators: ['ops@platform.test'],
    ...scenario,
  });
}

const fault = (when: string, target: string, mode: string, lasts: object) => ({
  at: when,
  type: 'fault',
  target,
  mode,
  ...lasts,
});

test('a reminder that was decided before scans stopped and mailed after it is not mailed twice for the same date', async () => {
  const { story: lines } = await story({
    policy: { ...SWIFT, reminders: ['36h', '12h'] },
    // A second one, so that the scan before is long enough for half of it to come as far as the reminder.
    tasks: [failing('acmeCo/a'), failing('acmeCo/b', { owners: ['bo@acme.test'] })],
    policies: { 'acmeCo/b': { mode: 'notify' } },
    events: [fault(at(2, 6), 'scanner', 'crash', { times: 4 })],
  });
  const reminders = lines.filter((line) => line.includes('reminder'));
  expect(reminders).toEqual([
    'T+3d6h mail ana@acme.test: reminder acmeCo/a #1 until T+5d',
    'T+4d12h mail ana@acme.test: reminder acmeCo/a #1 until T+5d',
  ]);
});

test('a mode that is raised while the indexes lag by a tick starts a warning and a full grace', async () => {
  const { story: lines } = await story({
    events: [
      { at: at(1, 20), type: 'policy', scope: 'acmeCo/a', set: { mode: 'notify' } },
      { at: at(4, 1), type: 'policy', scope: 'acmeCo/a', set: { mode: 'disable' } },
    ],
    chaos: [{ at: at(4, 1), type: 'stale-index', for: 10 * 3_600_000 }],
  });
  expect(lines).toEqual([
    'T+2d fired acmeCo/a #1 since T+0d (notify)',
    'T+2d mail ana@acme.test: warning acmeCo/a #1',
    'T+4d12h mail ana@acme.test: warning acmeCo/a #1 until T+6d12h',
    'T+6d12h disabled acmeCo/a #1 due T+6d12h',
    'T+6d12h resolved acmeCo/a #1 disabled',
    'T+6d12h+ mail ana@acme.test: disabled acmeCo/a #1',
  ]);
});

test('what opened while the index lags behind a change of its policy is evaluated with the next scan', async () => {
  const { story: lines } = await story({
    events: [
      { at: at(1, 20), type: 'policy', scope: 'acmeCo/a', set: { mode: 'detect' } },
      { at: at(2, 1), type: 'policy', scope: 'acmeCo/a', set: { mode: 'disable' } },
    ],
    chaos: [{ at: at(2, 1), type: 'stale-index', for: 6 * 3_600_000 }],
  });
  expect(lines).toEqual([
    'T+2d fired acmeCo/a #1 since T+0d (detect)',
    'T+2d12h mail ana@acme.test: warning acmeCo/a #1 until T+4d12h',
    'T+4d12h disabled acmeCo/a #1 due T+4d12h',
    'T+4d12h resolved acmeCo/a #1 disabled',
    'T+4d12h+ mail ana@acme.test: disabled acmeCo/a #1',
  ]);
});

test('operators are told at the second scan that stays away, also where the last one came late', async () => {
  const { story: lines } = await story({
    until: at(4),
    tasks: [],
    events: [
      fault(at(1), 'scanner', 'throttle', { times: 1 }),
      fault(at(1, 1), 'scanner', 'down', { for: '12h' }),
    ],
  });
  expect(lines).toEqual([expect.stringMatching(/^T\+1d12h operators scanner-stopped/)]);
});

test('an address that SES refuses to a notifier that dies of it is written to again once nothing was heard', async () => {
  const { story: lines } = await story({
    events: [fault(at(2), 'ses', 'reject', { recipient: 'ana@acme.test', for: '3h' })],
    chaos: [{ at: at(1, 20), type: 'crash', process: 'notify', call: 14, when: 'after' }],
  });
  expect(lines.filter((line) => line.includes('warning'))).toEqual([
    'T+2d6h held acmeCo/a #1 warning-not-accepted',
    'T+2d6h mail ana@acme.test: warning acmeCo/a #1 until T+4d6h',
  ]);
});

test('a bounce that is still on its way to a worker that died holds nothing', async () => {
  const { summary } = await story({
    chaos: [
      { at: at(3, 23), type: 'crash', process: 'mail-events', call: 3, when: 'before' },
      {
        at: new Date(Date.parse(at(4)) - 60_000).toISOString(),
        type: 'report',
        recipient: 'ana@acme.test',
        event: 'bounce',
      },
    ],
  });
  expect(summary.disabled).toBe(1);
});

test('operators are not told of a task that nobody can be notified of while somebody keeps it', async () => {
  const { story: lines } = await story({
    events: [{ at: at(3), type: 'action', task: 'acmeCo/a', by: 'ana@acme.test', action: 'keep', for: '2d' }],
    tasks: [failing('acmeCo/a'), failing('other/b', { owners: ['boss@acme.test'] })],
    admins: {},
    chaos: [{ at: at(3, 1), type: 'report', recipient: 'ana@acme.test', event: 'bounce' }],
  });
  expect(lines.filter((line) => line.includes('no-reachable-owner'))).toEqual([
    'T+5d held acmeCo/a #2 no-reachable-owner',
    'T+5d operators no-reachable-owner acmeCo/a',
    'T+12d operators no-reachable-owner acmeCo/a',
  ]);
});

test('a scanner that is down has no ticks, whatever other fault holds', async () => {
  const { story: lines, summary } = await story({
    until: at(4),
    tasks: [],
    events: [
      fault(at(1, 1), 'scanner', 'throttle', { times: 4 }),
      fault(at(1, 7), 'scanner', 'down', { for: '24h' }),
    ],
  });
  expect(lines).toEqual([expect.stringMatching(/^T\+1d18h operators scanner-stopped/)]);
  // Ticks every six hours from T+0d to T+4d, but for T+1d12h, T+1d18h, T+2d and T+2d6h.
  expect(summary.scans).toBe(13);
});

test('a date whose mail nothing was heard of binds the mails to others too', async () => {
  const { story: lines } = await story({
    policy: { ...SWIFT, warnAfter: '3d', reminders: ['1d'] },
    tasks: [failing('acmeCo/a', { owners: ['bob@acme.test'] })],
    subscriptions: [{ prefix: 'acmeCo/', email: 'team@acme.test' }],
    recipients: {
      'bob@acme.test': { zone: 'Asia/Kathmandu', quietHours: { from: '05:00', to: '04:00' } },
    },
    events: [
      fault(at(3, 18), 'scanner', 'down', { for: '27h' }),
      fault(at(4, 20), 'ses', 'timeout-after-accept', { times: 4 }),
      fault(at(4, 20), 'feedback', 'down', { times: 4 }),
    ],
  });
  expect(lines.filter((line) => line.includes(' until '))).toEqual([
    // Bob is awake from 04:00 in Kathmandu, which is 22:15 in UTC.
    'T+3d mail team@acme.test: warning acmeCo/a #1 until T+5d',
    // Scans slept: the date moved. The answers to the next four mails are lost, the last of them to Bob.
    'T+5d6h mail team@acme.test: reminder acmeCo/a #1 until T+6d6h',
    'T+5d12h mail team@acme.test: reminder acmeCo/a #1 until T+6d6h',
    'T+5d18h mail team@acme.test: reminder acmeCo/a #1 until T+6d6h',
    'T+5d22h15m mail bob@acme.test: warning acmeCo/a #1 until T+6d22h15m',
    'T+6d mail team@acme.test: reminder acmeCo/a #1 until T+6d22h15m',
    'T+6d22h15m mail bob@acme.test: warning acmeCo/a #1 until T+7d22h15m',
  ]);
});

test('where clocks differ by minutes, settleAfter is over by the clock of the scanner', async () => {
  const minute = 60_000;
  const { story: lines } = await story({
    recipients: { 'ana@acme.test': { quietHours: { from: '00:00', to: '05:01' } } },
    events: [
      fault(at(1), 'ses', 'timeout-after-accept', { times: 1 }),
      fault(at(1), 'feedback', 'down', { times: 1 }),
    ],
    chaos: [{ at: at(2), type: 'skew', process: 'scanner', by: 3 * minute, for: 24 * 60 * minute }],
  });
  expect(lines.filter((line) => line.includes(' warning '))).toEqual([
    'T+2d5h1m mail ana@acme.test: warning acmeCo/a #1 until T+4d5h1m',
    'T+2d6h mail ana@acme.test: warning acmeCo/a #1 until T+4d6h',
  ]);
});

test('a recovery that is heard after the failing that followed it is mailed, and breaks no promise', async () => {
  const seen = (when: string, status: string) => ({
    at: when,
    type: 'shards',
    task: 'acmeCo/a',
    shards: [{ id: '0', status }],
  });
  const { story: lines } = await story({
    policy: { ...SWIFT, warnAfter: '4d', disableAfter: '3d', recoveryMail: true },
    events: [seen('2026-01-05T17:48:00Z', 'PRIMARY'), seen('2026-01-05T17:48:20Z', 'FAILED')],
    chaos: [{ at: '2026-01-05T12:34:00Z', type: 'crash', process: 'ingest', call: 6, when: 'before' }],
  });
  expect(lines.slice(0, 4)).toEqual([
    'T+4d fired acmeCo/a #1 since T+0d (disable)',
    'T+4d mail ana@acme.test: warning acmeCo/a #1 until T+7d',
    'T+4d18h resolved acmeCo/a #1 recovered',
    'T+4d18h mail ana@acme.test: recovered acmeCo/a #1',
  ]);
});

test('a later date in a mail whose answer is lost binds the mail to another of the same minute', async () => {
  const owners = ['ana@acme.test', 'cem@acme.test'];
  const on = (task: string, when: string, status: string) => ({
    at: when,
    type: 'shards',
    task,
    shards: [{ id: '0', status }],
  });
  const mode = (when: string, set: string) => ({
    at: when,
    type: 'policy',
    scope: 'beta/a',
    set: { mode: set },
  });
  const { lines } = await story({
    until: at(20),
    seed: 301415,
    policy: {
      ...SWIFT,
      reminders: ['3d', '1d'],
      escalateAt: '6h',
      blastRadius: { share: 0.3, shareFloor: 1 },
    },
    admins: { 'beta/': ['boss@beta.test'] },
    tasks: [failing('beta/a', { owners }), failing('beta/b', { owners })],
    events: [
      on('beta/b', at(11, 19), 'PRIMARY'),
      mode(at(11, 20), 'notify'),
      on('beta/b', at(12, 23), 'FAILED'),
      mode(at(14, 2), 'disable'),
      fault(at(12, 3), 'ses', 'timeout-after-accept', { times: 2 }),
      fault(at(14, 12), 'scanner', 'down', { for: '8h' }),
      fault(at(14, 22), 'ses', 'crash', { times: 3 }),
    ],
    chaos: [
      { at: at(5, 12), type: 'report', recipient: 'cem@acme.test', event: 'complaint' },
      { at: at(15, 16), type: 'partial-send', times: 1 },
    ],
  });
  const dates = lines
    .flatMap((line) => (line.type === 'mail' && line.at > at(16) ? line.items : []))
    .filter(({ task, disableAt }) => task === 'beta/a' && disableAt !== null)
    .map(({ disableAt }) => disableAt);
  expect(dates.length).toBeGreaterThan(1);
  expect(dates).toEqual([...dates].sort());
});
