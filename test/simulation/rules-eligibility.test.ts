import { expect, test } from 'vitest';
import { at, failing, play, T } from './story.ts';

const ANA = 'ana@acme.test';

test.each(['capture', 'materialization', 'derivation', 'service'])('a %s can be abandoned', async (kind) => {
  const { summary } = await play({ until: at(14), tasks: [failing('acmeCo/a', { kind })] });
  expect(summary).toMatchObject({ alertsFired: 1, mails: 1 });
});

test.each([
  ['a plain collection', { kind: 'collection' }],
  ['a materialization run by Dekaf', { kind: 'materialization', dekaf: true }],
  ['a disabled task', { enabled: false }],
])('%s is never abandoned', async (_, more) => {
  const { story } = await play({ tasks: [failing('acmeCo/a', more)] });
  expect(story).toEqual([]);
});

test('a task enabled after its last PRIMARY is counted from there', async () => {
  const { story } = await play({
    until: at(14),
    tasks: [failing('acmeCo/a', { lastPrimaryAt: '2025-12-20T00:00:00Z', enabledAt: T })],
  });
  expect(story[0]).toBe('T+14d fired acmeCo/a #1 since T+0d (disable)');
});

test('a task known since long and never seen PRIMARY is counted from its creation', async () => {
  const { lastPrimaryAt: _, ...never } = failing('acmeCo/a', {
    createdAt: '2025-12-30T00:00:00Z',
    observedSince: '2025-12-28T00:00:00Z',
  });
  const { lines } = await play({ until: at(13), tasks: [never] });
  expect(lines[0]).toMatchObject({ at: at(12), type: 'alert-fired', since: '2025-12-30T00:00:00Z' });
});

test('an owner who disables it ends the episode, and nobody is notified', async () => {
  const { story } = await play({
    events: [{ at: at(16), type: 'published', task: 'acmeCo/a', by: 'user', enabled: false }],
  });
  expect(story.slice(2)).toEqual(['T+16d resolved acmeCo/a #1 ineligible']);
});

test.each(['user', 'system'])('enabled again by a %s, its clock starts anew', async (by) => {
  const { story } = await play({
    until: at(35),
    events: [
      { at: at(16), type: 'published', task: 'acmeCo/a', by: 'system', enabled: false },
      { at: at(20), type: 'published', task: 'acmeCo/a', by, enabled: true },
    ],
  });
  expect(story.slice(2)).toEqual([
    'T+16d resolved acmeCo/a #1 ineligible',
    'T+34d fired acmeCo/a #2 since T+20d (disable)',
    `T+34d mail ${ANA}: warning acmeCo/a #2 until T+41d`,
  ]);
});

test('disabled and enabled between two scans, it begins a new episode after the full time', async () => {
  const { story } = await play({
    until: at(31),
    events: [
      { at: at(16, 0.25), type: 'published', task: 'acmeCo/a', by: 'system', enabled: false },
      { at: at(16, 0.5), type: 'published', task: 'acmeCo/a', by: 'system', enabled: true },
    ],
  });
  expect(story.slice(2)).toEqual([
    'T+16d1h resolved acmeCo/a #1 ineligible',
    'T+30d1h fired acmeCo/a #2 since T+16d30m (disable)',
    `T+30d1h mail ${ANA}: warning acmeCo/a #2 until T+37d1h`,
  ]);
});

const comeback = (when: string) => ({
  at: when,
  type: 'created',
  task: {
    id: 'acmeCo/a',
    kind: 'capture',
    owners: [ANA],
    dataPlane: 'eu-1',
    shards: [{ id: '0', status: 'FAILED' }],
  },
});

test('a task deleted before it fired comes back with its first episode still to come', async () => {
  const { story } = await play({
    until: at(25),
    events: [{ at: at(8), type: 'deleted', task: 'acmeCo/a' }, comeback(at(10))],
  });
  expect(story).toEqual([
    'T+24d fired acmeCo/a #1 since T+10d (disable)',
    `T+24d mail ${ANA}: warning acmeCo/a #1 until T+31d`,
  ]);
});

test('a task deleted and made again between two scans loses its episode', async () => {
  const { story } = await play({
    until: at(30),
    events: [{ at: at(15, 0.25), type: 'deleted', task: 'acmeCo/a' }, comeback(at(15, 0.5))],
  });
  expect(story.slice(2)).toEqual([
    'T+15d1h resolved acmeCo/a #1 deleted',
    'T+29d1h fired acmeCo/a #2 since T+15d30m (disable)',
    `T+29d1h mail ${ANA}: warning acmeCo/a #2 until T+36d1h`,
  ]);
});

test('a task that we disabled, deleted, and made again goes on with the numbers', async () => {
  const { story } = await play({
    until: at(40),
    events: [{ at: at(24), type: 'deleted', task: 'acmeCo/a' }, comeback(at(25))],
  });
  expect(story.slice(7)).toEqual([
    'T+39d fired acmeCo/a #2 since T+25d (disable)',
    `T+39d mail ${ANA}: warning acmeCo/a #2 until T+46d`,
  ]);
});

test('a new task is counted from its creation, which is no publication', async () => {
  const { story } = await play({ tasks: [], until: at(17), events: [comeback(at(2))] });
  expect(story).toEqual([
    'T+16d fired acmeCo/a #1 since T+2d (disable)',
    `T+16d mail ${ANA}: warning acmeCo/a #1 until T+23d`,
  ]);
});

test('a task that is made with a past is counted from it', async () => {
  const { at: when, type, task } = comeback(at(2));
  const event = {
    at: when,
    type,
    task: { ...task, createdAt: '2025-06-01T00:00:00Z', lastPrimaryAt: at(1) },
  };
  const { story } = await play({ tasks: [], until: at(16), events: [event] });
  expect(story[0]).toBe('T+15d fired acmeCo/a #1 since T+1d (disable)');
});

test('a task deleted and made again between two scans loses its episode, whatever its past', async () => {
  const { at: when, type, task } = comeback(at(15, 0.5));
  const made = { at: when, type, task: { ...task, createdAt: T, observedSince: T } };
  const { story } = await play({
    until: at(16),
    events: [{ at: at(15, 0.25), type: 'deleted', task: 'acmeCo/a' }, made],
  });
  expect(story[2]).toBe('T+15d1h resolved acmeCo/a #1 deleted');
});

test('a task that we disabled and that comes back at once is a new task', async () => {
  const { story } = await play({
    until: at(36),
    events: [{ at: at(21, 0.25), type: 'deleted', task: 'acmeCo/a' }, comeback(at(21, 0.5))],
  });
  expect(story.filter((line) => line.includes('fired'))).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    'T+35d1h fired acmeCo/a #2 since T+21d30m (disable)',
  ]);
});

test('a new version before the next scan does not hide that it was deleted and made again', async () => {
  const { story } = await play({
    until: at(16),
    events: [
      { at: at(15, 0.25), type: 'deleted', task: 'acmeCo/a' },
      comeback(at(15, 0.5)),
      { at: at(15, 0.75), type: 'published', task: 'acmeCo/a', by: 'system' },
    ],
  });
  expect(story.slice(2)).toEqual(['T+15d1h resolved acmeCo/a #1 deleted']);
});
