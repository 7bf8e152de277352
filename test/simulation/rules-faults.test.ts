import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../functions/abandonment/time.ts';
import { at, type Played, play, T } from './story.ts';

const ANA = 'ana@acme.test';
const START = Date.parse(T);

const fault = (when: string, target: string, mode: string, more: object) => ({
  at: when,
  type: 'fault',
  target,
  mode,
  ...more,
});

/** The mails with a notice: when each was accepted (ms since T) and the date that it says. */
function mailed({ lines }: Played, notice: string): { to: string; at: number; disableAt: number | null }[] {
  return lines.flatMap((line) =>
    line.type === 'mail'
      ? line.items
          .filter((item) => item.notice === notice)
          .map(({ disableAt }) => ({
            to: line.to,
            at: Date.parse(line.at) - START,
            disableAt: disableAt === null ? null : Date.parse(disableAt) - START,
          }))
      : [],
  );
}

const disabledAt = ({ lines }: Played) =>
  lines.filter(({ type }) => type === 'task-disabled').map((line) => Date.parse(line.at) - START);

/** The first hourly scan at or after an instant, in ms since T. */
const scanAfter = (instant: number) => Math.ceil(instant / HOUR) * HOUR;

test('a warning that SES takes late has a full grace from then on', async () => {
  const run = await play({ events: [fault(at(14), 'ses', 'down', { for: '3h' })] });
  const warnings = mailed(run, 'warning');
  expect(warnings).toHaveLength(1);
  const [warning] = warnings;
  expect(warning!.at).toBeGreaterThanOrEqual(14 * DAY + 3 * HOUR);
  expect(warning!.at).toBeLessThanOrEqual(14 * DAY + 5 * HOUR);
  expect(warning!.disableAt! - warning!.at).toBeGreaterThanOrEqual(7 * DAY);
  expect(warning!.disableAt! - warning!.at).toBeLessThanOrEqual(7 * DAY + MINUTE);
  expect(run.story).toContain('T+14d1h held acmeCo/a #1 warning-not-accepted');
  expect(disabledAt(run)).toEqual([scanAfter(warning!.disableAt!)]);
});

test('a warning that the queue did not take goes out with the next scan', async () => {
  const run = await play({ until: at(15), events: [fault(at(14), 'queue', 'down', { for: '30m' })] });
  const [warning, ...more] = mailed(run, 'warning');
  expect(more).toEqual([]);
  expect(warning!.at).toBe(14 * DAY + HOUR);
  expect(warning!.disableAt).toBe(21 * DAY + HOUR);
  expect(run.summary.oops).toBe(1);
});

test('a mail that SES throttles once goes out within minutes, once', async () => {
  const run = await play({ until: at(15), events: [fault(at(14), 'ses', 'throttle', { times: 1 })] });
  const warnings = mailed(run, 'warning');
  expect(warnings).toHaveLength(1);
  expect(warnings[0]!.at - 14 * DAY).toBeLessThanOrEqual(15 * MINUTE);
  expect(run.summary.oops).toBe(1);
});

test('a reminder that SES takes after the deadline moves it to its acceptance + the shortest lead', async () => {
  const run = await play({ events: [fault(at(19, 12), 'ses', 'down', { for: '48h' })] });
  const late = mailed(run, 'reminder').filter(({ at: when }) => when > 19 * DAY);
  expect(late).toHaveLength(1);
  expect(late[0]!.at).toBeGreaterThanOrEqual(21 * DAY + 12 * HOUR);
  expect(late[0]!.disableAt! - late[0]!.at).toBeGreaterThanOrEqual(DAY);
  expect(late[0]!.disableAt! - late[0]!.at).toBeLessThanOrEqual(DAY + MINUTE);
  expect(disabledAt(run)).toEqual([scanAfter(late[0]!.disableAt!)]);
});

test('an address that SES refuses is suppressed: the admin is warned with a full grace', async () => {
  const run = await play({
    until: at(15),
    admins: { 'acmeCo/': ['boss@acme.test'] },
    events: [fault(at(14), 'ses', 'reject', { recipient: ANA, for: '1d' })],
  });
  expect(run.story).toContain(`T+14d mail-failed ${ANA} rejected`);
  const warnings = mailed(run, 'warning');
  expect(warnings.map(({ to }) => to)).toEqual(['boss@acme.test']);
  expect(warnings[0]!.at).toBeLessThanOrEqual(14 * DAY + HOUR);
  expect(warnings[0]!.disableAt! - warnings[0]!.at).toBe(7 * DAY);
});

test('of two owners the one whom SES accepts keeps their date; the other is suppressed', async () => {
  const run = await play({
    until: at(15),
    admins: { 'acmeCo/': ['boss@acme.test'] },
    tasks: [
      {
        id: 'acmeCo/a',
        kind: 'capture',
        enabled: true,
        createdAt: '2025-06-01T00:00:00Z',
        owners: [ANA, 'bob@acme.test'],
        dataPlane: 'eu-1',
        shards: [{ id: '0', status: 'FAILED' }],
        lastPrimaryAt: T,
      },
    ],
    events: [fault(at(14), 'ses', 'reject', { recipient: ANA, for: '1d' })],
  });
  expect(mailed(run, 'warning')).toEqual([{ to: 'bob@acme.test', at: 14 * DAY, disableAt: 21 * DAY }]);
});

test('a control plane that is down at the deadline disables it when it is back, once', async () => {
  const run = await play({ events: [fault(at(21), 'control-plane', 'down', { for: '3h' })] });
  expect(disabledAt(run)).toHaveLength(1);
  expect(disabledAt(run)[0]).toBeGreaterThanOrEqual(21 * DAY + 3 * HOUR);
  expect(disabledAt(run)[0]).toBeLessThanOrEqual(21 * DAY + 6 * HOUR);
  expect(mailed(run, 'disabled')).toHaveLength(1);
});

test('a recovery while the control plane is down prevents the disabling', async () => {
  const run = await play({
    events: [
      fault(at(21), 'control-plane', 'down', { for: '3h' }),
      { at: at(21, 2), type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'PRIMARY' }] },
    ],
  });
  expect(disabledAt(run)).toEqual([]);
  expect(run.story.filter((line) => line.includes('resolved'))).toEqual([
    expect.stringMatching(/^T\+21d[23]h resolved acmeCo\/a #1 recovered$/),
  ]);
});

test.each([
  ['1h', 'T+14d'],
  ['2h', 'T+14d2h'],
  ['5h', 'T+14d5h'],
])('a scanner down for %s from T+10d: it fires at %s', async (span, fired) => {
  const { story } = await play({ until: at(15), events: [fault(at(10), 'scanner', 'down', { for: span })] });
  expect(story.filter((line) => line.includes('fired'))).toEqual([
    `${fired} fired acmeCo/a #1 since T+0d (disable)`,
  ]);
});

test('operators hear of a scanner that missed two scans, not of one that missed one', async () => {
  const alerts = async (span: string) => {
    const { story } = await play({
      until: at(13),
      events: [fault(at(10), 'scanner', 'down', { for: span })],
    });
    return story
      .filter((line) => line.includes('operators'))
      .map((line) => line.split(' ').slice(1, 3).join(' '));
  };
  expect(await alerts('1h')).toEqual([]);
  expect(await alerts('5h')).toEqual(['operators scanner-stopped']);
});

test.each([
  ['a tick that dies', 'scanner', 'crash', { times: 1 }],
  ['two ticks at once', 'scanner', 'duplicate', { times: 1 }],
  ['a message that arrives twice', 'queue', 'duplicate', { for: '1h' }],
  ['a notifier that dies', 'notifier', 'crash', { times: 1 }],
  ['a table that is throttled', 'table', 'throttle', { times: 5 }],
])('%s loses no warning and doubles none', async (_, target, mode, more) => {
  const run = await play({ events: [fault(at(14), target, mode, more)] });
  const warnings = mailed(run, 'warning');
  expect(warnings).toHaveLength(1);
  expect(warnings[0]!.at - 14 * DAY).toBeLessThanOrEqual(2 * HOUR);
  expect(disabledAt(run)).toEqual([scanAfter(warnings[0]!.disableAt!)]);
  expect(mailed(run, 'reminder')).toHaveLength(2);
  expect(mailed(run, 'disabled')).toHaveLength(1);
});

test.each([
  ['a disabler that dies', 'disabler', 'crash', { times: 1 }],
  ['a message that arrives twice', 'queue', 'duplicate', { for: '1h' }],
  ['a request whose answer is lost', 'control-plane', 'timeout-after-accept', { times: 1 }],
  ['a tick that dies', 'scanner', 'crash', { times: 1 }],
])('%s at the deadline: disabled once, mailed once', async (_, target, mode, more) => {
  const run = await play({ events: [fault(at(21), target, mode, more)] });
  expect(disabledAt(run)).toHaveLength(1);
  expect(disabledAt(run)[0]! - 21 * DAY).toBeLessThanOrEqual(2 * HOUR);
  expect(mailed(run, 'disabled')).toHaveLength(1);
  expect(run.story.filter((line) => line.includes('resolved'))).toHaveLength(1);
});

test('operators hear of a control plane that does not disable a task, and no more once it did', async () => {
  const run = await play({ events: [fault(at(21), 'control-plane', 'down', { for: '2d' })] });
  expect(disabledAt(run)).toHaveLength(1);
  expect(disabledAt(run)[0]).toBeGreaterThanOrEqual(23 * DAY);
  const alerts = run.story.filter((line) => line.includes(' operators '));
  expect(alerts).toEqual([expect.stringContaining('operators breaker-open the disable queue is off')]);
});
