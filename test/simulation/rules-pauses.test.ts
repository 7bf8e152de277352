import { expect, test } from 'vitest';
import { at, play } from './story.ts';

const ANA = 'ana@acme.test';

const pause = (when: string, of: string) => ({ at: when, type: 'operator', action: 'pause', of });
const resume = (when: string, of: string) => ({ at: when, type: 'operator', action: 'resume', of });

const WARNED = [
  'T+14d fired acmeCo/a #1 since T+0d (disable)',
  `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
];
const reminded = (when: string, until: string) => `${when} mail ${ANA}: reminder acmeCo/a #1 until ${until}`;
const ended = (when: string, due = when) => [
  `${when} disabled acmeCo/a #1 due ${due}`,
  `${when} resolved acmeCo/a #1 disabled`,
  `${when}+ mail ${ANA}: disabled acmeCo/a #1`,
];

test('while evaluation is paused no time counts', async () => {
  const { story } = await play({
    until: at(16),
    events: [pause(at(10), 'evaluate'), resume(at(12), 'evaluate')],
  });
  expect(story).toEqual([
    'T+16d fired acmeCo/a #1 since T+0d (disable)',
    `T+16d mail ${ANA}: warning acmeCo/a #1 until T+23d`,
  ]);
});

test('a task past its threshold is held by a pause of evaluation, and fires after it', async () => {
  const { story } = await play({
    until: at(16),
    events: [pause(at(14), 'evaluate'), resume(at(15), 'evaluate')],
  });
  expect(story).toEqual([
    'T+14d held acmeCo/a #null paused',
    'T+15d fired acmeCo/a #1 since T+0d (disable)',
    `T+15d mail ${ANA}: warning acmeCo/a #1 until T+22d`,
  ]);
});

test('a pause of evaluation moves an announced date by its length', async () => {
  const { story } = await play({ events: [pause(at(15), 'evaluate'), resume(at(17), 'evaluate')] });
  expect(story).toEqual([
    ...WARNED,
    'T+15d held acmeCo/a #1 paused',
    reminded('T+20d', 'T+23d'),
    reminded('T+22d', 'T+23d'),
    ...ended('T+23d'),
  ]);
});

test('a pause of evaluation at the deadline moves it', async () => {
  const { story } = await play({ events: [pause(at(21), 'evaluate'), resume(at(22), 'evaluate')] });
  expect(story.slice(4)).toEqual(['T+21d held acmeCo/a #1 paused', ...ended('T+22d')]);
});

test('while evaluation is paused a recovery waits for its end', async () => {
  const { story } = await play({
    events: [
      pause(at(15), 'evaluate'),
      { at: at(16), type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'PRIMARY' }] },
      resume(at(17), 'evaluate'),
    ],
  });
  expect(story.slice(2)).toEqual(['T+15d held acmeCo/a #1 paused', 'T+17d resolved acmeCo/a #1 recovered']);
});

test.each([
  ['a publication', { type: 'published', by: 'user' }, 'user-published'],
  ['a deletion', { type: 'deleted' }, 'deleted'],
  ['disabling it', { type: 'published', by: 'user', enabled: false }, 'ineligible'],
])("while evaluation is paused people's acts end an episode: %s", async (_, event, reason) => {
  const { story } = await play({
    events: [
      pause(at(15), 'evaluate'),
      { at: at(16), task: 'acmeCo/a', ...event },
      resume(at(17), 'evaluate'),
    ],
  });
  expect(story[3]).toBe(`T+16d resolved acmeCo/a #1 ${reason}`);
});

test('what is withdrawn while evaluation is paused is mailed with the next scan', async () => {
  const { story } = await play({
    until: at(20),
    events: [
      pause(at(15), 'evaluate'),
      { at: at(16), type: 'published', task: 'acmeCo/a', by: 'user' },
      resume(at(18), 'evaluate'),
    ],
  });
  expect(story.filter((line) => line.includes('withdrawn'))).toEqual([
    `T+16d mail ${ANA}: withdrawn acmeCo/a #1`,
  ]);
});

test('a warning that waited for notifying goes with the next scan, with a full grace', async () => {
  const { story } = await play({
    until: at(24),
    events: [pause(at(13), 'notify'), resume(at(16), 'notify')],
  });
  expect(story).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    'T+14d held acmeCo/a #1 paused',
    `T+16d mail ${ANA}: warning acmeCo/a #1 until T+23d`,
    reminded('T+20d', 'T+23d'),
    reminded('T+22d', 'T+23d'),
    ...ended('T+23d'),
  ]);
});

test('a reminder that waited for notifying goes with the next scan, with the date that stands', async () => {
  const { story } = await play({ events: [pause(at(17), 'notify'), resume(at(19), 'notify')] });
  expect(story).toEqual([
    ...WARNED,
    'T+18d held acmeCo/a #1 paused',
    reminded('T+19d', 'T+21d'),
    reminded('T+20d', 'T+21d'),
    ...ended('T+21d'),
  ]);
});

test('where notifying is paused over both reminders, only the latest goes', async () => {
  const { story } = await play({ events: [pause(at(17), 'notify'), resume(at(20, 12), 'notify')] });
  expect(story.filter((line) => !line.includes('held'))).toEqual([
    ...WARNED,
    reminded('T+20d12h', 'T+21d'),
    ...ended('T+21d'),
  ]);
});

test('a reminder that no pause let out before the deadline moves it to its acceptance + the shortest lead', async () => {
  const { story } = await play({ events: [pause(at(19), 'notify'), resume(at(22), 'notify')] });
  expect(story.slice(3)).toEqual([
    'T+20d held acmeCo/a #1 paused',
    reminded('T+22d', 'T+23d'),
    ...ended('T+23d'),
  ]);
});

test('a pause of notifying that ends before any reminder step is due changes nothing', async () => {
  const { story } = await play({ events: [pause(at(15), 'notify'), resume(at(17), 'notify')] });
  expect(story).toEqual([
    ...WARNED,
    reminded('T+18d', 'T+21d'),
    reminded('T+20d', 'T+21d'),
    ...ended('T+21d'),
  ]);
});

test('while disabling is paused what is due waits, and goes when it ends', async () => {
  const { story } = await play({ events: [pause(at(20, 12), 'disable'), resume(at(23), 'disable')] });
  expect(story.slice(4)).toEqual(['T+21d held acmeCo/a #1 paused', ...ended('T+23d', 'T+21d')]);
});

test('a recovery while disabling is paused ends the episode', async () => {
  const { story } = await play({
    events: [
      pause(at(20), 'disable'),
      { at: at(22), type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'PRIMARY' }] },
      resume(at(23), 'disable'),
    ],
  });
  expect(story.slice(4)).toEqual(['T+21d held acmeCo/a #1 paused', 'T+22d resolved acmeCo/a #1 recovered']);
});

test('paused twice, it is frozen for both times, and resuming what is not paused changes nothing', async () => {
  const { story } = await play({
    until: at(18),
    events: [
      resume(at(1), 'evaluate'),
      pause(at(2), 'evaluate'),
      pause(at(3), 'evaluate'),
      resume(at(4), 'evaluate'),
      pause(at(6), 'evaluate'),
      resume(at(7), 'evaluate'),
    ],
  });
  expect(story[0]).toBe('T+17d fired acmeCo/a #1 since T+0d (disable)');
});

test('a disabled notice that waited for notifying is mailed after it', async () => {
  const { story } = await play({
    events: [pause(at(20, 12), 'notify'), resume(at(23), 'notify')],
  });
  expect(story.slice(4)).toEqual([
    'T+21d disabled acmeCo/a #1 due T+21d',
    'T+21d resolved acmeCo/a #1 disabled',
    expect.stringMatching(/^T\+23d\+? mail ana@acme\.test: disabled acmeCo\/a #1$/),
  ]);
});

test('where the plane is still down when the pause ends, the hold is printed under its new reason', async () => {
  const { story } = await play({
    until: at(20),
    events: [
      pause(at(15), 'evaluate'),
      { at: at(16), type: 'data-plane', dataPlane: 'eu-1', state: 'down' },
      resume(at(17), 'evaluate'),
      { at: at(18), type: 'data-plane', dataPlane: 'eu-1', state: 'up' },
    ],
  });
  // Frozen from T+15d to T+18d: the date moves to T+24d.
  expect(story.slice(2)).toEqual(['T+15d held acmeCo/a #1 paused', 'T+17d held acmeCo/a #1 unknown']);
});

test('a withdrawal that waited for notifying goes with the next scan after it', async () => {
  const { story } = await play({
    until: at(20),
    events: [
      pause(at(15), 'notify'),
      { at: at(16), type: 'published', task: 'acmeCo/a', by: 'user' },
      resume(at(18), 'notify'),
    ],
  });
  expect(story.slice(2)).toEqual([
    'T+16d resolved acmeCo/a #1 user-published',
    'T+16d held acmeCo/a #null user-published',
    `T+18d mail ${ANA}: withdrawn acmeCo/a #1`,
  ]);
});

test('a warning that waited is not sent where the task recovered meanwhile', async () => {
  const { story } = await play({
    until: at(20),
    events: [
      pause(at(13), 'notify'),
      { at: at(15), type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'PRIMARY' }] },
      resume(at(16), 'notify'),
    ],
  });
  expect(story).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    'T+14d held acmeCo/a #1 paused',
    'T+15d resolved acmeCo/a #1 recovered',
  ]);
});

test('a bounce in a pause of notifying takes the grace back; the admin is warned after it', async () => {
  const { story } = await play({
    until: at(20),
    admins: { 'acmeCo/': ['boss@acme.test'] },
    events: [
      pause(at(15), 'notify'),
      { at: at(16), type: 'mail-event', recipient: ANA, event: 'bounce' },
      resume(at(18), 'notify'),
    ],
  });
  expect(story.slice(2)).toEqual([
    `T+16d mail-failed ${ANA} undeliverable`,
    'T+16d held acmeCo/a #1 paused',
    'T+18d mail boss@acme.test: warning acmeCo/a #1 until T+25d',
  ]);
});

test('a mode that goes down in a pause of notifying is mailed after it', async () => {
  const { story } = await play({
    until: at(20),
    events: [
      pause(at(15), 'notify'),
      { at: at(16), type: 'policy', scope: '', set: { mode: 'notify' } },
      resume(at(18), 'notify'),
    ],
  });
  expect(story.filter((line) => !line.includes('held')).slice(2)).toEqual([
    `T+18d mail ${ANA}: withdrawn acmeCo/a #1`,
  ]);
});
