import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const ANA = 'ana@acme.test';
const BOB = 'bob@acme.test';
const BOSS = 'boss@acme.test';
const CHIEF = 'chief@acme.test';

const mailEvent = (when: string, recipient: string, event: string, more: object = {}) => ({
  at: when,
  type: 'mail-event',
  recipient,
  event,
  ...more,
});

function sorted(story: string[]): string[] {
  return [...story].sort();
}

const USUAL = [
  'T+14d fired acmeCo/a #1 since T+0d (disable)',
  `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
  `T+18d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
  `T+20d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
  'T+21d disabled acmeCo/a #1 due T+21d',
  'T+21d resolved acmeCo/a #1 disabled',
  `T+21d+ mail ${ANA}: disabled acmeCo/a #1`,
];

test('a delivery and a transient bounce change nothing', async () => {
  const { story } = await play({
    events: [
      mailEvent(at(14, 1), ANA, 'delivery'),
      mailEvent(at(17), ANA, 'bounce', { bounceType: 'transient' }),
    ],
  });
  expect(story).toEqual(USUAL);
});

test('a complaint takes the grace back as a bounce does', async () => {
  const { story } = await play({
    until: at(20),
    admins: { 'acmeCo/': [BOSS] },
    events: [mailEvent(at(17), ANA, 'complaint')],
  });
  expect(story.filter((line) => line.includes(': '))).toEqual([
    `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
    `T+17d mail ${BOSS}: warning acmeCo/a #1 until T+24d`,
  ]);
});

test('a bounce of one of two owners takes nothing back', async () => {
  const { story } = await play({
    until: at(22),
    admins: { 'acmeCo/': [BOSS] },
    tasks: [failing('acmeCo/a', { owners: [ANA, BOB] })],
    events: [mailEvent(at(17), ANA, 'bounce')],
  });
  expect(story.slice(3)).toEqual([
    `T+17d mail-failed ${ANA} undeliverable`,
    `T+18d mail ${BOB}: reminder acmeCo/a #1 until T+21d`,
    `T+20d mail ${BOB}: reminder acmeCo/a #1 until T+21d`,
    'T+21d disabled acmeCo/a #1 due T+21d',
    'T+21d resolved acmeCo/a #1 disabled',
    `T+21d+ mail ${BOB}: disabled acmeCo/a #1`,
  ]);
});

test('a bounce at the instant of the deadline still prevents the disabling', async () => {
  const { story } = await play({
    until: at(22),
    admins: { 'acmeCo/': [BOSS] },
    events: [mailEvent(at(21), ANA, 'bounce')],
  });
  expect(story.slice(4)).toEqual([
    `T+21d mail-failed ${ANA} undeliverable`,
    `T+21d mail ${BOSS}: warning acmeCo/a #1 until T+28d`,
  ]);
});

test('a bounce of a reminder suppresses the address too', async () => {
  const { story } = await play({
    until: at(19),
    admins: { 'acmeCo/': [BOSS] },
    events: [mailEvent(at(18, 12), ANA, 'bounce')],
  });
  expect(story.slice(3)).toEqual([
    `T+18d12h mail-failed ${ANA} undeliverable`,
    `T+18d12h mail ${BOSS}: warning acmeCo/a #1 until T+25d12h`,
  ]);
});

test('a bounce between two scans shows with the next one', async () => {
  const { story } = await play({
    until: at(18),
    admins: { 'acmeCo/': [BOSS] },
    events: [mailEvent(at(17, 0.5), ANA, 'bounce')],
  });
  expect(story.at(-1)).toBe(`T+17d1h mail ${BOSS}: warning acmeCo/a #1 until T+24d1h`);
});

test('a suppressed address is not written to for another task', async () => {
  const { story } = await play({
    until: at(25),
    tasks: [failing('acmeCo/a'), failing('acmeCo/b', { lastPrimaryAt: at(-4) })],
    events: [
      { at: at(8), type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'PRIMARY' }] },
      { at: at(9), type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'FAILED' }] },
      mailEvent(at(18), ANA, 'bounce'),
    ],
  });
  expect(story).toEqual([
    'T+10d fired acmeCo/b #1 since T+-4d (disable)',
    `T+10d mail ${ANA}: warning acmeCo/b #1 until T+17d`,
    `T+14d mail ${ANA}: reminder acmeCo/b #1 until T+17d`,
    `T+16d mail ${ANA}: reminder acmeCo/b #1 until T+17d`,
    'T+17d disabled acmeCo/b #1 due T+17d',
    'T+17d resolved acmeCo/b #1 disabled',
    `T+17d+ mail ${ANA}: disabled acmeCo/b #1`,
    `T+18d mail-failed ${ANA} undeliverable`,
    'T+23d fired acmeCo/a #1 since T+9d (disable)',
    'T+23d held acmeCo/a #1 no-reachable-owner',
    'T+23d operators no-reachable-owner acmeCo/a',
  ]);
});

test('where the admin bounces too, the task is held and operators are told', async () => {
  const { story } = await play({
    until: at(19),
    admins: { 'acmeCo/': [BOSS] },
    events: [mailEvent(at(17), ANA, 'bounce'), mailEvent(at(18), BOSS, 'bounce')],
  });
  expect(story.slice(2)).toEqual([
    `T+17d mail-failed ${ANA} undeliverable`,
    `T+17d mail ${BOSS}: warning acmeCo/a #1 until T+24d`,
    `T+18d mail-failed ${BOSS} undeliverable`,
    'T+18d held acmeCo/a #1 no-reachable-owner',
    'T+18d operators no-reachable-owner acmeCo/a',
  ]);
});

test('where one of two admins bounces, the other one keeps the date', async () => {
  const { story } = await play({
    until: at(25),
    admins: { 'acmeCo/': [BOSS, CHIEF] },
    events: [mailEvent(at(17), ANA, 'bounce'), mailEvent(at(18), BOSS, 'bounce')],
  });
  expect(sorted(story.slice(2))).toEqual(
    sorted([
      `T+17d mail-failed ${ANA} undeliverable`,
      `T+17d mail ${BOSS}: warning acmeCo/a #1 until T+24d`,
      `T+17d mail ${CHIEF}: warning acmeCo/a #1 until T+24d`,
      `T+18d mail-failed ${BOSS} undeliverable`,
      `T+21d mail ${CHIEF}: reminder acmeCo/a #1 until T+24d`,
      `T+23d mail ${CHIEF}: reminder acmeCo/a #1 until T+24d`,
      'T+24d disabled acmeCo/a #1 due T+24d',
      'T+24d resolved acmeCo/a #1 disabled',
      `T+24d+ mail ${CHIEF}: disabled acmeCo/a #1`,
    ]),
  );
});

test('a new owner after a bounce is warned with a full grace', async () => {
  const { story } = await play({
    until: at(20),
    events: [
      mailEvent(at(17), ANA, 'bounce'),
      { at: at(19), type: 'owners', task: 'acmeCo/a', owners: [ANA, BOB] },
    ],
  });
  expect(story.slice(2)).toEqual([
    `T+17d mail-failed ${ANA} undeliverable`,
    'T+17d held acmeCo/a #1 no-reachable-owner',
    'T+17d operators no-reachable-owner acmeCo/a',
    `T+19d mail ${BOB}: warning acmeCo/a #1 until T+26d`,
  ]);
});

test('in mode notify a bounce brings the admin a warning without a date', async () => {
  const { story } = await play({
    until: at(30),
    policy: { mode: 'notify' },
    admins: { 'acmeCo/': [BOSS] },
    events: [mailEvent(at(17), ANA, 'bounce')],
  });
  expect(story.slice(1)).toEqual([
    `T+14d mail ${ANA}: warning acmeCo/a #1`,
    `T+17d mail-failed ${ANA} undeliverable`,
    `T+17d mail ${BOSS}: warning acmeCo/a #1`,
  ]);
});

test('an owner who comes after the admin was warned takes their place, with a full grace', async () => {
  const { story } = await play({
    until: at(20),
    admins: { 'acmeCo/': [BOSS] },
    events: [
      mailEvent(at(17), ANA, 'bounce'),
      { at: at(19), type: 'owners', task: 'acmeCo/a', owners: [ANA, BOB] },
    ],
  });
  expect(story.at(-1)).toBe(`T+19d mail ${BOB}: warning acmeCo/a #1 until T+26d`);
});
