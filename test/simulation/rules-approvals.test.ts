import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const tasks = (tenant: string, count: number, more: Record<string, unknown> = {}) =>
  Array.from({ length: count }, (_, index) =>
    failing(`${tenant}/t${String(index).padStart(2, '0')}`, {
      owners: [`${tenant.toLowerCase()}@x.test`],
      ...more,
    }),
  );
const approve = (when: string) => ({ at: when, type: 'operator', action: 'approve' });
const instantsOf = (story: string[], tenant = '') =>
  story
    .filter((line) => / disabled \S+ #1 due/.test(line) && line.includes(` ${tenant}`))
    .map((line) => line.split(' ')[0]);
const heldOf = (story: string[]) =>
  story.filter((line) => line.includes('held') && line.endsWith('blast-radius'));

test('what operators approve is disabled with the next scan', async () => {
  const { story } = await play({ until: at(30), tasks: tasks('aCo', 11), events: [approve(at(22, 0.5))] });
  expect(instantsOf(story)).toEqual(Array(11).fill('T+22d1h'));
  expect(story.filter((line) => line.includes('operators')).map((line) => line.split(' ')[0])).toEqual([
    'T+21d',
  ]);
});

test('what is approved is worked off within the same rate limit', async () => {
  const { story } = await play({
    until: at(30),
    policy: { mode: 'disable', blastRadius: { perRun: 5 } },
    tasks: tasks('aCo', 11),
    events: [approve(at(22))],
  });
  expect(instantsOf(story)).toEqual([...Array(5).fill('T+22d'), ...Array(5).fill('T+22d1h'), 'T+22d2h']);
});

test('an approval covers what is held at that instant, nothing that comes later', async () => {
  const { story } = await play({
    until: at(30),
    tasks: [...tasks('aCo', 11, { lastPrimaryAt: at(-3) }), ...tasks('bCo', 11)],
    events: [approve(at(19))],
  });
  expect(instantsOf(story, 'aCo')).toEqual(Array(11).fill('T+19d'));
  expect(instantsOf(story, 'bCo')).toEqual([]);
  expect(heldOf(story).filter((line) => line.startsWith('T+21d held bCo/'))).toHaveLength(11);
});

test('an approval before anything is held approves nothing', async () => {
  const { story } = await play({ until: at(22), tasks: tasks('aCo', 11), events: [approve(at(20))] });
  expect(instantsOf(story)).toEqual([]);
  expect(heldOf(story)).toHaveLength(11);
});

test('what was approved never counts towards a spike', async () => {
  const { story } = await play({
    until: at(24),
    tasks: [...tasks('aCo', 11), ...tasks('bCo', 8, { lastPrimaryAt: at(1, 6) })],
    events: [approve(at(22))],
  });
  expect(instantsOf(story, 'bCo')).toEqual(Array(8).fill('T+22d6h'));
});

test('what was approved and recovers is not disabled', async () => {
  const { story } = await play({
    until: at(23),
    tasks: tasks('aCo', 11),
    events: [
      approve(at(22, 0.5)),
      { at: at(22, 0.75), type: 'shards', task: 'aCo/t03', shards: [{ id: '0', status: 'PRIMARY' }] },
    ],
  });
  expect(instantsOf(story)).toHaveLength(10);
});

test('what is approved waits for the end of quiet hours', async () => {
  const { story } = await play({
    until: at(23),
    policy: { mode: 'disable', quietHours: { from: '22:00', to: '06:00', zone: 'UTC' } },
    tasks: tasks('aCo', 11),
    events: [approve(at(22, 1))],
  });
  expect(instantsOf(story)).toEqual(Array(11).fill('T+22d6h'));
});

const runningOn = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const { lastPrimaryAt, ...task } = failing(`co${index % 3}/t${index}`, {
      shards: [{ id: '0', status: 'PRIMARY' }],
    });
    return task;
  });
const lost = (when: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    at: when,
    type: 'shards',
    task: `co${index % 3}/t${index}`,
    shards: [{ id: '0', status: 'FAILED' }],
  }));

test('an outage that operators dismiss ends there; the clocks of its members run on', async () => {
  const { story } = await play({
    until: at(18),
    policy: {},
    tasks: runningOn(12),
    events: [...lost(at(1), 10), { at: at(3), type: 'operator', action: 'dismiss', of: 'eu-1' }],
  });
  const fired = story.filter((line) => line.includes('fired'));
  expect(fired).toHaveLength(10);
  expect(fired.every((line) => line.startsWith('T+17d fired'))).toBe(true);
  expect(
    story.filter((line) => line.includes('operators')).map((line) => line.split(' ').slice(0, 3).join(' ')),
  ).toEqual(['T+1d operators correlated-failure']);
});

test('to dismiss a plane without an outage changes nothing', async () => {
  const { story } = await play({
    until: at(14),
    policy: {},
    events: [{ at: at(3), type: 'operator', action: 'dismiss', of: 'eu-1' }],
  });
  expect(story).toEqual(['T+14d fired acmeCo/a #1 since T+0d (detect)']);
});
