import { describe, expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const MINUTE = 1 / 60;
const SECOND = MINUTE / 60;

const seen = (when: string, status: string, task = 'acmeCo/a') => ({
  at: when,
  type: 'shards',
  task,
  shards: [{ id: '0', status }],
});

/** `PRIMARY` from an instant on for so many hours, then `FAILED`. */
const spell = (days: number, hours: number, lasts: number, task = 'acmeCo/a') => [
  seen(at(days, hours), 'PRIMARY', task),
  seen(at(days, hours + lasts), 'FAILED', task),
];

const policy = { mode: 'disable', minHealthy: '2h' };

const WARNED = [
  'T+14d fired acmeCo/a #1 since T+0d (disable)',
  'T+14d mail ana@acme.test: warning acmeCo/a #1 until T+21d',
];
const REMINDED = [
  'T+18d mail ana@acme.test: reminder acmeCo/a #1 until T+21d',
  'T+20d mail ana@acme.test: reminder acmeCo/a #1 until T+21d',
];
const OFF = [
  'T+21d disabled acmeCo/a #1 due T+21d',
  'T+21d resolved acmeCo/a #1 disabled',
  'T+21d+ mail ana@acme.test: disabled acmeCo/a #1',
];

const withoutHolds = (story: readonly string[]) => story.filter((line) => !line.includes(' held '));

test('a task that is PRIMARY for 20 s after each of two restarts a day is warned about and disabled', async () => {
  const events = Array.from({ length: 60 }, (_, day) =>
    [6, 18].flatMap((hour) => [
      { at: at(day, hour), type: 'restarted', task: 'acmeCo/a' },
      ...spell(day, hour, 20 * SECOND),
    ]),
  ).flat();
  const { story, lines } = await play({ until: at(61), policy, events });
  expect(withoutHolds(story)).toEqual([...WARNED, ...REMINDED, ...OFF]);
  expect(story.filter((line) => line.includes(' held '))).toHaveLength(14);
  const warning = lines.find((line) => line.type === 'mail');
  expect(warning?.type === 'mail' && warning.items[0]?.restarts).toBe(28);
});

test('without minHealthy each of these is a recovery', async () => {
  const events = Array.from({ length: 30 }, (_, day) => spell(day, 6, 20 * SECOND)).flat();
  expect((await play({ events })).story).toEqual([]);
});

test('a spell of 2 h exactly is a recovery, one of 2 h less 1 s is not', async () => {
  const exactly = await play({ until: at(28), policy, events: spell(10, 0.5, 2) });
  expect(exactly.story.slice(0, 1)).toEqual(['T+24d3h fired acmeCo/a #1 since T+10d2h30m (disable)']);
  const less = await play({ until: at(22), policy, events: spell(10, 0.5, 2 - SECOND) });
  expect(less.story).toEqual([...WARNED, ...REMINDED, ...OFF]);
});

test('a spell that lasts until the scan of its last instant is a recovery then', async () => {
  const { story } = await play({ until: at(40), policy, events: [seen(at(15), 'PRIMARY')] });
  expect(story).toEqual([
    ...WARNED,
    'T+15d held acmeCo/a #1 recovering',
    'T+15d2h resolved acmeCo/a #1 recovered',
  ]);
});

test('a spell that lasted between two scans, and was over before the second, is a recovery', async () => {
  const { story } = await play({
    until: at(20),
    policy: { ...policy, minHealthy: '30m' },
    events: spell(15, 0.25, 0.5),
  });
  expect(story).toEqual([...WARNED, 'T+15d1h resolved acmeCo/a #1 recovered']);
});

describe('a date that falls into a spell', () => {
  test('holds while it lasts, and is kept at once where it ends too short', async () => {
    const { story } = await play({ until: at(22), policy, events: spell(20, 23.5, 1) });
    expect(story).toEqual([
      ...WARNED,
      ...REMINDED,
      'T+21d held acmeCo/a #1 recovering',
      'T+21d1h disabled acmeCo/a #1 due T+21d',
      'T+21d1h resolved acmeCo/a #1 disabled',
      'T+21d1h+ mail ana@acme.test: disabled acmeCo/a #1',
    ]);
  });

  test('is void where the spell lasts', async () => {
    const { story } = await play({ until: at(30), policy, events: [seen(at(20, 23), 'PRIMARY')] });
    expect(story).toEqual([
      ...WARNED,
      ...REMINDED,
      'T+20d23h held acmeCo/a #1 recovering',
      'T+21d1h resolved acmeCo/a #1 recovered',
    ]);
  });
});

test('nobody is warned in a spell that covers the threshold; they are when it ends too short', async () => {
  const { story } = await play({ until: at(20), policy, events: spell(13, 23.5, 1.5) });
  expect(story).toEqual([
    'T+14d held acmeCo/a #null recovering',
    'T+14d1h fired acmeCo/a #1 since T+0d (disable)',
    'T+14d1h mail ana@acme.test: warning acmeCo/a #1 until T+21d1h',
    'T+18d1h mail ana@acme.test: reminder acmeCo/a #1 until T+21d1h',
  ]);
});

test('a reminder due in a spell goes out when it has ended too short', async () => {
  const { story } = await play({ until: at(19), policy, events: spell(17, 23, 1.5) });
  expect(story).toEqual([
    ...WARNED,
    'T+17d23h held acmeCo/a #1 recovering',
    'T+18d1h mail ana@acme.test: reminder acmeCo/a #1 until T+21d',
  ]);
});

test('what waits for digestEvery when a spell begins is mailed after it', async () => {
  const { story } = await play({
    until: at(16),
    policy: { ...policy, digestEvery: '3h' },
    tasks: [failing('acmeCo/a', { lastPrimaryAt: at(0, -2) }), failing('acmeCo/b')],
    events: spell(14, 0.25, 1.25, 'acmeCo/b'),
  });
  expect(story.filter((line) => line.includes('acmeCo/b'))).toEqual([
    'T+14d fired acmeCo/b #1 since T+0d (disable)',
    'T+14d1h held acmeCo/b #1 recovering',
    'T+14d2h mail ana@acme.test: warning acmeCo/b #1 until T+21d2h',
  ]);
});

test('a spell goes on where another alive status takes it over', async () => {
  const alive = { ...policy, aliveStatuses: ['PRIMARY', 'BACKFILL'] };
  const events = [
    seen(at(10), 'BACKFILL'),
    seen(at(10, 1), 'PRIMARY'),
    seen(at(10, 1.5), 'BACKFILL'),
    seen(at(10, 2), 'FAILED'),
  ];
  const { story } = await play({ until: at(25), policy: alive, events });
  expect(story[0]).toBe('T+24d2h fired acmeCo/a #1 since T+10d2h (disable)');
});

test('time in which health could not be known counts for the spell', async () => {
  const { story } = await play({
    until: at(20),
    policy,
    events: [
      seen(at(15), 'PRIMARY'),
      { at: at(15, 0.5), type: 'data-plane', dataPlane: 'eu-1', state: 'down' },
    ],
  });
  expect(story).toEqual([
    ...WARNED,
    'T+15d held acmeCo/a #1 recovering',
    'T+15d1h held acmeCo/a #1 unknown',
    'T+15d2h resolved acmeCo/a #1 recovered',
  ]);
});

test('counted time goes on in a spell, but for the time in which health is unknown', async () => {
  const { story } = await play({
    until: at(16),
    policy,
    events: [
      ...spell(5, 0, 1),
      { at: at(6), type: 'data-plane', dataPlane: 'eu-1', state: 'down' },
      seen(at(6, 1), 'PRIMARY'),
      seen(at(6, 2), 'FAILED'),
      { at: at(7), type: 'data-plane', dataPlane: 'eu-1', state: 'up' },
    ],
  });
  expect(story[0]).toBe('T+15d fired acmeCo/a #1 since T+0d (disable)');
});

test('a pause of evaluation comes before a spell, and a spell that lasts in it is a recovery after it', async () => {
  const pause = (when: string, action: string) => ({ at: when, type: 'operator', action, of: 'evaluate' });
  const { story } = await play({
    until: at(20),
    policy,
    events: [pause(at(15), 'pause'), ...spell(15, 1, 3), pause(at(16), 'resume')],
  });
  expect(story).toEqual([...WARNED, 'T+15d held acmeCo/a #1 paused', 'T+16d resolved acmeCo/a #1 recovered']);
});

test('a spell comes before a keep, and what is kept is told when it has ended', async () => {
  const { story } = await play({
    until: at(16),
    policy,
    events: [
      { at: at(10), type: 'action', task: 'acmeCo/a', by: 'ana@acme.test', action: 'keep', for: '20d' },
      ...spell(14, 1, 1),
    ],
  });
  expect(story).toEqual([
    'T+14d held acmeCo/a #null kept',
    'T+14d1h held acmeCo/a #null recovering',
    'T+14d2h held acmeCo/a #null kept',
  ]);
});

describe('a policy that changes in a spell', () => {
  const change = (when: string, minHealthy: string) => ({
    at: when,
    type: 'policy',
    scope: '',
    set: { minHealthy },
  });

  test('is what the spell is judged by at its end', async () => {
    const longer = await play({
      until: at(22),
      policy,
      events: [...spell(10, 0, 1.75), change(at(10, 0.5), '1h')],
    });
    expect(longer.story[0]).toBeUndefined();
    const shorter = await play({
      until: at(15),
      policy,
      events: [...spell(10, 0.5, 2.5), change(at(10, 1), '3h')],
    });
    expect(shorter.story[0]).toBe(WARNED[0]);
  });

  test('ends the hold at the next scan where it is shorter', async () => {
    const { story } = await play({
      until: at(20),
      policy: { ...policy, minHealthy: '1d' },
      events: [seen(at(15), 'PRIMARY'), change(at(15, 3.5), '2h')],
    });
    expect(story).toEqual([
      ...WARNED,
      'T+15d held acmeCo/a #1 recovering',
      'T+15d4h resolved acmeCo/a #1 recovered',
    ]);
  });

  test('unmakes no recovery that a scan has found', async () => {
    const { story } = await play({
      until: at(20),
      policy,
      events: [...spell(15, 0, 5), change(at(15, 4), '2d')],
    });
    expect(story).toEqual([
      ...WARNED,
      'T+15d held acmeCo/a #1 recovering',
      'T+15d2h resolved acmeCo/a #1 recovered',
    ]);
  });
});

test('a spell of what is known at the start begins at the start', async () => {
  const running = failing('acmeCo/a', { shards: [{ id: '0', status: 'PRIMARY' }], lastPrimaryAt: at(-10) });
  const short = await play({ until: at(5), policy, tasks: [running], events: [seen(at(0, 1.5), 'FAILED')] });
  expect(short.story[0]).toBe('T+4d fired acmeCo/a #1 since T+-10d (disable)');
  const lasted = await play({ until: at(15), policy, tasks: [running], events: [seen(at(0, 2), 'FAILED')] });
  expect(lasted.story[0]).toBe('T+14d2h fired acmeCo/a #1 since T+0d2h (disable)');
});

test('a spell goes over the enabling of a task, and its episode begins with the enabling', async () => {
  const { story } = await play({
    until: at(26),
    policy,
    events: [
      { at: at(9), type: 'published', task: 'acmeCo/a', by: 'system', enabled: false },
      seen(at(9, 23), 'PRIMARY'),
      { at: at(10), type: 'published', task: 'acmeCo/a', by: 'system', enabled: true },
      seen(at(10, 0.5), 'FAILED'),
    ],
  });
  expect(story[0]).toBe('T+24d fired acmeCo/a #1 since T+10d (disable)');
});

test('a spell of no length is a twitch', async () => {
  const { story } = await play({ until: at(22), policy, events: spell(10, 0, 0) });
  expect(story).toEqual([...WARNED, ...REMINDED, ...OFF]);
});

test('twitches of many tasks of a plane are no outage, and a lasting one is', async () => {
  const ids = Array.from({ length: 12 }, (_, place) => `${place < 6 ? 'acmeCo' : 'beta'}/t${place}`);
  const tasks = ids.map((id) => failing(id));
  const twitches = await play({
    until: at(13),
    policy,
    tasks,
    events: ids.flatMap((id) => spell(10, 0, 1, id)),
  });
  expect(twitches.story).toEqual([]);
  const lasting = await play({
    until: at(13),
    policy,
    tasks,
    events: ids.flatMap((id) => spell(10, 0, 3, id)),
  });
  expect(lasting.story.some((line) => line.includes('correlated-failure'))).toBe(true);
});

test('a member of an outage that is still recovering is still without PRIMARY', async () => {
  const ids = Array.from({ length: 12 }, (_, place) => `${place < 6 ? 'acmeCo' : 'beta'}/t${place}`);
  const outages = async (minHealthy: string) => {
    const { story } = await play({
      until: at(13),
      policy: { mode: 'disable', warnAfter: '1d', minHealthy },
      tasks: ids.map((id) => failing(id, { shards: [{ id: '0', status: 'PRIMARY' }] })),
      events: ids.flatMap((id) => [seen(at(10), 'FAILED', id), ...spell(10, 5, 1, id)]),
    });
    expect(story.filter((line) => line.includes(' fired '))).toEqual([]);
    return story.filter((line) => line.includes('correlated-failure')).map((line) => line.split(' ')[0]);
  };
  expect(await outages('2h')).toEqual(['T+10d']);
  expect(await outages('0s')).toEqual(['T+10d', 'T+10d6h']);
});

test('of two planes, a spell on one is not held by what is unknown of the other', async () => {
  const { story } = await play({
    until: at(15),
    policy,
    tasks: [failing('acmeCo/a'), failing('acmeCo/b', { dataPlane: 'us-1' })],
    events: [
      { at: at(13), type: 'data-plane', dataPlane: 'us-1', state: 'down' },
      ...spell(13, 23.5, 1, 'acmeCo/a'),
      ...spell(13, 23.5, 3, 'acmeCo/b'),
    ],
  });
  expect(story).toEqual([
    'T+14d held acmeCo/a #null recovering',
    'T+14d1h fired acmeCo/a #1 since T+0d (disable)',
    'T+14d1h mail ana@acme.test: warning acmeCo/a #1 until T+21d1h',
  ]);
});

test('a keep during a spell ends the episode, and what follows a short spell waits for its end', async () => {
  const { story } = await play({
    until: at(19),
    policy,
    events: [
      ...spell(15, 0, 1.5),
      { at: at(15, 0.5), type: 'action', task: 'acmeCo/a', by: 'ana@acme.test', action: 'snooze', for: '2d' },
    ],
  });
  expect(story).toEqual([
    ...WARNED,
    'T+15d held acmeCo/a #1 recovering',
    'T+15d30m resolved acmeCo/a #1 snoozed',
    'T+15d1h held acmeCo/a #null recovering',
    'T+15d2h held acmeCo/a #null kept',
    'T+17d1h fired acmeCo/a #2 since T+0d (disable)',
    'T+17d1h mail ana@acme.test: warning acmeCo/a #2 until T+24d1h',
  ]);
});
