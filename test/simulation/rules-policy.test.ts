import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const ANA = 'ana@acme.test';
const BOB = 'bob@acme.test';

const set = (when: string, values: object, scope = '') => ({ at: when, type: 'policy', scope, set: values });

const FIRED = 'T+14d fired acmeCo/a #1 since T+0d (disable)';
const WARNED = `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`;
const reminded = (when: string, until: string) => `${when} mail ${ANA}: reminder acmeCo/a #1 until ${until}`;
const ended = (when: string) => [
  `${when} disabled acmeCo/a #1 due ${when}`,
  `${when} resolved acmeCo/a #1 disabled`,
  `${when}+ mail ${ANA}: disabled acmeCo/a #1`,
];

test('a higher threshold ends the episode, withdraws the date, and fires anew when it is reached', async () => {
  const { story } = await play({ until: at(21), events: [set(at(16), { warnAfter: '20d' })] });
  expect(story).toEqual([
    FIRED,
    WARNED,
    'T+16d resolved acmeCo/a #1 policy',
    `T+16d mail ${ANA}: withdrawn acmeCo/a #1`,
    'T+20d fired acmeCo/a #2 since T+0d (disable)',
    `T+20d mail ${ANA}: warning acmeCo/a #2 until T+27d`,
  ]);
});

test('a higher threshold that the task has reached too changes nothing', async () => {
  const { story } = await play({ events: [set(at(16), { warnAfter: '16d' })] });
  expect(story).toEqual([
    FIRED,
    WARNED,
    reminded('T+18d', 'T+21d'),
    reminded('T+20d', 'T+21d'),
    ...ended('T+21d'),
  ]);
});

test('a lower threshold fires at the next scan', async () => {
  const { story } = await play({ until: at(6), events: [set(at(5), { warnAfter: '4d' })] });
  expect(story[0]).toBe('T+5d fired acmeCo/a #1 since T+0d (disable)');
});

test.each(['acmeCo/', 'acmeCo/a'])('a lower threshold of %s fires for it alone', async (scope) => {
  const { story } = await play({
    until: at(4),
    policies: { [scope]: { warnAfter: '3d' } },
    tasks: [failing('acmeCo/a'), failing('otherCo/a')],
  });
  expect(story).toEqual([
    'T+3d fired acmeCo/a #1 since T+0d (disable)',
    `T+3d mail ${ANA}: warning acmeCo/a #1 until T+10d`,
  ]);
});

test('a higher threshold of a prefix holds back its tasks alone', async () => {
  const { story } = await play({
    until: at(20),
    policies: { 'acmeCo/slow/': { warnAfter: '20d' } },
    tasks: [failing('acmeCo/slow/a'), failing('acmeCo/a')],
  });
  expect(story.filter((line) => line.includes('fired'))).toEqual([
    FIRED,
    'T+20d fired acmeCo/slow/a #1 since T+0d (disable)',
  ]);
});

test('a longer grace moves the date later, with no new warning', async () => {
  const { story } = await play({ events: [set(at(16), { disableAfter: '10d' })] });
  expect(story).toEqual([
    FIRED,
    WARNED,
    reminded('T+21d', 'T+24d'),
    reminded('T+23d', 'T+24d'),
    ...ended('T+24d'),
  ]);
});

test('a longer grace after a reminder lets it be sent again for the new date', async () => {
  const { story } = await play({ events: [set(at(18, 12), { disableAfter: '10d' })] });
  expect(story.slice(2)).toEqual([
    reminded('T+18d', 'T+21d'),
    reminded('T+21d', 'T+24d'),
    reminded('T+23d', 'T+24d'),
    ...ended('T+24d'),
  ]);
});

test('a grace longer by half a day after a reminder sends none again', async () => {
  const { story } = await play({ events: [set(at(18, 12), { disableAfter: '180h' })] });
  expect(story.slice(2)).toEqual([
    reminded('T+18d', 'T+21d'),
    reminded('T+20d12h', 'T+21d12h'),
    ...ended('T+21d12h'),
  ]);
});

test('a shorter grace leaves the date and its reminders', async () => {
  const { story } = await play({ events: [set(at(16), { disableAfter: '2d' })] });
  expect(story.slice(2)).toEqual([reminded('T+18d', 'T+21d'), reminded('T+20d', 'T+21d'), ...ended('T+21d')]);
});

test('a longer grace taken back again leaves the later date: deadlines move only later', async () => {
  const { story } = await play({
    events: [set(at(16), { disableAfter: '10d' }), set(at(17), { disableAfter: '7d' })],
  });
  expect(story.slice(2)).toEqual([reminded('T+21d', 'T+24d'), reminded('T+23d', 'T+24d'), ...ended('T+24d')]);
});

test('a longer grace that a reminder has printed stays though the policy goes back', async () => {
  const { story } = await play({
    events: [set(at(16), { disableAfter: '10d' }), set(at(22), { disableAfter: '7d' })],
  });
  expect(story.slice(2)).toEqual([reminded('T+21d', 'T+24d'), reminded('T+23d', 'T+24d'), ...ended('T+24d')]);
});

test('a lead that is not shorter than the grace is never due', async () => {
  const { story } = await play({ policy: { mode: 'disable', disableAfter: '3d' } });
  expect(story.slice(1)).toEqual([
    `T+14d mail ${ANA}: warning acmeCo/a #1 until T+17d`,
    reminded('T+16d', 'T+17d'),
    ...ended('T+17d'),
  ]);
});

test('with a grace of a day there is no reminder', async () => {
  const { story } = await play({ policy: { mode: 'disable', disableAfter: '1d' } });
  expect(story.slice(1)).toEqual([`T+14d mail ${ANA}: warning acmeCo/a #1 until T+15d`, ...ended('T+15d')]);
});

test('new leads hold for a grace that runs', async () => {
  const { story } = await play({ events: [set(at(15), { reminders: ['5d', '2d'] })] });
  expect(story.slice(2)).toEqual([reminded('T+16d', 'T+21d'), reminded('T+19d', 'T+21d'), ...ended('T+21d')]);
});

test('no leads, no reminders', async () => {
  const { story } = await play({ policy: { mode: 'disable', reminders: [] } });
  expect(story.slice(2)).toEqual(ended('T+21d'));
});

test('a longer lead is not sent after a shorter one of the same date', async () => {
  const { story } = await play({ events: [set(at(19), { reminders: ['6d', '1d'] })] });
  expect(story.slice(2)).toEqual([reminded('T+18d', 'T+21d'), reminded('T+20d', 'T+21d'), ...ended('T+21d')]);
});

test('a new lead whose instant has passed is sent at once', async () => {
  const { story } = await play({ events: [set(at(19, 12), { reminders: ['3d', '2d'] })] });
  expect(story.slice(2)).toEqual([
    reminded('T+18d', 'T+21d'),
    reminded('T+19d12h', 'T+21d'),
    ...ended('T+21d'),
  ]);
});

test('disable to notify and back is a new warning with a full grace and all its reminders', async () => {
  const { story } = await play({
    events: [set(at(19), { mode: 'notify' }, 'acmeCo/'), set(at(20), { mode: 'disable' }, 'acmeCo/')],
  });
  expect(story.slice(2)).toEqual([
    reminded('T+18d', 'T+21d'),
    `T+19d mail ${ANA}: withdrawn acmeCo/a #1`,
    `T+20d mail ${ANA}: warning acmeCo/a #1 until T+27d`,
    reminded('T+24d', 'T+27d'),
    reminded('T+26d', 'T+27d'),
    ...ended('T+27d'),
  ]);
});

const BACK = [
  WARNED,
  reminded('T+18d', 'T+21d'),
  `T+19d1h mail ${ANA}: warning acmeCo/a #1 until T+26d1h`,
  reminded('T+23d1h', 'T+26d1h'),
  reminded('T+25d1h', 'T+26d1h'),
  ...ended('T+26d1h'),
];
const lowered = set(at(19, 0.2), { mode: 'notify' }, 'acmeCo/');

test('disable to notify and back between two scans is a new warning with a full grace, once', async () => {
  const { story } = await play({ events: [lowered, set(at(19, 0.5), { mode: 'disable' }, 'acmeCo/')] });
  expect(story.slice(1)).toEqual(BACK);
});

test('a mode that is lowered and raised around a task with its own does not concern it', async () => {
  const { story } = await play({
    policies: { 'acmeCo/a': { mode: 'disable' } },
    events: [lowered, set(at(19, 0.5), { mode: 'disable' }, 'acmeCo/')],
  });
  expect(story.slice(1)).toEqual([
    WARNED,
    reminded('T+18d', 'T+21d'),
    reminded('T+20d', 'T+21d'),
    ...ended('T+21d'),
  ]);
});

test('a mode that is raised for the first time starts one grace, also when it is written again after it', async () => {
  const { story } = await play({
    policy: { mode: 'notify' },
    events: [set(at(16), { mode: 'disable' }), set(at(17), { mode: 'disable', warnAfter: '13d' })],
  });
  expect(story.slice(1, 4)).toEqual([
    `T+14d mail ${ANA}: warning acmeCo/a #1`,
    `T+16d mail ${ANA}: warning acmeCo/a #1 until T+23d`,
    reminded('T+20d', 'T+23d'),
  ]);
});

test('disable to detect withdraws the date; raised to notify after it, they are warned anew without a date', async () => {
  const { story } = await play({
    events: [set(at(16), { mode: 'detect' }), set(at(18), { mode: 'notify' })],
  });
  expect(story.slice(2)).toEqual([
    `T+16d mail ${ANA}: withdrawn acmeCo/a #1`,
    `T+18d mail ${ANA}: warning acmeCo/a #1`,
  ]);
});

test('detect to notify to disable: warned without a date, then with one', async () => {
  const { story } = await play({
    until: at(28),
    policy: {},
    events: [set(at(16), { mode: 'notify' }), set(at(20), { mode: 'disable' })],
  });
  expect(story).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (detect)',
    `T+16d mail ${ANA}: warning acmeCo/a #1`,
    `T+20d mail ${ANA}: warning acmeCo/a #1 until T+27d`,
    reminded('T+24d', 'T+27d'),
    reminded('T+26d', 'T+27d'),
    ...ended('T+27d'),
  ]);
});

test('in mode notify there is one warning without a date, and nothing more', async () => {
  const { story } = await play({ policy: { mode: 'notify' } });
  expect(story).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (notify)',
    `T+14d mail ${ANA}: warning acmeCo/a #1`,
  ]);
});

test('one who joins at mode notify is warned without a date', async () => {
  const { story } = await play({
    policy: { mode: 'notify' },
    events: [{ at: at(20), type: 'owners', task: 'acmeCo/a', owners: [ANA, BOB] }],
  });
  expect(story.slice(2)).toEqual([`T+20d mail ${BOB}: warning acmeCo/a #1`]);
});

test('one who joins after the mode went down is warned without a date', async () => {
  const { story } = await play({
    events: [
      set(at(16), { mode: 'notify' }),
      { at: at(20), type: 'owners', task: 'acmeCo/a', owners: [ANA, BOB] },
    ],
  });
  expect(story.slice(2)).toEqual([
    `T+16d mail ${ANA}: withdrawn acmeCo/a #1`,
    `T+20d mail ${BOB}: warning acmeCo/a #1`,
  ]);
});

test('a task kept at notify by its own entry is not disabled, whatever its prefix says', async () => {
  const { story } = await play({
    policy: {},
    policies: { 'acmeCo/': { mode: 'disable' }, 'acmeCo/a': { mode: 'notify' } },
    tasks: [failing('acmeCo/a'), failing('acmeCo/ab')],
  });
  expect(story.filter((line) => line.includes('disabled acme'))).toEqual([
    'T+21d disabled acmeCo/ab #1 due T+21d',
    `T+21d+ mail ${ANA}: disabled acmeCo/ab #1`,
  ]);
});

test('the mode that goes down at the deadline prevents the disabling', async () => {
  const { story } = await play({ events: [set(at(21), { mode: 'notify' })] });
  expect(story.slice(4)).toEqual([`T+21d mail ${ANA}: withdrawn acmeCo/a #1`]);
});

test('a null takes a key back to its default', async () => {
  const { story } = await play({
    until: at(15),
    policies: { 'acmeCo/': { warnAfter: '3d' }, 'acmeCo/a': { warnAfter: null } },
  });
  expect(story[0]).toBe(FIRED);
});

test('after scans that come seldom only the latest reminder due is sent', async () => {
  const { story } = await play({ scanEvery: '6d', until: at(36) });
  expect(story).toEqual([
    'T+18d fired acmeCo/a #1 since T+0d (disable)',
    `T+18d mail ${ANA}: warning acmeCo/a #1 until T+25d`,
    reminded('T+24d', 'T+25d'),
    'T+30d disabled acmeCo/a #1 due T+25d',
    'T+30d resolved acmeCo/a #1 disabled',
    `T+30d+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});
