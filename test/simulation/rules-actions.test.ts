import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const ANA = 'ana@acme.test';
const BOB = 'bob@acme.test';

const act = (when: string, action: string, more: object = {}) => ({
  at: when,
  type: 'action',
  task: 'acmeCo/a',
  by: ANA,
  action,
  ...more,
});
const both = [failing('acmeCo/a', { owners: [ANA, BOB] })];
const WARNED = [
  'T+14d fired acmeCo/a #1 since T+0d (disable)',
  `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
];

test('a keep ends the episode at its instant; the next one comes when it ends', async () => {
  const { story } = await play({ until: at(20), events: [act(at(16, 0.5), 'keep', { for: '2d' })] });
  expect(story).toEqual([
    ...WARNED,
    'T+16d30m resolved acmeCo/a #1 kept',
    expect.stringMatching(/^T\+16d(30m|1h) held acmeCo\/a #null kept$/),
    'T+18d1h fired acmeCo/a #2 since T+0d (disable)',
    `T+18d1h mail ${ANA}: warning acmeCo/a #2 until T+25d1h`,
  ]);
});

test('a keep at the deadline prevents the disabling', async () => {
  const { story } = await play({ until: at(22), events: [act(at(21), 'keep')] });
  expect(story.slice(4)).toEqual(['T+21d resolved acmeCo/a #1 kept', 'T+21d held acmeCo/a #null kept']);
});

test('without an end a keep holds for keepMax', async () => {
  const { story } = await play({
    until: at(27),
    policy: { mode: 'disable', keepMax: '10d' },
    events: [act(at(16), 'keep')],
  });
  expect(story.filter((line) => line.includes('fired'))).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    'T+26d fired acmeCo/a #2 since T+0d (disable)',
  ]);
});

test('a keep that outlasts keepMax is refused', async () => {
  await expect(
    play({
      policy: { mode: 'disable', keepMax: '10d' },
      events: [act(at(16), 'keep', { for: '11d' })],
    }),
  ).rejects.toThrow('events[0].for');
});

test('the others who hold a date are notified with the next scan that it does not hold', async () => {
  const { story } = await play({
    until: at(17),
    tasks: both,
    events: [act(at(16, 0.5), 'snooze', { for: '5d' })],
  });
  expect(story.filter((line) => line.includes('resolved') || line.includes('withdrawn'))).toEqual([
    'T+16d30m resolved acmeCo/a #1 snoozed',
    `T+16d1h mail ${BOB}: withdrawn acmeCo/a #1`,
  ]);
});

test('a snooze before the threshold puts the firing off to its end', async () => {
  const { story } = await play({ until: at(16), events: [act(at(13, 12), 'snooze', { for: '36h' })] });
  expect(story).toEqual([
    'T+14d held acmeCo/a #null kept',
    'T+15d fired acmeCo/a #1 since T+0d (disable)',
    `T+15d mail ${ANA}: warning acmeCo/a #1 until T+22d`,
  ]);
});

test('of several the last one given wins, also where it is the shorter one', async () => {
  const { story } = await play({
    until: at(16),
    events: [act(at(10), 'keep', { for: '20d' }), act(at(11), 'snooze', { for: '4d' })],
  });
  expect(story.filter((line) => line.includes('fired'))).toEqual([
    'T+15d fired acmeCo/a #1 since T+0d (disable)',
  ]);
});

test('a keep that has ended before the threshold changes nothing', async () => {
  const { story } = await play({ until: at(14), events: [act(at(5), 'keep', { for: '3d' })] });
  expect(story).toEqual(WARNED);
});

test('a snooze shorter than a scan still ends the episode', async () => {
  const { story } = await play({ until: at(17), events: [act(at(16, 0.25), 'snooze', { for: '15m' })] });
  expect(story.slice(2)).toEqual([
    'T+16d15m resolved acmeCo/a #1 snoozed',
    'T+16d1h fired acmeCo/a #2 since T+0d (disable)',
    `T+16d1h mail ${ANA}: warning acmeCo/a #2 until T+23d1h`,
  ]);
});

test('a keep while evaluation is paused ends the episode', async () => {
  const { story } = await play({
    until: at(18),
    events: [{ at: at(15), type: 'operator', action: 'pause', of: 'evaluate' }, act(at(16), 'keep')],
  });
  expect(story[3]).toBe('T+16d resolved acmeCo/a #1 kept');
});

const ownDisabling = (story: string[]) =>
  story.filter((line) => / (disabled acmeCo\/a #1 due|resolved) /.test(line));

test('an owner who disables now does so at that instant, without a run and without a date', async () => {
  const { lines, story } = await play({ until: at(18), events: [act(at(16, 0.5), 'disable')] });
  expect(lines.find(({ type }) => type === 'task-disabled')).toMatchObject({
    at: at(16, 0.5),
    task: 'acmeCo/a',
    episode: 1,
    run: null,
    disableAt: null,
  });
  expect(ownDisabling(story).at(-1)).toBe('T+16d30m resolved acmeCo/a #1 disabled-by-owner');
});

test.each([
  ['a pause of disabling', { events: [{ at: at(15), type: 'operator', action: 'pause', of: 'disable' }] }],
  ['a pause of evaluation', { events: [{ at: at(15), type: 'operator', action: 'pause', of: 'evaluate' }] }],
  [
    'quiet hours',
    { policy: { mode: 'disable', quietHours: { from: '22:00', to: '06:00', zone: 'UTC' } }, events: [] },
  ],
  ['mode notify', { policy: { mode: 'notify' }, events: [] }],
  [
    'a plane that is down',
    { events: [{ at: at(15), type: 'data-plane', dataPlane: 'eu-1', state: 'down' }] },
  ],
] as [string, { policy?: object; events: object[] }][])(
  'an owner who disables now is not bound by %s',
  async (_, more) => {
    const { story } = await play({
      until: at(18),
      ...more,
      events: [...more.events, act(at(16), 'disable')],
    });
    expect(ownDisabling(story)).toEqual([
      'T+16d disabled acmeCo/a #1 due null',
      'T+16d resolved acmeCo/a #1 disabled-by-owner',
    ]);
  },
);

test('to disable now without an open episode is ignored', async () => {
  const { story } = await play({ until: at(14), events: [act(at(5), 'disable')] });
  expect(story).toEqual(WARNED);
});

test('who unsubscribes is warned and notified of the disabling, but not reminded', async () => {
  const { story } = await play({ until: at(22), events: [act(at(15), 'unsubscribe')] });
  expect(story).toEqual([
    ...WARNED,
    'T+21d disabled acmeCo/a #1 due T+21d',
    'T+21d resolved acmeCo/a #1 disabled',
    `T+21d+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});

test('who unsubscribes does so for all tasks, and declines recoveries too', async () => {
  const { story } = await play({
    until: at(20),
    policy: { mode: 'disable', recoveryMail: true },
    tasks: [failing('acmeCo/a'), failing('acmeCo/b'), failing('otherCo/c', { owners: [ANA, BOB] })],
    events: [
      act(at(15), 'unsubscribe'),
      { at: at(19), type: 'shards', task: 'otherCo/c', shards: [{ id: '0', status: 'PRIMARY' }] },
    ],
  });
  expect(story.filter((line) => /reminder|recovered/.test(line)).sort()).toEqual([
    `T+18d mail ${BOB}: reminder otherCo/c #1 until T+21d`,
    `T+19d mail ${BOB}: recovered otherCo/c #1`,
    'T+19d resolved otherCo/c #1 recovered',
  ]);
});

test('a snooze of one task leaves the others alone', async () => {
  const { story } = await play({
    until: at(22),
    tasks: [failing('acmeCo/a'), failing('acmeCo/b')],
    events: [act(at(16), 'snooze', { for: '10d' })],
  });
  expect(story.filter((line) => /disabled \S+ #1 due/.test(line))).toEqual([
    'T+21d disabled acmeCo/b #1 due T+21d',
  ]);
});

const cameBack = (when: string) => {
  const { lastPrimaryAt, createdAt, ...task } = failing('acmeCo/a');
  return { at: when, type: 'created', task };
};

test.each(['keep', 'snooze'])(
  'a %s belongs to the id: it outlives a deletion and a return',
  async (action) => {
    const { story } = await play({
      until: at(46),
      events: [
        act(at(5), action, { for: '40d' }),
        { at: at(6), type: 'deleted', task: 'acmeCo/a' },
        cameBack(at(7)),
      ],
    });
    expect(story.slice(0, 2)).toEqual([
      'T+21d held acmeCo/a #null kept',
      'T+45d fired acmeCo/a #1 since T+7d (disable)',
    ]);
  },
);

test('one that ended an episode holds for the id that comes back, and ends as it was given', async () => {
  const { story } = await play({
    until: at(59),
    events: [
      act(at(16), 'keep', { for: '40d' }),
      { at: at(17), type: 'deleted', task: 'acmeCo/a' },
      cameBack(at(30)),
    ],
  });
  expect(story.slice(2)).toEqual([
    'T+16d resolved acmeCo/a #1 kept',
    'T+16d held acmeCo/a #null kept',
    'T+44d held acmeCo/a #null kept',
    'T+56d fired acmeCo/a #2 since T+30d (disable)',
    `T+56d mail ${ANA}: warning acmeCo/a #2 until T+63d`,
  ]);
});

test('a keep that ended before the id came back holds nothing', async () => {
  const { story } = await play({
    until: at(30),
    events: [
      act(at(2), 'keep', { for: '3d' }),
      { at: at(6), type: 'deleted', task: 'acmeCo/a' },
      cameBack(at(7)),
    ],
  });
  expect(story[0]).toBe('T+21d fired acmeCo/a #1 since T+7d (disable)');
});

test.each([
  ['at that instant', 0],
  ['before the next scan', 1 / 60],
])(
  'what a system turned off, and an owner disables %s, is disabled by the owner, and all hear of it',
  async (_when, hours) => {
    const { story } = await play({
      until: at(17),
      tasks: both,
      events: [
        { at: at(16, 0.5), type: 'published', task: 'acmeCo/a', by: 'system', enabled: false },
        act(at(16, 0.5 + hours), 'disable'),
      ],
    });
    const when = hours === 0 ? 'T+16d30m' : 'T+16d31m';
    expect(story.slice(3, 5).sort()).toEqual([
      `${when} disabled acmeCo/a #1 due null`,
      `${when} resolved acmeCo/a #1 disabled-by-owner`,
    ]);
    expect(
      story
        .slice(5)
        .map((line) => line.replace(/^\S+ /, ''))
        .sort(),
    ).toEqual([`mail ${ANA}: disabled acmeCo/a #1`, `mail ${BOB}: disabled acmeCo/a #1`]);
  },
);
