import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const seen = (when: string, ...statuses: string[]) => ({
  at: when,
  type: 'shards',
  task: 'acmeCo/a',
  shards: statuses.map((status, id) => ({ id: String(id), status })),
});

const WARNED = [
  'T+14d fired acmeCo/a #1 since T+0d (disable)',
  'T+14d mail ana@acme.test: warning acmeCo/a #1 until T+21d',
];

test('a task that recovers before its threshold starts from zero when it fails again', async () => {
  const { story } = await play({
    until: at(35),
    events: [seen(at(13, 23), 'PRIMARY'), seen(at(20), 'FAILED')],
  });
  expect(story).toEqual([
    'T+34d fired acmeCo/a #1 since T+20d (disable)',
    'T+34d mail ana@acme.test: warning acmeCo/a #1 until T+41d',
  ]);
});

test('a task that recovers at the instant of its threshold does not fire', async () => {
  const { story } = await play({ until: at(16), events: [seen(at(14), 'PRIMARY')] });
  expect(story).toEqual([]);
});

test('a task that was alive for half an hour between two scans is counted from its second loss', async () => {
  const { story } = await play({
    until: at(29),
    events: [seen(at(13, 23.25), 'PRIMARY'), seen(at(13, 23.5), 'FAILED')],
  });
  expect(story).toEqual([
    'T+28d fired acmeCo/a #1 since T+13d23h30m (disable)',
    'T+28d mail ana@acme.test: warning acmeCo/a #1 until T+35d',
  ]);
});

test('a recovery that lasted less than a scan ends the episode, and the next one has a full grace', async () => {
  const { story } = await play({
    until: at(30),
    events: [seen(at(15, 0.25), 'PRIMARY'), seen(at(15, 0.5), 'FAILED')],
  });
  expect(story).toEqual([
    ...WARNED,
    'T+15d1h resolved acmeCo/a #1 recovered',
    'T+29d1h fired acmeCo/a #2 since T+15d30m (disable)',
    'T+29d1h mail ana@acme.test: warning acmeCo/a #2 until T+36d1h',
  ]);
});

test('who asked for it is notified of the recovery', async () => {
  const { story } = await play({
    until: at(22),
    policy: { mode: 'disable', recoveryMail: true },
    events: [seen(at(15), 'PRIMARY')],
  });
  expect(story).toEqual([
    ...WARNED,
    'T+15d resolved acmeCo/a #1 recovered',
    'T+15d mail ana@acme.test: recovered acmeCo/a #1',
  ]);
});

test('nobody is notified of a recovery, nor of a date withdrawn by it, unless asked for', async () => {
  const { story } = await play({ until: at(22), events: [seen(at(15), 'PRIMARY')] });
  expect(story).toEqual([...WARNED, 'T+15d resolved acmeCo/a #1 recovered']);
});

test('a recovery at the instant of the deadline prevents the disabling', async () => {
  const { story } = await play({ until: at(22), events: [seen(at(21), 'PRIMARY')] });
  expect(story.slice(4)).toEqual(['T+21d resolved acmeCo/a #1 recovered']);
});

test('one alive shard of three is enough', async () => {
  const { story } = await play({ events: [seen(at(13), 'FAILED', 'PRIMARY', 'STANDBY')] });
  expect(story).toEqual([]);
});

test('a recovery ends the episode although its data plane is down', async () => {
  const { story } = await play({
    until: at(20),
    events: [{ at: at(15), type: 'data-plane', dataPlane: 'eu-1', state: 'down' }, seen(at(16), 'PRIMARY')],
  });
  expect(story).toEqual([
    ...WARNED,
    'T+15d held acmeCo/a #1 unknown',
    'T+16d resolved acmeCo/a #1 recovered',
  ]);
});

test.each(['BACKFILL', 'STANDBY', 'PENDING', 'IDLE'])('%s is not alive by default', async (status) => {
  const { story } = await play({
    until: at(15),
    tasks: [failing('acmeCo/a', { shards: [{ id: '0', status }] })],
  });
  expect(story).toEqual(WARNED);
});

test('a task that is PRIMARY where that is no alive status is abandoned, warned of and disabled', async () => {
  const { story } = await play({
    until: at(22),
    policy: { mode: 'disable', aliveStatuses: ['IDLE'] },
    tasks: [failing('acmeCo/a', { shards: [{ id: '0', status: 'PRIMARY' }], observedSince: at(0) })],
  });
  expect(story.filter((line) => line.includes('held'))).toEqual([]);
  expect(story.some((line) => line.startsWith('T+21d disabled acmeCo/a #1'))).toBe(true);
});

test('a status that the policy counts as alive keeps a task alive until it ends', async () => {
  const { story } = await play({
    until: at(20),
    policy: { mode: 'disable', aliveStatuses: ['PRIMARY', 'BACKFILL'] },
    tasks: [failing('acmeCo/a', { shards: [{ id: '0', status: 'BACKFILL' }] })],
    events: [seen(at(5), 'FAILED')],
  });
  expect(story).toEqual([
    'T+19d fired acmeCo/a #1 since T+5d (disable)',
    'T+19d mail ana@acme.test: warning acmeCo/a #1 until T+26d',
  ]);
});

test('a policy that counts its status as alive ends the episode as recovered', async () => {
  const { story } = await play({
    until: at(25),
    tasks: [failing('acmeCo/a', { shards: [{ id: '0', status: 'IDLE' }] })],
    events: [{ at: at(16), type: 'policy', scope: 'acmeCo/', set: { aliveStatuses: ['PRIMARY', 'IDLE'] } }],
  });
  expect(story).toEqual([...WARNED, 'T+16d resolved acmeCo/a #1 recovered']);
});

test('a task that is disabled by us is not mailed as recovered when it runs again', async () => {
  const { story } = await play({
    until: at(30),
    policy: { mode: 'disable', recoveryMail: true },
    events: [
      { at: at(23), type: 'published', task: 'acmeCo/a', by: 'user', enabled: true },
      seen(at(23), 'PRIMARY'),
    ],
  });
  expect(story.slice(4)).toEqual([
    'T+21d disabled acmeCo/a #1 due T+21d',
    'T+21d resolved acmeCo/a #1 disabled',
    'T+21d+ mail ana@acme.test: disabled acmeCo/a #1',
  ]);
});

test('a policy that no longer counts its status as alive lets it fire at the next scan', async () => {
  const { story } = await play({
    until: at(16),
    policy: { mode: 'disable', aliveStatuses: ['PRIMARY', 'BACKFILL'] },
    tasks: [failing('acmeCo/a', { shards: [{ id: '0', status: 'BACKFILL' }] })],
    events: [{ at: at(15), type: 'policy', scope: '', set: { aliveStatuses: ['PRIMARY'] } }],
  });
  expect(story[0]).toBe('T+15d fired acmeCo/a #1 since T+0d (disable)');
});
