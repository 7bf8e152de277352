import { expect, test } from 'vitest';
import { at, failing, play as playPublished } from './story.ts';

/** The state `deleted` is no part of the published format: a scenario with `chaos` may name it. */
const play: typeof playPublished = (scenario, options) => playPublished({ chaos: [], ...scenario }, options);

const ANA = 'ana@acme.test';
const plane = (when: string, state: string) => ({ at: when, type: 'data-plane', dataPlane: 'eu-1', state });
const dismiss = (when: string, of = 'eu-1') => ({ at: when, type: 'operator', action: 'dismiss', of });
const LISTED = { listed: { prefix: 'acmeCo/' } };
const lines = (story: string[], what: string) => story.filter((line) => line.includes(what));

test('a deleted plane parks its tasks for ever; operators hear of it once', async () => {
  const { story } = await play({
    until: at(120),
    tasks: [failing('acmeCo/a'), failing('acmeCo/b'), failing('acmeCo/c', { dataPlane: 'us-1' })],
    events: [plane(at(5), 'deleted')],
  });
  expect(lines(story, 'operators')).toEqual([
    expect.stringMatching(
      /^T\+5d operators data-plane-deleted eu-1 was deleted .*; 2 tasks of it are parked/,
    ),
  ]);
  expect(lines(story, 'acmeCo/a')).toEqual([]);
  expect(lines(story, 'acmeCo/b')).toEqual([]);
  expect(story).toContain('T+21d disabled acmeCo/c #1 due T+21d');
});

test('what was warned of before is held, and disabled by nobody', async () => {
  const { story } = await play({ until: at(60), events: [plane(at(16), 'deleted')] });
  expect(story.filter((line) => !line.includes('operators')).slice(2)).toEqual([
    'T+16d held acmeCo/a #1 unknown',
  ]);
});

test('dismissed, it parks them no longer: their clocks run on, with all of the grace that was left', async () => {
  const { story } = await play({
    until: at(45),
    events: [plane(at(5), 'deleted'), dismiss(at(15))],
  });
  expect(lines(story, 'operators')).toHaveLength(1);
  // 14 days without PRIMARY, less the 10 in which it was parked.
  expect(story.filter((line) => !line.includes('operators')).slice(0, 2)).toEqual([
    'T+24d fired acmeCo/a #1 since T+0d (disable)',
    `T+24d mail ${ANA}: warning acmeCo/a #1 until T+31d`,
  ]);
  expect(story).toContain('T+31d disabled acmeCo/a #1 due T+31d');
});

test.each([
  ['comes back', plane(at(19), 'up'), {}],
  ['is dismissed', dismiss(at(19)), {}],
  ['comes back, and is listed', plane(at(19), 'up'), LISTED],
  ['is dismissed, and is listed', dismiss(at(19)), LISTED],
])('a date moves by as long as a plane was deleted that %s', async (_, end, options) => {
  const { story } = await play({ until: at(26), events: [plane(at(16), 'deleted'), end] }, options);
  // Warned on day 14; of the grace of 7 days 2 were over when 3 days of it were parked. Steps are 3 days and 1 day before.
  expect(story).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
    'T+16d held acmeCo/a #1 unknown',
    expect.stringMatching(/^T\+16d operators data-plane-deleted eu-1 was deleted /),
    `T+21d mail ${ANA}: reminder acmeCo/a #1 until T+24d`,
    `T+23d mail ${ANA}: reminder acmeCo/a #1 until T+24d`,
    'T+24d disabled acmeCo/a #1 due T+24d',
    'T+24d resolved acmeCo/a #1 disabled',
    `T+24d+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});

test.each([
  // Whoever tells events told of the two days; 14 days from then on, less the two that were left of the parking.
  ['told by events', {}, 'T+24d fired acmeCo/a #1 since T+8d (disable)'],
  // Who asks a plane that does not answer cannot know of them: 14 days, less the five of the parking.
  ['listed', LISTED, 'T+19d fired acmeCo/a #1 since T+0d (disable)'],
])('that a parked task ran is known where it is %s', async (_, options, fired) => {
  const shards = (when: string, status: string) => ({
    at: when,
    type: 'shards',
    task: 'acmeCo/a',
    shards: [{ id: '0', status }],
  });
  const policy = { mode: 'disable', minHealthy: '2h' };
  const events = [
    plane(at(5), 'deleted'),
    shards(at(6), 'PRIMARY'),
    shards(at(8), 'FAILED'),
    dismiss(at(10)),
  ];
  const { story } = await play({ until: at(25), policy, events }, options);
  expect(lines(story, 'fired')).toEqual([fired]);
});

test('a deletion that is reported again after that parks nothing', async () => {
  const { story } = await play({
    until: at(26),
    events: [plane(at(5), 'deleted'), dismiss(at(15)), plane(at(16), 'deleted')],
  });
  expect(story).toContain('T+24d fired acmeCo/a #1 since T+0d (disable)');
  expect(lines(story, 'data-plane-deleted')).toHaveLength(1);
});

test('one that comes back and is deleted again parks its tasks again, and operators hear of it again', async () => {
  const { story } = await play({
    until: at(40),
    events: [plane(at(5), 'deleted'), dismiss(at(6)), plane(at(7), 'up'), plane(at(8), 'deleted')],
  });
  expect(lines(story, 'data-plane-deleted').map((line) => line.split(' ')[0])).toEqual(['T+5d', 'T+8d']);
  expect(lines(story, 'fired')).toEqual([]);
});

test('one that is reported up is parked no longer', async () => {
  const { story } = await play({ until: at(26), events: [plane(at(5), 'deleted'), plane(at(15), 'up')] });
  expect(story).toContain('T+24d fired acmeCo/a #1 since T+0d (disable)');
});

test('once its tasks are removed there is nothing to send: one without a task that could fail is told of to nobody', async () => {
  const { story } = await play({
    until: at(20),
    events: [{ at: at(4), type: 'deleted', task: 'acmeCo/a' }, plane(at(5), 'deleted')],
  });
  expect(lines(story, 'operators')).toEqual([]);
});

test('a dismissal of a plane that was not deleted does nothing', async () => {
  const { story } = await play({ until: at(15), events: [plane(at(5), 'down'), dismiss(at(6))] });
  expect(story).toEqual([]);
});

test('that nothing is heard of a deleted plane is no news', async () => {
  const { story } = await play({
    until: at(40),
    events: [plane(at(5), 'deleted'), plane(at(10), 'silent')],
  });
  expect(lines(story, 'operators').map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    'T+5d operators data-plane-deleted',
  ]);
});

test('that a system enabled a listed task again on a deleted plane is known once that is over, and held', async () => {
  const enabled = { at: at(23), type: 'published', task: 'acmeCo/a', by: 'system', enabled: true };
  const { story, summary } = await play(
    { until: at(50), events: [plane(at(22), 'deleted'), enabled, dismiss(at(24))] },
    LISTED,
  );
  // Before, it is on no page. It was off for three days by then.
  expect(lines(story, 'disable-reverted')[0]).toMatch(/^T\+24d(1h)? operators disable-reverted acmeCo\/a$/);
  expect(summary.disabled).toBe(1);
});

test('a scenario of the published format names no deleted plane', async () => {
  await expect(playPublished({ events: [plane(at(5), 'deleted')] })).rejects.toThrow(
    'events[0].state: is "deleted"; allowed are "down", "up", "silent"',
  );
});
