import { describe, expect, test } from 'vitest';
import { at, failing, play, unheard } from './story.ts';

/** One address in its stored form, and as people also write it. */
const JO = 'jo@xn--mller-kva.test';
const JO_TOO = 'JO@müller.test';
/** The umlaut as a letter and a combining sign (NFD). */
const JO_NFD = 'Jo@mu\u0308ller.test';
const ANA = 'ana@acme.test';
const BOSS = 'boss@acme.test';
const EVE = 'eve@evil.test';

/** The whole life of a task of which one address is notified. */
const LIFE = [
  'T+14d fired acmeCo/a #1 since T+0d (disable)',
  `T+14d mail ${JO}: warning acmeCo/a #1 until T+21d`,
  `T+18d mail ${JO}: reminder acmeCo/a #1 until T+21d`,
  `T+20d mail ${JO}: reminder acmeCo/a #1 until T+21d`,
  'T+21d disabled acmeCo/a #1 due T+21d',
  'T+21d resolved acmeCo/a #1 disabled',
  `T+21d+ mail ${JO}: disabled acmeCo/a #1`,
];

const act = (days: number, by: string, action: string, more: object = {}) => ({
  at: at(days),
  type: 'action',
  task: 'acmeCo/a',
  by,
  action,
  ...more,
});

const ownedBy = (...owners: string[]) => [failing('acmeCo/a', { owners })];

describe('two spellings of an address are one', () => {
  test.each([
    ['of two owners, case and punycode', { tasks: ownedBy(JO_TOO, JO) }],
    ['of two owners, NFD and NFC', { tasks: ownedBy(JO_NFD, JO_TOO) }],
    [
      'of an owner who subscribes too',
      { tasks: ownedBy(JO_NFD), subscriptions: [{ prefix: 'acmeCo/', email: JO_TOO }] },
    ],
    [
      'of two subscriptions',
      {
        tasks: ownedBy(),
        subscriptions: [
          { prefix: 'acmeCo/', email: JO_TOO },
          { prefix: 'acmeCo/', email: JO_NFD },
        ],
      },
    ],
    ['of an admin', { tasks: ownedBy(), admins: { 'acmeCo/': [JO_TOO, JO_NFD] } }],
    [
      'of an owner who is written otherwise later',
      {
        tasks: ownedBy(JO),
        events: [{ at: at(16), type: 'owners', task: 'acmeCo/a', owners: [JO_NFD, JO_TOO] }],
      },
    ],
  ])('%s: one mail at a time', async (_what, scenario) => {
    expect((await play({ until: at(22), ...scenario })).story).toEqual(LIFE);
  });

  test('of one who acts: the keep of an owner', async () => {
    const events = [act(16, JO_NFD, 'keep', { for: '5d' })];
    const { story } = await play({ until: at(17), tasks: ownedBy(JO_TOO), events });
    expect(story.slice(2)).toEqual(['T+16d resolved acmeCo/a #1 kept', 'T+16d held acmeCo/a #null kept']);
  });

  test('of one who unsubscribes: no reminders any more', async () => {
    const events = [act(16, JO_NFD, 'unsubscribe')];
    const { story } = await play({ until: at(22), tasks: ownedBy(JO_TOO), events });
    expect(story).toEqual(LIFE.filter((line) => !line.includes('reminder')));
  });

  test('of one whose mail bounces, and whom operators revive: warned anew with a full grace', async () => {
    const { story } = await play({
      until: at(25),
      tasks: ownedBy(JO_TOO),
      events: [
        { at: at(15), type: 'mail-event', recipient: JO_NFD, event: 'bounce' },
        { at: at(17, 0.5), type: 'operator', action: 'revive', of: 'jo@MÜLLER.test' },
      ],
    });
    expect(story).toEqual([
      ...LIFE.slice(0, 2),
      `T+15d mail-failed ${JO} undeliverable`,
      'T+15d held acmeCo/a #1 no-reachable-owner',
      'T+15d operators no-reachable-owner acmeCo/a',
      `T+17d1h mail ${JO}: warning acmeCo/a #1 until T+24d1h`,
      `T+21d1h mail ${JO}: reminder acmeCo/a #1 until T+24d1h`,
      `T+23d1h mail ${JO}: reminder acmeCo/a #1 until T+24d1h`,
      'T+24d1h disabled acmeCo/a #1 due T+24d1h',
      'T+24d1h resolved acmeCo/a #1 disabled',
      `T+24d1h+ mail ${JO}: disabled acmeCo/a #1`,
    ]);
  });

  test('of one whom SES rejects', async () => {
    const events = [
      { at: at(14), type: 'fault', target: 'ses', mode: 'reject', recipient: JO_NFD, times: 1 },
    ];
    const { story } = await play({ until: at(15), tasks: ownedBy(JO_TOO), events });
    expect(story).toContain(`T+14d mail-failed ${JO} rejected`);
  });

  test('of one who sleeps', async () => {
    const recipients = { [JO_NFD]: { zone: 'Europe/Berlin', quietHours: { from: '00:00', to: '08:00' } } };
    const { story } = await play({ until: at(15), tasks: ownedBy(JO_TOO), recipients });
    // 08:00 in Berlin is 07:00 UTC in January.
    expect(story.at(-1)).toBe(`T+14d7h mail ${JO}: warning acmeCo/a #1 until T+21d7h`);
  });
});

/** SES reports what suppresses her on a day, and operators revive her; in hours of that day. */
const suppressedFor = (days: number, from: number, until: number, event: string) => [
  { at: at(days, from), type: 'mail-event', recipient: ANA, event },
  { at: at(days, until), type: 'operator', action: 'revive', of: ANA },
];

test('one who was revived between two scans is warned again, and the date is a full grace from then', async () => {
  const { story } = await play({
    until: at(23),
    events: suppressedFor(15, 0.25, 0.5, 'bounce'),
  });
  expect(story.slice(1)).toEqual([
    `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
    `T+15d15m mail-failed ${ANA} undeliverable`,
    `T+15d1h mail ${ANA}: warning acmeCo/a #1 until T+22d1h`,
    `T+19d1h mail ${ANA}: reminder acmeCo/a #1 until T+22d1h`,
    `T+21d1h mail ${ANA}: reminder acmeCo/a #1 until T+22d1h`,
    'T+22d1h disabled acmeCo/a #1 due T+22d1h',
    'T+22d1h resolved acmeCo/a #1 disabled',
    `T+22d1h+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});

/** Up to a reminder that brings a bounce or a complaint. */
const WARNED_AND_REMINDED = [
  `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
  `T+18d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
];

test.each(['bounce', 'complaint'])(
  'one whose reminder brought a %s, and who was revived before the next scan, is warned again with a full grace',
  async (event) => {
    const { story } = await play({
      until: at(26),
      events: suppressedFor(18, 0.25, 0.5, event),
    });
    expect(story.slice(1).filter((line) => !line.includes('mail-failed'))).toEqual([
      ...WARNED_AND_REMINDED,
      `T+18d1h mail ${ANA}: warning acmeCo/a #1 until T+25d1h`,
      `T+22d1h mail ${ANA}: reminder acmeCo/a #1 until T+25d1h`,
      `T+24d1h mail ${ANA}: reminder acmeCo/a #1 until T+25d1h`,
      'T+25d1h disabled acmeCo/a #1 due T+25d1h',
      'T+25d1h resolved acmeCo/a #1 disabled',
      `T+25d1h+ mail ${ANA}: disabled acmeCo/a #1`,
    ]);
  },
);

test('one whose reminder bounced while another owner stays warned, and who was revived, is warned of the date that stands', async () => {
  const { story } = await play({
    until: at(22),
    tasks: ownedBy(ANA, BOSS),
    events: suppressedFor(18, 0.25, 0.5, 'bounce'),
  });
  expect(story.filter((line) => line.includes(ANA))).toEqual([
    ...WARNED_AND_REMINDED,
    `T+18d15m mail-failed ${ANA} undeliverable`,
    `T+18d1h mail ${ANA}: warning acmeCo/a #1 until T+21d`,
    `T+20d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
    `T+21d+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
  expect(story).toContain('T+21d disabled acmeCo/a #1 due T+21d');
});

test('one whose warning waits while they are suppressed and revived gets it once', async () => {
  const quiet = { zone: 'UTC', quietHours: { from: '00:00', to: '05:00' } };
  const { story } = await play({
    until: at(15),
    scanEvery: '6h',
    tasks: [failing('acmeCo/a', { owners: [ANA, BOSS] }), failing('acmeCo/b', { lastPrimaryAt: at(-2) })],
    recipients: { [ANA]: quiet },
    events: suppressedFor(14, 1.5, 4.5, 'complaint'),
  });
  expect(story.filter((line) => line.includes(`${ANA}: warning`) && line.includes('acmeCo/a'))).toEqual([
    expect.stringMatching(/^T\+14d5h mail ana@acme.test: warning acmeCo\/[ab] /),
  ]);
});

test('one whose reminder is dropped while they are suppressed, and who is revived, is warned again before anything is disabled', async () => {
  const quiet = { zone: 'UTC', quietHours: { from: '17:00', to: '03:30' } };
  const { story } = await play({
    until: at(25),
    scanEvery: '6h',
    policy: { mode: 'disable', reminders: ['3d', '12h'] },
    recipients: { [ANA]: quiet },
    events: suppressedFor(21, 3, 4, 'complaint'),
  });
  expect(story.filter((line) => line.includes('acmeCo/a #1'))).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    `T+14d3h30m mail ${ANA}: warning acmeCo/a #1 until T+21d3h30m`,
    `T+18d6h mail ${ANA}: reminder acmeCo/a #1 until T+21d3h30m`,
    // The reminder of day 20, 15:30, waited for the night to end.
    `T+21d6h mail ${ANA}: warning acmeCo/a #1 until T+28d6h`,
  ]);
});

test('an owner who left just before a mail to another one went, and is back after a scan, is warned again', async () => {
  const { story } = await play({
    until: at(22),
    scanEvery: '6h',
    tasks: ownedBy(ANA, BOSS, JO),
    recipients: { [BOSS]: { zone: 'UTC', quietHours: { from: '00:00', to: '02:00' } } },
    events: [
      { at: at(14, 1), type: 'owners', task: 'acmeCo/a', owners: [BOSS, JO] },
      { at: at(14, 7), type: 'owners', task: 'acmeCo/a', owners: [ANA, BOSS, JO] },
    ],
  });
  expect(story.filter((line) => line.includes('warning') && !line.includes(JO))).toEqual([
    `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
    `T+14d2h mail ${BOSS}: warning acmeCo/a #1 until T+21d`,
    `T+14d12h mail ${ANA}: warning acmeCo/a #1 until T+21d`,
  ]);
});

test('to revive who is not suppressed changes nothing', async () => {
  const events = [
    { at: at(15), type: 'operator', action: 'revive', of: ANA },
    { at: at(15), type: 'operator', action: 'revive', of: EVE },
  ];
  expect((await play({ until: at(22), events })).story).toEqual((await play({ until: at(22) })).story);
});

test('a bounce that SES reports to nobody suppresses nobody', async () => {
  const events = [unheard(at(15)), { at: at(15), type: 'mail-event', recipient: ANA, event: 'bounce' }];
  expect((await play({ until: at(22), events })).story).toEqual((await play({ until: at(22) })).story);
});

describe('who has no say in a task is ignored', () => {
  const owned = (more: object = {}) => ({ until: at(22), ...more });

  test.each([
    ['a stranger', EVE, {}],
    ['an admin of another prefix', BOSS, { admins: { 'beta/': [BOSS] } }],
    ['a subscriber of another prefix', BOSS, { subscriptions: [{ prefix: 'acmeCo/a/', email: BOSS }] }],
    [
      'an owner of another task',
      BOSS,
      { tasks: [failing('acmeCo/a'), failing('acmeCo/b', { owners: [BOSS] })] },
    ],
  ])('%s', async (_who, by, scenario) => {
    const events = [
      act(15, by, 'unsubscribe'),
      act(16, by, 'snooze', { for: '10d' }),
      act(17, by, 'keep'),
      act(18, by, 'disable'),
    ];
    const ignored = await play(owned({ ...scenario, events }));
    expect(ignored.story).toEqual((await play(owned(scenario))).story);
  });

  test('a former owner, from the instant at which they are none', async () => {
    const owners = (days: number, ...all: string[]) => ({
      at: at(days),
      type: 'owners',
      task: 'acmeCo/a',
      owners: all,
    });
    const left = [owners(12, BOSS), act(12, ANA, 'keep', { for: '9d' })];
    const { story } = await play({ until: at(15), events: left });
    expect(story.at(-1)).toBe(`T+14d mail ${BOSS}: warning acmeCo/a #1 until T+21d`);
    const stillThere = [act(12, ANA, 'keep', { for: '9d' }), owners(12, BOSS)];
    expect((await play({ until: at(15), events: stillThere })).story).toEqual([
      'T+14d held acmeCo/a #null kept',
    ]);
  });

  test('an owner of a deleted task, and what they did there holds nothing when it comes back', async () => {
    const back = { id: 'acmeCo/a', kind: 'capture', owners: [ANA], dataPlane: 'eu-1', shards: [] };
    const { story } = await play({
      until: at(34),
      events: [
        { at: at(15), type: 'deleted', task: 'acmeCo/a' },
        act(16, ANA, 'keep', { for: '60d' }),
        act(16, ANA, 'disable'),
        { at: at(17), type: 'created', task: back },
      ],
    });
    expect(story.slice(2)).toEqual([
      'T+15d resolved acmeCo/a #1 deleted',
      'T+31d fired acmeCo/a #2 since T+17d (disable)',
      `T+31d mail ${ANA}: warning acmeCo/a #2 until T+38d`,
    ]);
  });
});

describe('who has a say is heard, reachable or not', () => {
  test.each([
    ['an owner whose address is suppressed', ANA, {}],
    [
      'a subscriber of another type',
      BOSS,
      { subscriptions: [{ prefix: 'acmeCo/', email: BOSS, alertTypes: ['task_auto_disabled'] }] },
    ],
    ['an admin whom nobody had to tell', BOSS, { admins: { 'acmeCo/': [BOSS] } }],
  ])('%s', async (_who, by, scenario) => {
    const { story } = await play({
      until: at(17),
      ...scenario,
      events: [{ at: at(15), type: 'mail-event', recipient: ANA, event: 'bounce' }, act(16, by, 'disable')],
    });
    expect(story).toContain('T+16d disabled acmeCo/a #1 due null');
    expect(story).toContain('T+16d resolved acmeCo/a #1 disabled-by-owner');
  });
});

test('who unsubscribes by one task hears no reminder of any', async () => {
  const { story } = await play({
    until: at(23),
    tasks: [failing('acmeCo/a'), failing('beta/b', { lastPrimaryAt: at(1) })],
    events: [act(14, ANA, 'unsubscribe')],
  });
  expect(story.filter((line) => line.includes('reminder'))).toEqual([]);
  expect(story.filter((line) => line.includes(': disabled'))).toHaveLength(2);
});

test('a control plane that is down for one task disables the others', async () => {
  const { story } = await play({
    until: at(22),
    tasks: [failing('acmeCo/a'), failing('acmeCo/b')],
    events: [
      { at: at(20), type: 'fault', target: 'control-plane', mode: 'down', for: '36h', task: 'acmeCo/b' },
    ],
  });
  expect(story).toContain('T+21d disabled acmeCo/a #1 due T+21d');
  expect(story.some((line) => line.includes('disabled acmeCo/b') && line.startsWith('T+21d d'))).toBe(false);
});

test('what operators are told of the fleet and of planes is not about tasks that are called so', async () => {
  const { lines } = await play({
    until: at(22),
    policy: { mode: 'disable', blastRadius: { share: 0.1, shareFloor: 1 } },
    tasks: ['fleet', 'eu-1', 'operators'].map((id) => failing(id)),
    events: [
      { at: at(1), type: 'data-plane', dataPlane: 'eu-1', state: 'silent' },
      { at: at(2), type: 'data-plane', dataPlane: 'eu-1', state: 'up' },
    ],
  });
  const alerts = lines.filter((line) => line.type === 'operator-alert');
  expect(alerts.map(({ code, ...about }) => [code, Object.keys(about).at(-1)])).toEqual([
    ['data-plane-silent', 'detail'],
    ['blast-radius', 'detail'],
  ]);
});
