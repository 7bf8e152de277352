import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

/** Tasks with an owner each, so that no mail is long. */
const tasks = (tenant: string, count: number, more: Record<string, unknown> = {}) =>
  Array.from({ length: count }, (_, index) =>
    failing(`${tenant}/t${String(index).padStart(2, '0')}`, {
      owners: [`${tenant.toLowerCase()}@x.test`],
      ...more,
    }),
  );

const alive = (tenant: string, count: number, dataPlane: string) =>
  tasks(tenant, count, { dataPlane, shards: [{ id: '0', status: 'PRIMARY' }] }).map(
    ({ lastPrimaryAt, ...task }) => task,
  );

const disabledOf = (story: string[]) =>
  story.filter((line) => / disabled \S+ #1 due/.test(line)).map((line) => line.replace(/ #1 due.*/, ''));
const heldOf = (story: string[]) =>
  story.filter((line) => line.endsWith('blast-radius') && line.includes('held'));
const alertsOf = (story: string[]) => story.filter((line) => line.includes('operators blast-radius'));

test('ten tasks due at once are no spike, whatever the share', async () => {
  const { story } = await play({ until: at(22), tasks: tasks('bigCo', 10) });
  expect(disabledOf(story)).toHaveLength(10);
  expect(heldOf(story)).toEqual([]);
});

test('eleven of eleven are: none is disabled, and operators are told each week', async () => {
  const { story } = await play({ until: at(29), tasks: tasks('bigCo', 11) });
  expect(disabledOf(story)).toEqual([]);
  expect(heldOf(story)).toHaveLength(11);
  expect(heldOf(story).every((line) => line.startsWith('T+21d held bigCo/'))).toBe(true);
  expect(alertsOf(story).map((line) => line.split(' ')[0])).toEqual(['T+21d', 'T+28d']);
});

test('what is held may recover, and the rest stays held', async () => {
  const { story } = await play({
    until: at(30),
    tasks: tasks('bigCo', 11),
    events: [0, 1, 2, 3, 4].map((index) => ({
      at: at(23),
      type: 'shards',
      task: `bigCo/t0${index}`,
      shards: [{ id: '0', status: 'PRIMARY' }],
    })),
  });
  expect(disabledOf(story)).toEqual([]);
  expect(story.filter((line) => line.includes('recovered'))).toHaveLength(5);
});

test('where one tenant makes up more than half of a spike, only its tasks are held', async () => {
  const { story } = await play({
    until: at(22),
    tasks: [
      ...tasks('bigCo', 10, { dataPlane: 'p1' }),
      ...tasks('bigCo/more', 10, { dataPlane: 'p2' }),
      ...tasks('smallCo', 3, { dataPlane: 'p3' }),
    ],
  });
  expect(heldOf(story)).toHaveLength(20);
  expect(heldOf(story).every((line) => line.includes(' bigCo/'))).toBe(true);
  expect(disabledOf(story).sort()).toEqual([0, 1, 2].map((index) => `T+21d disabled smallCo/t0${index}`));
});

test('of a tenant and a plane with more than half of a spike each, the one with fewer tasks due is held', async () => {
  const { story } = await play({
    until: at(22),
    tasks: [
      ...tasks('bigCo', 10, { dataPlane: 'p1' }),
      ...tasks('bigCo/more', 10, { dataPlane: 'p2' }),
      ...tasks('smallCo', 3, { dataPlane: 'p1' }),
    ],
  });
  // bigCo has 20 of the 23, p1 has 13; without p1 ten are left, which are no more than the floor.
  expect(heldOf(story)).toHaveLength(13);
  expect(disabledOf(story)).toHaveLength(10);
  expect(disabledOf(story).every((line) => line.includes(' bigCo/more/'))).toBe(true);
});

test('many tenants on one plane: the tenant that makes the spike is held, the others go on day after day', async () => {
  const { story } = await play({
    until: at(24),
    tasks: [
      ...tasks('bigCo', 11),
      ...tasks('aCo', 2),
      ...tasks('bCo', 2, { lastPrimaryAt: at(1) }),
      ...tasks('cCo', 2, { lastPrimaryAt: at(2) }),
    ],
  });
  expect(heldOf(story)).toHaveLength(11);
  expect(heldOf(story).every((line) => line.startsWith('T+21d held bigCo/'))).toBe(true);
  expect(disabledOf(story)).toEqual([
    ...['T+21d disabled aCo/t00', 'T+21d disabled aCo/t01'],
    ...['T+22d disabled bCo/t00', 'T+22d disabled bCo/t01'],
    ...['T+23d disabled cCo/t00', 'T+23d disabled cCo/t01'],
  ]);
  expect(alertsOf(story)).toHaveLength(1);
});

test('a plane for each tenant: the tenant that makes the spike is held, the others go on', async () => {
  const { story } = await play({
    until: at(23),
    tasks: [
      ...tasks('bigCo', 11, { dataPlane: 'big' }),
      ...tasks('aCo', 3, { dataPlane: 'a' }),
      ...tasks('bCo', 3, { dataPlane: 'b', lastPrimaryAt: at(1) }),
    ],
  });
  expect(heldOf(story)).toHaveLength(11);
  expect(disabledOf(story)).toHaveLength(6);
});

test('what waits for the end of quiet hours counts towards a spike', async () => {
  const { story } = await play({
    until: at(22),
    policies: { 'aCo/': { quietHours: { from: '00:00', to: '06:00', zone: 'UTC' } } },
    tasks: [...tasks('aCo', 6, { dataPlane: 'p1' }), ...tasks('bCo', 6, { dataPlane: 'p2' })],
  });
  // At midnight 12 are due, six of which quiet hours would let go at six.
  expect(heldOf(story)).toHaveLength(12);
  expect(disabledOf(story)).toEqual([]);
});

test('what was enabled again in the last day counts once towards the fleet', async () => {
  const { story } = await play({
    until: at(23),
    tasks: [
      ...tasks('aCo', 10, { dataPlane: 'p1' }),
      ...tasks('aCo/late', 1, { dataPlane: 'p1', lastPrimaryAt: at(0, 12) }),
      ...alive('cCo', 95, 'p2'),
    ],
    events: Array.from({ length: 10 }, (_, index) => ({
      at: at(21, 1),
      type: 'operator',
      action: 'undo',
      of: `aCo/t0${index}`,
    })),
  });
  // At T+21d12h: 11 of 106, ten of which are on again; counted twice they would be 11 of 116 on the fleet's side.
  expect(heldOf(story)).toEqual([expect.stringContaining('T+21d12h held aCo/late/t00')]);
});

test('operators hear of a new spike, though an earlier one was told within the week', async () => {
  const recovers = Array.from({ length: 11 }, (_, index) => ({
    at: at(22),
    type: 'shards',
    task: `aCo/t${String(index).padStart(2, '0')}`,
    shards: [{ id: '0', status: 'PRIMARY' }],
  }));
  const { story } = await play({
    until: at(25),
    // On planes of their own: eleven that fail at once beside another tenant's would be one outage.
    tasks: [...tasks('aCo', 11), ...tasks('bCo', 11, { lastPrimaryAt: at(3), dataPlane: 'us-1' })],
    events: recovers,
  });
  expect(alertsOf(story).map((line) => line.split(' ')[0])).toEqual(['T+21d', 'T+24d']);
});

test('where a plane makes up more of it than any tenant, only its tasks are held', async () => {
  const { story } = await play({
    until: at(22),
    tasks: [
      ...tasks('aCo', 8, { dataPlane: 'p1' }),
      ...tasks('bCo', 8, { dataPlane: 'p1' }),
      ...tasks('cCo', 5, { dataPlane: 'p2' }),
    ],
  });
  expect(heldOf(story)).toHaveLength(16);
  expect(disabledOf(story)).toHaveLength(5);
  expect(disabledOf(story).every((line) => line.includes(' cCo/'))).toBe(true);
});

test('where no tenant and no plane makes up more than half, all are held', async () => {
  const { story } = await play({
    until: at(22),
    tasks: ['aCo', 'bCo', 'cCo'].flatMap((tenant, index) => tasks(tenant, 4, { dataPlane: `p${index}` })),
  });
  expect(heldOf(story)).toHaveLength(12);
  expect(disabledOf(story)).toEqual([]);
});

test('a tenant with just half of it is not its culprit', async () => {
  const { story } = await play({
    until: at(22),
    tasks: ['aCo', 'bCo'].flatMap((tenant, index) => tasks(tenant, 6, { dataPlane: `p${index}` })),
  });
  expect(heldOf(story)).toHaveLength(12);
});

test('where the rest is a spike itself it is held too', async () => {
  const { story } = await play({
    until: at(22),
    tasks: [
      ...tasks('aCo', 14, { dataPlane: 'p1' }),
      ...tasks('bCo', 11, { dataPlane: 'p2' }),
      ...alive('cCo', 30, 'p3'),
    ],
  });
  expect(heldOf(story)).toHaveLength(25);
});

test('a spike of one plane is one, though it is a small share of the fleet', async () => {
  const { story } = await play({
    until: at(22),
    tasks: [
      ...tasks('aCo', 11, { dataPlane: 'p2' }),
      ...tasks('bCo', 3, { dataPlane: 'p1' }),
      ...alive('cCo', 130, 'p1'),
    ],
  });
  // 14 of 144 are less than a tenth of the fleet; 11 of 11 of p2 are not.
  expect(heldOf(story)).toHaveLength(11);
  expect(disabledOf(story)).toHaveLength(3);
});

test('a tenth of the fleet is no spike, one more is', async () => {
  for (const [due, held] of [
    [12, 0],
    [13, 13],
  ] as const) {
    const { story } = await play({
      until: at(22),
      tasks: [...tasks('aCo', due), ...alive('cCo', 120 - due, 'eu-1')],
    });
    expect(heldOf(story)).toHaveLength(held);
    expect(disabledOf(story)).toHaveLength(due - held);
  }
});

test('what was disabled in the last 24 hours counts towards a spike', async () => {
  const { story } = await play({
    until: at(24),
    tasks: [...tasks('aCo', 8), ...tasks('bCo', 5, { lastPrimaryAt: at(0, 12) })],
  });
  expect(disabledOf(story)).toHaveLength(8);
  expect(heldOf(story)).toHaveLength(5);
});

test('what was disabled just 24 hours ago does not', async () => {
  const { story } = await play({
    until: at(24),
    tasks: [...tasks('aCo', 8), ...tasks('bCo', 5, { lastPrimaryAt: at(1) })],
  });
  expect(disabledOf(story)).toHaveLength(13);
  expect(heldOf(story)).toEqual([]);
});

test('tasks disabled by their owners no longer belong to the fleet', async () => {
  const { story } = await play({
    until: at(22),
    tasks: [...tasks('aCo', 12), ...alive('cCo', 108, 'eu-1')],
    events: [{ at: at(20), type: 'published', task: 'cCo/t00', by: 'user', enabled: false }],
  });
  // 12 of 119 are more than a tenth.
  expect(heldOf(story)).toHaveLength(12);
});

test('a backlog is worked off at perRun, the oldest first', async () => {
  const { story } = await play({
    until: at(22),
    policy: { mode: 'disable', blastRadius: { share: 1, perRun: 5 } },
    tasks: [...tasks('zCo', 2, { lastPrimaryAt: '2025-12-31T00:00:00Z' }), ...tasks('aCo', 10)],
    events: [],
  });
  // All fire at T+14d or before; zCo's are due a day earlier.
  expect(disabledOf(story).map((line) => line.replace(' disabled', ''))).toEqual([
    'T+20d zCo/t00',
    'T+20d zCo/t01',
    ...[0, 1, 2, 3, 4].map((index) => `T+21d aCo/t0${index}`),
    ...[5, 6, 7, 8, 9].map((index) => `T+21d1h aCo/t0${index}`),
  ]);
  expect(story.filter((line) => line.includes('held'))).toEqual([]);
});

test('of one date the one that fails longest goes first, then by id', async () => {
  const { story } = await play({
    until: at(22),
    policy: { mode: 'disable', blastRadius: { perRun: 1 } },
    policies: { 'bCo/': { warnAfter: '15d' } },
    tasks: [
      failing('aCo/b'),
      failing('aCo/a'),
      failing('bCo/old', { lastPrimaryAt: '2025-12-31T00:00:00Z' }),
    ],
  });
  expect(disabledOf(story).map((line) => line.replace(' disabled', ''))).toEqual([
    'T+21d bCo/old',
    'T+21d1h aCo/a',
    'T+21d2h aCo/b',
  ]);
});

test('a backlog is worked off at perDay in a rolling day', async () => {
  const { story } = await play({
    until: at(24),
    policy: { mode: 'disable', blastRadius: { share: 1, perDay: 5 } },
    tasks: tasks('aCo', 12),
  });
  expect(disabledOf(story).map((line) => line.split(' ')[0])).toEqual([
    ...Array(5).fill('T+21d'),
    ...Array(5).fill('T+22d'),
    ...Array(2).fill('T+23d'),
  ]);
});

test.each([
  [
    'the rate limit of a day',
    { blastRadius: { perRun: 2, perDay: 3 } },
    ['T+21d', 'T+21d', 'T+21d1h', 'T+22d', 'T+22d'],
  ],
  ['a small floor', { blastRadius: { shareFloor: 2 } }, []],
  ['a low warm-up limit', { rampPerDay: 2 }, ['T+21d', 'T+21d', 'T+22d', 'T+22d', 'T+23d']],
])('%s holds a small fleet back, which breaks no promise', async (_, limit, disabled) => {
  const { story } = await play({
    policy: { mode: 'disable', ...limit },
    tasks: [0, 1, 2, 3, 4].map((index) => failing(`aCo/t${index}`, { owners: [`o${index}@x.test`] })),
  });
  expect(disabledOf(story).map((line) => line.split(' ')[0])).toEqual(disabled);
});

test('what a tenant had disabled in the last day counts to its part of a spike', async () => {
  const { story } = await play({
    until: at(23),
    tasks: [
      ...tasks('aCo', 8, { dataPlane: 'p1' }),
      ...tasks('aCo/late', 3, { dataPlane: 'p2', lastPrimaryAt: at(0, 12) }),
      ...tasks('bCo', 3, { dataPlane: 'p3', lastPrimaryAt: at(0, 12) }),
    ],
  });
  // The spike of T+21d12h is 14 tasks, 11 of them aCo's: only aCo's are held, and bCo's three are no spike.
  expect(heldOf(story)).toHaveLength(3);
  expect(heldOf(story).every((line) => line.includes(' aCo/late/'))).toBe(true);
  expect(disabledOf(story)).toHaveLength(11);
});

test('operators hear no more of a spike of which nothing is left', async () => {
  const { story } = await play({
    until: at(36),
    tasks: tasks('bigCo', 11),
    events: Array.from({ length: 11 }, (_, index) => ({
      at: at(23),
      type: 'shards',
      task: `bigCo/t${String(index).padStart(2, '0')}`,
      shards: [{ id: '0', status: 'PRIMARY' }],
    })),
  });
  expect(alertsOf(story).map((line) => line.split(' ')[0])).toEqual(['T+21d']);
});

test('a pause is no end of a spike: operators hear of it each week, and once paused ones go on they are held', async () => {
  const { story } = await play({
    until: at(38),
    tasks: tasks('bigCo', 11),
    events: [
      { at: at(27), type: 'operator', action: 'pause', of: 'disable' },
      { at: at(29), type: 'operator', action: 'approve' },
      { at: at(30, 0.5), type: 'operator', action: 'resume', of: 'disable' },
    ],
  });
  // At T+29d the pause holds them and the blast radius nothing: the approval covers none, and the spike is told anew.
  expect(alertsOf(story).map((line) => line.split(' ')[0])).toEqual(['T+21d', 'T+28d', 'T+30d1h', 'T+37d1h']);
  expect(disabledOf(story)).toEqual([]);
});
