import { describe, expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const ANA = 'ana@acme.test';

const plane = (when: string, state: string, dataPlane = 'eu-1') => ({
  at: when,
  type: 'data-plane',
  dataPlane,
  state,
});

test('two days in which the plane is down move an announced date by two days, with no new warning', async () => {
  const { story } = await play({ events: [plane(at(15), 'down'), plane(at(17), 'up')] });
  expect(story.slice(2)).toEqual([
    'T+15d held acmeCo/a #1 unknown',
    `T+20d mail ${ANA}: reminder acmeCo/a #1 until T+23d`,
    `T+22d mail ${ANA}: reminder acmeCo/a #1 until T+23d`,
    'T+23d disabled acmeCo/a #1 due T+23d',
    'T+23d resolved acmeCo/a #1 disabled',
    `T+23d+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});

test('a reminder that was sent is due again where its date moved by a day', async () => {
  const { story } = await play({ events: [plane(at(18, 12), 'down'), plane(at(19, 12), 'up')] });
  expect(story.slice(3)).toEqual([
    'T+18d12h held acmeCo/a #1 unknown',
    `T+19d12h mail ${ANA}: reminder acmeCo/a #1 until T+22d`,
    `T+21d mail ${ANA}: reminder acmeCo/a #1 until T+22d`,
    'T+22d disabled acmeCo/a #1 due T+22d',
    'T+22d resolved acmeCo/a #1 disabled',
    `T+22d+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});

test('a reminder that was sent is not due again where its date moved by 23 hours', async () => {
  const { story } = await play({ events: [plane(at(18, 12), 'down'), plane(at(19, 11), 'up')] });
  expect(story.slice(4)).toEqual([
    `T+20d23h mail ${ANA}: reminder acmeCo/a #1 until T+21d23h`,
    'T+21d23h disabled acmeCo/a #1 due T+21d23h',
    'T+21d23h resolved acmeCo/a #1 disabled',
    `T+21d23h+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});

test('a plane down over the deadline: only the latest reminder due goes out, with the new date', async () => {
  const { story } = await play({ events: [plane(at(20, 23), 'down'), plane(at(22, 23), 'up')] });
  expect(story.slice(4)).toEqual([
    'T+20d23h held acmeCo/a #1 unknown',
    `T+22d23h mail ${ANA}: reminder acmeCo/a #1 until T+23d`,
    'T+23d disabled acmeCo/a #1 due T+23d',
    'T+23d resolved acmeCo/a #1 disabled',
    `T+23d+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});

test('a silent plane freezes from the event on; operators hear of it after silentAfter, and each week', async () => {
  const { story } = await play({
    until: at(35),
    events: [plane(at(10), 'silent'), plane(at(20), 'up')],
  });
  expect(story.filter((line) => line.includes('operators'))).toEqual(
    ['T+10d1h operators data-plane-silent eu-1', 'T+17d1h operators data-plane-silent eu-1'].map((line) =>
      expect.stringContaining(line.slice(0, line.lastIndexOf(' '))),
    ),
  );
  expect(story.filter((line) => !line.includes('operators'))).toEqual([
    'T+24d fired acmeCo/a #1 since T+0d (disable)',
    `T+24d mail ${ANA}: warning acmeCo/a #1 until T+31d`,
    `T+28d mail ${ANA}: reminder acmeCo/a #1 until T+31d`,
    `T+30d mail ${ANA}: reminder acmeCo/a #1 until T+31d`,
    'T+31d disabled acmeCo/a #1 due T+31d',
    'T+31d resolved acmeCo/a #1 disabled',
    `T+31d+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});

test('a silence told within silentAfter of its end is told to nobody', async () => {
  const { story } = await play({
    until: at(13),
    policy: { mode: 'disable', silentAfter: '2h' },
    events: [plane(at(10), 'silent'), plane(at(10, 1.5), 'up')],
  });
  expect(story).toEqual([]);
});

test('a plane that goes down at the instant of the threshold holds the firing', async () => {
  const { story } = await play({ until: at(16), events: [plane(at(14), 'down'), plane(at(15), 'up')] });
  expect(story).toEqual([
    'T+14d held acmeCo/a #null unknown',
    'T+15d fired acmeCo/a #1 since T+0d (disable)',
    `T+15d mail ${ANA}: warning acmeCo/a #1 until T+22d`,
  ]);
});

test('a plane that goes down an hour before the threshold leaves an hour to count', async () => {
  const { story } = await play({
    until: at(21),
    events: [plane(at(13, 23), 'down'), plane(at(20), 'up')],
  });
  expect(story).toEqual([
    'T+20d1h fired acmeCo/a #1 since T+0d (disable)',
    `T+20d1h mail ${ANA}: warning acmeCo/a #1 until T+27d1h`,
  ]);
});

test('another plane that is down changes nothing', async () => {
  const { story } = await play({
    until: at(14),
    tasks: [failing('acmeCo/a'), failing('acmeCo/b', { dataPlane: 'eu-2' })],
    events: [plane(at(1), 'down', 'eu-2')],
  });
  expect(story[0]).toBe('T+14d fired acmeCo/a #1 since T+0d (disable)');
});

test('down twice, a task is frozen for both times', async () => {
  const { story } = await play({
    until: at(17),
    events: [plane(at(1), 'down'), plane(at(2), 'up'), plane(at(5), 'silent'), plane(at(7), 'up')],
  });
  expect(story.filter((line) => line.includes('fired'))).toEqual([
    'T+17d fired acmeCo/a #1 since T+0d (disable)',
  ]);
});

test('down, then silent, then up is one frozen time', async () => {
  const { story } = await play({
    until: at(17),
    events: [plane(at(1), 'down'), plane(at(2), 'silent'), plane(at(4), 'up')],
  });
  expect(story.filter((line) => line.includes('fired'))).toEqual([
    'T+17d fired acmeCo/a #1 since T+0d (disable)',
  ]);
});

test('a pause of evaluation inside the time a plane is down is not counted twice', async () => {
  const { story } = await play({
    until: at(18),
    events: [
      plane(at(1), 'down'),
      { at: at(2), type: 'operator', action: 'pause', of: 'evaluate' },
      plane(at(4), 'up'),
      { at: at(5), type: 'operator', action: 'resume', of: 'evaluate' },
    ],
  });
  expect(story.filter((line) => line.includes('fired'))).toEqual([
    'T+18d fired acmeCo/a #1 since T+0d (disable)',
  ]);
});

describe('while the plane is down', () => {
  const down = [plane(at(15), 'down'), plane(at(17), 'up')];
  const rest = (story: string[]) => story.slice(2).filter((line) => !line.includes('held'));

  test('one who joins is warned after it, with the date as it moved', async () => {
    const { story } = await play({
      until: at(19),
      events: [...down, { at: at(16), type: 'owners', task: 'acmeCo/a', owners: [ANA, 'bob@acme.test'] }],
    });
    expect(rest(story)).toEqual(['T+17d mail bob@acme.test: warning acmeCo/a #1 until T+23d']);
  });

  test('a bounce takes the grace back; the admin is warned after it', async () => {
    const { story } = await play({
      until: at(19),
      admins: { 'acmeCo/': ['boss@acme.test'] },
      events: [...down, { at: at(16), type: 'mail-event', recipient: ANA, event: 'bounce' }],
    });
    expect(rest(story)).toEqual([
      `T+16d mail-failed ${ANA} undeliverable`,
      'T+17d mail boss@acme.test: warning acmeCo/a #1 until T+24d',
    ]);
  });

  test('a mode that goes down withdraws the date with the next scan', async () => {
    const { story } = await play({
      until: at(19),
      events: [...down, { at: at(16), type: 'policy', scope: '', set: { mode: 'notify' } }],
    });
    expect(rest(story)).toEqual([`T+16d mail ${ANA}: withdrawn acmeCo/a #1`]);
  });

  test('a higher threshold ends the episode', async () => {
    const { story } = await play({
      until: at(19),
      events: [...down, { at: at(16), type: 'policy', scope: '', set: { warnAfter: '30d' } }],
    });
    expect(rest(story)).toEqual([
      'T+16d resolved acmeCo/a #1 policy',
      `T+16d mail ${ANA}: withdrawn acmeCo/a #1`,
    ]);
  });

  test("a user's publication ends the episode", async () => {
    const { story } = await play({
      until: at(19),
      events: [...down, { at: at(16), type: 'published', task: 'acmeCo/a', by: 'user' }],
    });
    expect(rest(story)).toEqual([
      'T+16d resolved acmeCo/a #1 user-published',
      `T+16d mail ${ANA}: withdrawn acmeCo/a #1`,
    ]);
  });

  test('a reminder that was due goes after it, where it is due for the date as it moved', async () => {
    const { story } = await play({ until: at(21), events: [plane(at(17), 'down'), plane(at(19), 'up')] });
    // The date moves to T+23d, its first reminder to T+20d.
    expect(rest(story)).toEqual([`T+20d mail ${ANA}: reminder acmeCo/a #1 until T+23d`]);
  });
});
