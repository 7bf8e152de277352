import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const quiet = (from: string, to: string, zone: string) => ({
  mode: 'disable',
  quietHours: { from, to, zone },
});

test('what is due at night is held until the morning of the zone', async () => {
  // Berlin is an hour ahead of UTC in January: 22:00-06:00 is 21:00-05:00 UTC.
  const { story } = await play({ until: at(22), policy: quiet('22:00', '06:00', 'Europe/Berlin') });
  expect(story.slice(4)).toEqual([
    'T+21d held acmeCo/a #1 quiet-hours',
    'T+21d5h disabled acmeCo/a #1 due T+21d',
    'T+21d5h resolved acmeCo/a #1 disabled',
    'T+21d5h+ mail ana@acme.test: disabled acmeCo/a #1',
  ]);
});

test('their first minute is quiet, their last instant is not', async () => {
  const begins = await play({ until: at(22), policy: quiet('00:00', '03:00', 'UTC') });
  expect(begins.story[4]).toBe('T+21d held acmeCo/a #1 quiet-hours');
  expect(begins.story[5]).toBe('T+21d3h disabled acmeCo/a #1 due T+21d');
  const ends = await play({ until: at(22), policy: quiet('21:00', '00:00', 'UTC') });
  expect(ends.story[4]).toBe('T+21d disabled acmeCo/a #1 due T+21d');
});

test('warnings and reminders go out at night', async () => {
  const { story } = await play({ until: at(21), policy: quiet('22:00', '06:00', 'UTC') });
  expect(story.slice(1, 4).map((line) => line.split(' ')[0])).toEqual(['T+14d', 'T+18d', 'T+20d']);
});

test('a recovery in the quiet hours prevents the disabling', async () => {
  const { story } = await play({
    until: at(22),
    policy: quiet('22:00', '06:00', 'UTC'),
    events: [{ at: at(21, 3), type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'PRIMARY' }] }],
  });
  expect(story.slice(4)).toEqual([
    'T+21d held acmeCo/a #1 quiet-hours',
    'T+21d3h resolved acmeCo/a #1 recovered',
  ]);
});

test('quiet hours of one prefix hold its tasks alone', async () => {
  const { story } = await play({
    until: at(21, 2),
    tasks: [failing('acmeCo/a'), failing('otherCo/a')],
    policies: { 'acmeCo/': { quietHours: { from: '22:00', to: '06:00', zone: 'UTC' } } },
  });
  expect(story.filter((line) => /held|disabled \S+ #1 due/.test(line)).sort()).toEqual([
    'T+21d disabled otherCo/a #1 due T+21d',
    'T+21d held acmeCo/a #1 quiet-hours',
  ]);
});

test('quiet hours taken back let the disabling go on', async () => {
  const { story } = await play({
    until: at(22),
    policy: quiet('22:00', '06:00', 'UTC'),
    events: [{ at: at(21, 2), type: 'policy', scope: '', set: { quietHours: null } }],
  });
  expect(story.slice(4, 6)).toEqual([
    'T+21d held acmeCo/a #1 quiet-hours',
    'T+21d2h disabled acmeCo/a #1 due T+21d',
  ]);
});

test.each([
  // Clocks go from 02:00 to 03:00 at 01:00 UTC: 06:00 in Berlin is 04:00 UTC then.
  ['2026-03-29T00:00:00Z', '2026-03-29T04:00:00Z'],
  // Clocks go from 03:00 to 02:00 at 01:00 UTC: 06:00 in Berlin is 05:00 UTC then.
  ['2026-10-25T00:00:00Z', '2026-10-25T05:00:00Z'],
])('in the night in which the clocks change, what is due at %s is disabled at %s', async (due, off) => {
  const day = 24 * 3_600_000;
  const instant = (days: number) =>
    new Date(Date.parse(due) + days * day).toISOString().replace('.000Z', 'Z');
  const { lines } = await play({
    start: instant(-8),
    until: instant(1),
    policy: quiet('22:00', '06:00', 'Europe/Berlin'),
    tasks: [failing('acmeCo/a', { lastPrimaryAt: instant(-21) })],
  });
  expect(lines.find(({ type }) => type === 'task-disabled')).toMatchObject({ at: off, disableAt: due });
  expect(lines.find(({ type }) => type === 'held')).toMatchObject({ at: due, reason: 'quiet-hours' });
});

// The 1st of January 2026 is a Thursday: what is due at T+21d is due on Thursday the 22nd.
const quietDays = (days: object, more: object = {}) => ({
  mode: 'disable',
  quietDays: { zone: 'UTC', ...days },
  ...more,
});

test('what is due on a quiet day is held until the day ends in its zone', async () => {
  const { story } = await play({
    until: at(23),
    policy: quietDays({ weekdays: ['Thu'], zone: 'Europe/Berlin' }),
  });
  expect(story.slice(4)).toEqual([
    'T+21d held acmeCo/a #1 quiet-hours',
    'T+21d23h disabled acmeCo/a #1 due T+21d',
    'T+21d23h resolved acmeCo/a #1 disabled',
    'T+21d23h+ mail ana@acme.test: disabled acmeCo/a #1',
  ]);
});

test('dates and weekdays in a row hold together, and the quiet hours after them', async () => {
  const { story } = await play({
    until: at(26),
    policy: quietDays(
      { weekdays: ['Sat', 'Sun'], dates: ['2026-01-22', '2026-01-23'] },
      { quietHours: { from: '00:00', to: '07:00', zone: 'UTC' } },
    ),
  });
  expect(story.filter((line) => /held|disabled acmeCo\/a #1 due/.test(line))).toEqual([
    'T+21d held acmeCo/a #1 quiet-hours',
    'T+25d7h disabled acmeCo/a #1 due T+21d',
  ]);
});

test('a day that is quiet from the next policy on holds at once, and one that is no more lets go', async () => {
  const set = (when: string, days: unknown) => ({
    at: when,
    type: 'policy',
    scope: 'acmeCo/',
    set: { quietDays: days },
  });
  const { story } = await play({
    until: at(23),
    events: [
      set(at(20), { dates: ['2026-01-22', '2026-01-23'], zone: 'UTC' }),
      set(at(22, 5), { dates: ['2026-01-22'], zone: 'UTC' }),
    ],
  });
  expect(story.filter((line) => /held|disabled acmeCo\/a #1 due/.test(line))).toEqual([
    'T+21d held acmeCo/a #1 quiet-hours',
    'T+22d5h disabled acmeCo/a #1 due T+21d',
  ]);
});

test('mode is the same key as stage, at the start and in an event', async () => {
  const byMode = await play({
    until: at(22),
    policy: { mode: 'notify' },
    events: [{ at: at(15), type: 'policy', scope: 'acmeCo/', set: { mode: 'disable' } }],
  });
  const byStage = await play({
    until: at(22),
    policy: { mode: 'notify' },
    events: [{ at: at(15), type: 'policy', scope: 'acmeCo/', set: { mode: 'disable' } }],
  });
  expect(byMode.story).toEqual(byStage.story);
  expect(byMode.story[0]).toContain('(notify)');
});
