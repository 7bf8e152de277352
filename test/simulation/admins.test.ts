import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const ANA = 'ana@acme.test';
const BOSS = 'boss@acme.test';
const NEAR = 'near@acme.test';
const ALL = 'platform@platform.test';

const admins = { 'acmeCo/': [BOSS] };
const escalating = (escalateAt: string | null, more = {}) => ({
  policy: { mode: 'disable', escalateAt, ...more },
  admins,
});
const bounce = (when: string, recipient: string) => ({
  at: when,
  type: 'mail-event',
  recipient,
  event: 'bounce',
});
const sorted = (story: string[]) => [...story].sort();

test('admins join the owners who can be mailed escalateAt before the date, and hear what follows', async () => {
  const { story } = await play({ until: at(22), ...escalating('2d') });
  expect(sorted(story)).toEqual(
    sorted([
      'T+14d fired acmeCo/a #1 since T+0d (disable)',
      `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
      `T+18d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
      `T+19d mail ${BOSS}: warning acmeCo/a #1 until T+21d`,
      `T+20d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
      `T+20d mail ${BOSS}: reminder acmeCo/a #1 until T+21d`,
      'T+21d disabled acmeCo/a #1 due T+21d',
      'T+21d resolved acmeCo/a #1 disabled',
      `T+21d+ mail ${ANA}: disabled acmeCo/a #1`,
      `T+21d+ mail ${BOSS}: disabled acmeCo/a #1`,
    ]),
  );
});

test.each(['7d', '30d'])(
  'with escalateAt %s, not shorter than the grace, they join with the scan after the warning',
  async (lead) => {
    const { story } = await play({ until: at(15), ...escalating(lead) });
    expect(story.slice(1)).toEqual([
      `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
      `T+14d1h mail ${BOSS}: warning acmeCo/a #1 until T+21d`,
    ]);
  },
);

test('an admin who joins with less than the shortest lead left has that much time, once', async () => {
  const { story } = await play({ until: at(23), ...escalating('12h') });
  expect(sorted(story.slice(4))).toEqual(
    sorted([
      `T+20d12h mail ${BOSS}: warning acmeCo/a #1 until T+21d12h`,
      'T+21d12h disabled acmeCo/a #1 due T+21d12h',
      'T+21d12h resolved acmeCo/a #1 disabled',
      `T+21d12h+ mail ${ANA}: disabled acmeCo/a #1`,
      `T+21d12h+ mail ${BOSS}: disabled acmeCo/a #1`,
    ]),
  );
});

test('without escalateAt, and in mode notify, admins stay out while an owner can be mailed', async () => {
  const without = await play({ until: at(22), ...escalating(null) });
  expect(without.story.join()).not.toContain(BOSS);
  const undated = await play({ until: at(40), ...escalating('30d', { mode: 'notify' }) });
  expect(undated.story.join()).not.toContain(BOSS);
});

test('the warning of an admin alone sustains no date while an owner can be mailed', async () => {
  const { story } = await play({
    until: at(26),
    ...escalating('3d'),
    events: [{ at: at(19), type: 'owners', task: 'acmeCo/a', owners: ['bob@acme.test'] }],
  });
  expect(sorted(story.slice(2))).toEqual(
    sorted([
      `T+18d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
      `T+18d mail ${BOSS}: warning acmeCo/a #1 until T+21d`,
      // Taken back: Bob has a full grace, and the admins join again three days before its end.
      'T+19d mail bob@acme.test: warning acmeCo/a #1 until T+26d',
      'T+23d mail bob@acme.test: reminder acmeCo/a #1 until T+26d',
      `T+23d mail ${BOSS}: warning acmeCo/a #1 until T+26d`,
      'T+25d mail bob@acme.test: reminder acmeCo/a #1 until T+26d',
      `T+25d mail ${BOSS}: reminder acmeCo/a #1 until T+26d`,
      'T+26d disabled acmeCo/a #1 due T+26d',
      'T+26d resolved acmeCo/a #1 disabled',
    ]),
  );
});

test('where the last owner is suppressed, an admin who was warned keeps the date, a full grace after their warning', async () => {
  const { story } = await play({ until: at(26), ...escalating('3d'), events: [bounce(at(19), ANA)] });
  expect(sorted(story.slice(4))).toEqual(
    sorted([
      `T+19d mail-failed ${ANA} undeliverable`,
      `T+22d mail ${BOSS}: reminder acmeCo/a #1 until T+25d`,
      `T+24d mail ${BOSS}: reminder acmeCo/a #1 until T+25d`,
      'T+25d disabled acmeCo/a #1 due T+25d',
      'T+25d resolved acmeCo/a #1 disabled',
      `T+25d+ mail ${BOSS}: disabled acmeCo/a #1`,
    ]),
  );
});

const LATER = { at: at(19, 12), type: 'policy', scope: '', set: { disableAfter: '10d' } };

test('an admin whose time to join moved later is no recipient until then, and is not warned again', async () => {
  const { story } = await play({ until: at(25), ...escalating('2d'), events: [LATER] });
  expect(sorted(story.slice(3))).toEqual(
    sorted([
      `T+19d mail ${BOSS}: warning acmeCo/a #1 until T+21d`,
      `T+21d mail ${ANA}: reminder acmeCo/a #1 until T+24d`,
      `T+23d mail ${ANA}: reminder acmeCo/a #1 until T+24d`,
      `T+23d mail ${BOSS}: reminder acmeCo/a #1 until T+24d`,
      'T+24d disabled acmeCo/a #1 due T+24d',
      'T+24d resolved acmeCo/a #1 disabled',
      `T+24d+ mail ${ANA}: disabled acmeCo/a #1`,
      `T+24d+ mail ${BOSS}: disabled acmeCo/a #1`,
    ]),
  );
});

test('an admin who was warned is notified of the disabling, though they were no recipient for a while', async () => {
  const disable = { at: at(20), type: 'action', task: 'acmeCo/a', by: ANA, action: 'disable' };
  const { story } = await play({ until: at(25), ...escalating('2d'), events: [LATER, disable] });
  expect(story.filter((line) => line.includes(BOSS))).toEqual([
    `T+19d mail ${BOSS}: warning acmeCo/a #1 until T+21d`,
    `T+20d+ mail ${BOSS}: disabled acmeCo/a #1`,
  ]);
});

test('the admins of the nearest prefix that has one who can be mailed stand in; the empty prefix is the last', async () => {
  const { story } = await play({
    until: at(17),
    admins: { 'acmeCo/x/': [NEAR], 'acmeCo/': [BOSS], '': [ALL] },
    tasks: [failing('acmeCo/x/a', { owners: [] }), failing('acmeCo/x/b', { owners: [] })],
    events: [bounce(at(15), NEAR), bounce(at(16), BOSS)],
  });
  expect(story.filter((line) => line.includes('warning'))).toEqual([
    `T+14d mail ${NEAR}: warning acmeCo/x/a #1 until T+21d, warning acmeCo/x/b #1 until T+21d`,
    `T+15d mail ${BOSS}: warning acmeCo/x/a #1 until T+22d, warning acmeCo/x/b #1 until T+22d`,
    `T+16d mail ${ALL}: warning acmeCo/x/a #1 until T+23d, warning acmeCo/x/b #1 until T+23d`,
  ]);
});

test('a subscription of the empty prefix is one of every task, and a further one adds its types', async () => {
  const subscription = (prefix: string, alertTypes: string[]) => ({ prefix, email: ALL, alertTypes });
  const { story } = await play({
    until: at(22),
    policy: { mode: 'disable', reminders: [] },
    tasks: [failing('acmeCo/a'), failing('beta')],
    subscriptions: [
      subscription('', ['task_abandoned']),
      subscription('acmeCo/', ['task_abandoned']),
      subscription('acmeCo/', ['task_auto_disabled']),
    ],
  });
  expect(story.filter((line) => line.includes(ALL))).toEqual([
    `T+14d mail ${ALL}: warning acmeCo/a #1 until T+21d, warning beta #1 until T+21d`,
    `T+21d+ mail ${ALL}: disabled acmeCo/a #1`,
  ]);
});

test('a warned admin hears of the disabling where somebody subscribed to that alone can be mailed', async () => {
  const { story } = await play({
    until: at(22),
    policy: { mode: 'disable', reminders: [] },
    admins,
    tasks: [failing('acmeCo/a', { owners: [] })],
    subscriptions: [{ prefix: 'acmeCo/', email: ALL, alertTypes: ['task_auto_disabled'] }],
  });
  expect(sorted(story.filter((line) => line.includes('mail')))).toEqual(
    sorted([
      `T+14d mail ${BOSS}: warning acmeCo/a #1 until T+21d`,
      `T+21d+ mail ${ALL}: disabled acmeCo/a #1`,
      `T+21d+ mail ${BOSS}: disabled acmeCo/a #1`,
    ]),
  );
});
