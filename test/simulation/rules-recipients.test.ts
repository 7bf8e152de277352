import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const ANA = 'ana@acme.test';
const BOB = 'bob@acme.test';
const BOSS = 'boss@acme.test';

const owners = (when: string, ...list: string[]) => ({
  at: when,
  type: 'owners',
  task: 'acmeCo/a',
  owners: list,
});
const owned = (...list: string[]) => [failing('acmeCo/a', { owners: list })];

/** Mails of one instant come in no order that matters. */
function sorted(story: string[]): string[] {
  return [...story].sort();
}

test('two owners are warned of one date where every reminder is longer than the grace', async () => {
  const { story } = await play({
    until: at(22),
    policy: { mode: 'disable', reminders: ['10d'] },
    tasks: [failing('acmeCo/a', { owners: ['ana@acme.test', 'bo@acme.test'] })],
  });
  const warned = story.filter((line) => line.includes('warning'));
  expect(new Set(warned.map((line) => line.replace(/mail \S+:/, 'mail')))).toHaveLength(1);
  expect(story.some((line) => line.startsWith('T+21d disabled acmeCo/a #1'))).toBe(true);
});

test('one who joins is warned with the date that stands, and reminded with the others', async () => {
  const { story } = await play({ until: at(22), events: [owners(at(16), ANA, BOB)] });
  expect(sorted(story.slice(2))).toEqual(
    sorted([
      `T+16d mail ${BOB}: warning acmeCo/a #1 until T+21d`,
      `T+18d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
      `T+18d mail ${BOB}: reminder acmeCo/a #1 until T+21d`,
      `T+20d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
      `T+20d mail ${BOB}: reminder acmeCo/a #1 until T+21d`,
      'T+21d disabled acmeCo/a #1 due T+21d',
      'T+21d resolved acmeCo/a #1 disabled',
      `T+21d+ mail ${ANA}: disabled acmeCo/a #1`,
      `T+21d+ mail ${BOB}: disabled acmeCo/a #1`,
    ]),
  );
});

test('reminder steps that have passed count as done for one who joins after them', async () => {
  const { story } = await play({ until: at(20), events: [owners(at(19), ANA, BOB)] });
  expect(sorted(story.slice(3))).toEqual(
    sorted([
      `T+19d mail ${BOB}: warning acmeCo/a #1 until T+21d`,
      `T+20d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
      `T+20d mail ${BOB}: reminder acmeCo/a #1 until T+21d`,
    ]),
  );
});

test('one who joins with less than the shortest lead left has that much time, and the date moves there', async () => {
  const { story } = await play({ until: at(22), events: [owners(at(20, 12), ANA, BOB)] });
  expect(sorted(story.slice(4))).toEqual(
    sorted([
      `T+20d12h mail ${BOB}: warning acmeCo/a #1 until T+21d12h`,
      'T+21d12h disabled acmeCo/a #1 due T+21d12h',
      'T+21d12h resolved acmeCo/a #1 disabled',
      `T+21d12h+ mail ${ANA}: disabled acmeCo/a #1`,
      `T+21d12h+ mail ${BOB}: disabled acmeCo/a #1`,
    ]),
  );
});

test('with just the shortest lead left the date stays', async () => {
  const { story } = await play({ until: at(21), events: [owners(at(20), ANA, BOB)] });
  expect(sorted(story.slice(3))).toEqual(
    sorted([
      `T+20d mail ${BOB}: warning acmeCo/a #1 until T+21d`,
      `T+20d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
      'T+21d disabled acmeCo/a #1 due T+21d',
      'T+21d resolved acmeCo/a #1 disabled',
      `T+21d mail ${ANA}: disabled acmeCo/a #1`,
      `T+21d mail ${BOB}: disabled acmeCo/a #1`,
    ]).filter((line) => !line.includes('mail') || !line.includes(': disabled')),
  );
});

test('where a new owner takes over, they are warned with a full grace', async () => {
  const { story } = await play({ until: at(24), events: [owners(at(16), BOB)] });
  expect(story.slice(2)).toEqual([
    `T+16d mail ${BOB}: warning acmeCo/a #1 until T+23d`,
    `T+20d mail ${BOB}: reminder acmeCo/a #1 until T+23d`,
    `T+22d mail ${BOB}: reminder acmeCo/a #1 until T+23d`,
    'T+23d disabled acmeCo/a #1 due T+23d',
    'T+23d resolved acmeCo/a #1 disabled',
    `T+23d+ mail ${BOB}: disabled acmeCo/a #1`,
  ]);
});

test('an owner who takes over at the deadline has a full grace too', async () => {
  const { story } = await play({ until: at(22), events: [owners(at(21), BOB)] });
  expect(story.slice(4)).toEqual([`T+21d mail ${BOB}: warning acmeCo/a #1 until T+28d`]);
});

test('one who leaves hears nothing more; the others keep their date', async () => {
  const { story } = await play({ until: at(22), tasks: owned(ANA, BOB), events: [owners(at(16), BOB)] });
  expect(story.slice(3)).toEqual([
    `T+18d mail ${BOB}: reminder acmeCo/a #1 until T+21d`,
    `T+20d mail ${BOB}: reminder acmeCo/a #1 until T+21d`,
    'T+21d disabled acmeCo/a #1 due T+21d',
    'T+21d resolved acmeCo/a #1 disabled',
    `T+21d+ mail ${BOB}: disabled acmeCo/a #1`,
  ]);
});

test('one who left and comes back is warned again, with the date that stands', async () => {
  const { story } = await play({
    until: at(18),
    tasks: owned(ANA, BOB),
    events: [owners(at(16), BOB), owners(at(17), BOB, ANA)],
  });
  expect(sorted(story.slice(3))).toEqual(
    sorted([
      `T+17d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
      `T+18d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
      `T+18d mail ${BOB}: reminder acmeCo/a #1 until T+21d`,
    ]),
  );
});

test('an only owner who leaves and comes back is warned anew, with a full grace', async () => {
  const { story } = await play({
    until: at(25),
    events: [owners(at(16)), owners(at(17), ANA)],
  });
  expect(story.slice(2)).toEqual([
    'T+16d held acmeCo/a #1 no-reachable-owner',
    'T+16d operators no-reachable-owner acmeCo/a',
    `T+17d mail ${ANA}: warning acmeCo/a #1 until T+24d`,
    `T+21d mail ${ANA}: reminder acmeCo/a #1 until T+24d`,
    `T+23d mail ${ANA}: reminder acmeCo/a #1 until T+24d`,
    'T+24d disabled acmeCo/a #1 due T+24d',
    'T+24d resolved acmeCo/a #1 disabled',
    `T+24d+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});

test('a task without owners is mailed to the admins of the nearest prefix that has any', async () => {
  const { story } = await play({
    until: at(14),
    admins: { 'acmeCo/': [BOSS], 'acmeCo/prod/': ['chief@acme.test'], 'acmeCo/prod/x/': [] },
    tasks: [failing('acmeCo/prod/x/a', { owners: [] })],
  });
  expect(story.slice(1)).toEqual(['T+14d mail chief@acme.test: warning acmeCo/prod/x/a #1 until T+21d']);
});

test('admins hear nothing while an owner or a subscriber can be mailed', async () => {
  const { story } = await play({
    until: at(14),
    admins: { 'acmeCo/': [BOSS] },
    subscriptions: [{ prefix: 'acmeCo/', email: 'team@acme.test', alertTypes: ['task_abandoned'] }],
    tasks: owned(),
  });
  expect(story.slice(1)).toEqual(['T+14d mail team@acme.test: warning acmeCo/a #1 until T+21d']);
});

test('with nobody to notify, the task is held, and operators hear of it each week until somebody comes', async () => {
  const { story } = await play({ until: at(40), tasks: owned(), events: [owners(at(25), BOB)] });
  expect(story).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    'T+14d held acmeCo/a #1 no-reachable-owner',
    'T+14d operators no-reachable-owner acmeCo/a',
    'T+21d operators no-reachable-owner acmeCo/a',
    `T+25d mail ${BOB}: warning acmeCo/a #1 until T+32d`,
    `T+29d mail ${BOB}: reminder acmeCo/a #1 until T+32d`,
    `T+31d mail ${BOB}: reminder acmeCo/a #1 until T+32d`,
    'T+32d disabled acmeCo/a #1 due T+32d',
    'T+32d resolved acmeCo/a #1 disabled',
    `T+32d+ mail ${BOB}: disabled acmeCo/a #1`,
  ]);
});

test('in mode notify, too, a task with nobody to notify is held, and operators hear of it', async () => {
  const { story } = await play({ until: at(15), policy: { mode: 'notify' }, tasks: owned() });
  expect(story).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (notify)',
    'T+14d held acmeCo/a #1 no-reachable-owner',
    'T+14d operators no-reachable-owner acmeCo/a',
  ]);
});

test('in mode detect a task with nobody to notify is no hold', async () => {
  const { story } = await play({ until: at(15), policy: {}, tasks: owned() });
  expect(story).toEqual(['T+14d fired acmeCo/a #1 since T+0d (detect)']);
});

test('a subscriber hears of the alert types that they asked for', async () => {
  const { story } = await play({
    until: at(22),
    tasks: owned(),
    subscriptions: [
      { prefix: 'acmeCo/', email: 'early@acme.test', alertTypes: ['task_abandoned'] },
      { prefix: 'acmeCo/', email: 'late@acme.test', alertTypes: ['task_auto_disabled'] },
      { prefix: 'otherCo/', email: 'other@acme.test', alertTypes: ['task_abandoned'] },
    ],
  });
  expect(story).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    'T+14d mail early@acme.test: warning acmeCo/a #1 until T+21d',
    'T+18d mail early@acme.test: reminder acmeCo/a #1 until T+21d',
    'T+20d mail early@acme.test: reminder acmeCo/a #1 until T+21d',
    'T+21d disabled acmeCo/a #1 due T+21d',
    'T+21d resolved acmeCo/a #1 disabled',
    'T+21d+ mail late@acme.test: disabled acmeCo/a #1',
  ]);
});

test('one address written in two ways, and subscribed at two prefixes, is one recipient', async () => {
  const { story } = await play({
    until: at(14),
    tasks: [failing('acmeCo/prod/a', { owners: ['Ana@Acme.test', ANA] })],
    subscriptions: [
      { prefix: 'acmeCo/', email: ANA, alertTypes: ['task_abandoned'] },
      { prefix: 'acmeCo/prod/', email: 'ANA@acme.test', alertTypes: ['task_abandoned'] },
    ],
  });
  expect(story.slice(1).map((line) => line.toLowerCase())).toEqual([
    `t+14d mail ${ANA}: warning acmeco/prod/a #1 until t+21d`,
  ]);
});
