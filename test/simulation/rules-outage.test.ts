import { expect, test } from 'vitest';
import { MINUTE } from '../../functions/abandonment/time.ts';
import { at, failing, play } from './story.ts';

const FAILED = [{ id: '0', status: 'FAILED' }];
const PRIMARY = [{ id: '0', status: 'PRIMARY' }];

const name = (index: number, tenants = 3) => `co${index % tenants}/t${String(index).padStart(2, '0')}`;

/** Tasks that run on one plane, dealt out to tenants. */
function running(count: number, tenants = 3): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => {
    const { lastPrimaryAt, ...task } = failing(name(index, tenants), { shards: PRIMARY });
    return task;
  });
}

/** Tasks `from`..`to` - 1 are seen like this, one a minute. */
function seen(when: [number, number], from: number, to: number, shards: object[], tenants = 3): object[] {
  return Array.from({ length: to - from }, (_, place) => ({
    at: new Date(Date.parse(at(...when)) + place * MINUTE).toISOString(),
    type: 'shards',
    task: name(from + place, tenants),
    shards,
  }));
}

const firedOf = (story: string[]) => story.filter((line) => line.includes('fired'));
const alertsOf = (story: string[]) =>
  story.filter((line) => line.includes('operators')).map((line) => line.split(' ').slice(0, 3).join(' '));

test('ten of twelve tasks that fail within an hour are an outage, told each week, not abandonments', async () => {
  const { story } = await play({ tasks: running(12), events: seen([1, -0.5], 0, 10, FAILED) });
  expect(firedOf(story)).toEqual([]);
  expect(alertsOf(story)).toEqual([
    'T+1d operators correlated-failure',
    'T+8d operators correlated-failure',
    'T+15d operators correlated-failure',
    'T+22d operators correlated-failure',
    'T+29d operators correlated-failure',
  ]);
});

test('a status that counts as alive is lost as `PRIMARY` is: each of the ten makes the outage', async () => {
  const backfilling = running(12).map((task) => ({ ...task, shards: [{ id: '0', status: 'BACKFILL' }] }));
  const policy = { mode: 'disable', aliveStatuses: ['PRIMARY', 'BACKFILL'] };
  const events = seen([1, -0.5], 0, 10, FAILED);
  const { story } = await play({ policy, tasks: backfilling, events, until: at(16) });
  expect(firedOf(story)).toEqual([]);
  expect(alertsOf(story)).toEqual([
    'T+1d operators correlated-failure',
    'T+8d operators correlated-failure',
    'T+15d operators correlated-failure',
  ]);
});

test('nine are none', async () => {
  const { story } = await play({
    until: at(16),
    policy: {},
    tasks: running(12),
    events: seen([1, -0.5], 0, 9, FAILED),
  });
  expect(firedOf(story)).toHaveLength(9);
  expect(alertsOf(story)).toEqual([]);
});

test.each([
  [20, 0],
  [21, 10],
])('ten of %i that were alive: %i fire', async (alive, fired) => {
  const { story } = await play({
    until: at(16),
    policy: {},
    tasks: running(alive),
    events: seen([1, -0.5], 0, 10, FAILED),
  });
  expect(firedOf(story)).toHaveLength(fired);
});

test.each([
  [20, 0],
  [21, 10],
])('ten of %i that were alive, lost at one instant: %i fire', async (alive, fired) => {
  const { story } = await play({
    until: at(16),
    policy: {},
    tasks: running(alive),
    events: seen([1, 0], 0, 10, FAILED).map((event) => ({ ...event, at: at(1) })),
  });
  expect(firedOf(story)).toHaveLength(fired);
});

test('tasks of the plane that failed before are not asked about, and go on', async () => {
  const { story } = await play({
    until: at(16),
    policy: {},
    tasks: [...running(12), ...Array.from({ length: 15 }, (_, index) => failing(`old/t${index}`))],
    events: seen([1, -0.5], 0, 10, FAILED),
  });
  expect(firedOf(story)).toHaveLength(15);
  expect(firedOf(story).every((line) => line.startsWith('T+14d fired old/'))).toBe(true);
  expect(alertsOf(story)[0]).toBe('T+1d operators correlated-failure');
});

test('a plane whose tasks all belong to one tenant has no outage', async () => {
  const { story } = await play({
    until: at(16),
    policy: {},
    tasks: running(12, 1),
    events: seen([1, -0.5], 0, 10, FAILED, 1),
  });
  expect(firedOf(story)).toHaveLength(10);
});

test('ten that fail over more than an hour are none', async () => {
  const { story } = await play({
    until: at(16),
    policy: {},
    tasks: running(12),
    events: [...seen([1, 0], 0, 5, FAILED), ...seen([1, 2], 5, 10, FAILED)],
  });
  expect(firedOf(story)).toHaveLength(10);
  expect(alertsOf(story)).toEqual([]);
});

test('a first inventory of failing tasks is none', async () => {
  const { story } = await play({
    until: at(14),
    policy: {},
    tasks: Array.from({ length: 12 }, (_, index) => failing(name(index))),
  });
  expect(firedOf(story)).toHaveLength(12);
  expect(alertsOf(story)).toEqual([]);
});

test('it ends when fewer than half its members still fail; their clocks run on from there', async () => {
  const { story } = await play({
    until: at(20),
    policy: {},
    tasks: running(12),
    events: [...seen([1, 0], 0, 10, FAILED), ...seen([5, 0], 0, 6, PRIMARY)],
  });
  // Six at T+5d..T+5d5m: seen at the scan at T+5d1h. Frozen from the first loss, T+1d, until then: 4d1h.
  // Tasks 6..9 were lost at T+1d6m..T+1d9m, inside the outage: their 14 days count from T+5d1h.
  expect(
    firedOf(story)
      .map((line) => line.split(' since')[0])
      .sort(),
  ).toEqual([
    'T+19d1h fired co0/t06 #1',
    'T+19d1h fired co0/t09 #1',
    'T+19d1h fired co1/t07 #1',
    'T+19d1h fired co2/t08 #1',
  ]);
  expect(alertsOf(story)).toEqual(['T+1d1h operators correlated-failure']);
});

test('with just half of them still failing it goes on', async () => {
  const { story } = await play({
    until: at(25),
    policy: {},
    tasks: running(12),
    events: [...seen([1, 0], 0, 10, FAILED), ...seen([5, 0], 0, 5, PRIMARY)],
  });
  expect(firedOf(story)).toEqual([]);
});

test('members that are no longer eligible are members no more', async () => {
  const { story } = await play({
    until: at(25),
    policy: {},
    tasks: running(12),
    events: [
      ...seen([1, 0], 0, 10, FAILED),
      ...[0, 1, 2, 3, 4, 5].map((index) => ({ at: at(5), type: 'deleted', task: name(index) })),
    ],
  });
  // Four of four members still fail.
  expect(firedOf(story)).toEqual([]);
});

test('losses within the window after the first are members too; later ones are not', async () => {
  const { story } = await play({
    until: at(17),
    policy: {},
    tasks: running(16),
    events: [
      ...seen([1, -0.5], 0, 10, FAILED),
      ...seen([1, 0.4], 10, 12, FAILED),
      ...seen([1, 3], 12, 14, FAILED),
    ],
  });
  expect(
    firedOf(story)
      .map((line) => line.split(' since')[0])
      .sort(),
  ).toEqual(['T+15d3h fired co0/t12 #1', 'T+15d4h fired co1/t13 #1']);
});

test('an outage leaves the date of a task of the plane that failed before it', async () => {
  const tasks = [failing('co9/a'), ...running(12)];
  const { story } = await play({ tasks, until: at(22), events: seen([15, -0.5], 0, 12, FAILED) });
  expect(story.filter((line) => line.includes('disabled co9/a #1 due'))).toEqual([
    'T+21d disabled co9/a #1 due T+21d',
  ]);
});
