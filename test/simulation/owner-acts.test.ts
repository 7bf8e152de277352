import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

const ANA = 'ana@acme.test';
const BOB = 'bob@acme.test';

test('a keep ends the episode at once; without a length it lasts for keepMax, then a new one begins', async () => {
  const { story } = await play({
    until: at(125),
    events: [{ at: at(16), type: 'action', task: 'acmeCo/a', by: ANA, action: 'keep' }],
  });
  expect(story).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    'T+14d mail ana@acme.test: warning acmeCo/a #1 until T+21d',
    'T+16d resolved acmeCo/a #1 kept',
    'T+16d held acmeCo/a #null kept',
    'T+106d fired acmeCo/a #2 since T+0d (disable)',
    'T+106d mail ana@acme.test: warning acmeCo/a #2 until T+113d',
    'T+110d mail ana@acme.test: reminder acmeCo/a #2 until T+113d',
    'T+112d mail ana@acme.test: reminder acmeCo/a #2 until T+113d',
    'T+113d disabled acmeCo/a #2 due T+113d',
    'T+113d resolved acmeCo/a #2 disabled',
    'T+113d+ mail ana@acme.test: disabled acmeCo/a #2',
  ]);
});

test('the last keep given wins, also where it is the shorter one', async () => {
  const { story } = await play({
    until: at(40),
    events: [
      { at: at(16), type: 'action', task: 'acmeCo/a', by: ANA, action: 'keep', for: '60d' },
      { at: at(17), type: 'action', task: 'acmeCo/a', by: ANA, action: 'keep', for: '3d' },
    ],
  });
  expect(story.filter((line) => line.includes('fired'))).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    'T+20d fired acmeCo/a #2 since T+0d (disable)',
  ]);
});

test('snoozed for 14 days, then a new warning with a full grace', async () => {
  const { story } = await play({
    until: at(40),
    events: [{ at: at(15), type: 'action', task: 'acmeCo/a', by: ANA, action: 'snooze', for: '14d' }],
  });
  expect(story.slice(2, 6)).toEqual([
    'T+15d resolved acmeCo/a #1 snoozed',
    'T+15d held acmeCo/a #null kept',
    'T+29d fired acmeCo/a #2 since T+0d (disable)',
    'T+29d mail ana@acme.test: warning acmeCo/a #2 until T+36d',
  ]);
  expect(story).toContain('T+36d disabled acmeCo/a #2 due T+36d');
});

test('what one owner snoozes, the other holder of the date is notified of', async () => {
  const { story } = await play({
    until: at(20),
    tasks: [failing('acmeCo/a', { owners: [ANA, BOB] })],
    events: [{ at: at(15), type: 'action', task: 'acmeCo/a', by: ANA, action: 'snooze', for: '14d' }],
  });
  expect(story.filter((line) => line.includes('withdrawn'))).toEqual([
    'T+15d mail bob@acme.test: withdrawn acmeCo/a #1',
  ]);
});

test('disable now disables it at once, in a pause too, and notifies all owners', async () => {
  const { story, lines } = await play({
    until: at(16),
    tasks: [failing('acmeCo/a', { owners: [ANA, BOB] })],
    events: [
      { at: at(14, 12), type: 'operator', action: 'pause', of: 'disable' },
      { at: at(15, 6), type: 'action', task: 'acmeCo/a', by: ANA, action: 'disable' },
    ],
  });
  expect(story.slice(3)).toEqual([
    'T+15d6h disabled acmeCo/a #1 due null',
    'T+15d6h resolved acmeCo/a #1 disabled-by-owner',
    'T+15d6h+ mail ana@acme.test: disabled acmeCo/a #1',
    'T+15d6h+ mail bob@acme.test: disabled acmeCo/a #1',
  ]);
  expect(lines.find(({ type }) => type === 'task-disabled')).toMatchObject({ run: null, disableAt: null });
});

test('disable now without an open episode is ignored', async () => {
  const { story } = await play({
    until: at(10),
    events: [{ at: at(5), type: 'action', task: 'acmeCo/a', by: ANA, action: 'disable' }],
  });
  expect(story).toEqual([]);
});

test('who declines reminders gets none for any task, and the warning and the disabling all the same', async () => {
  const { story } = await play({
    until: at(30),
    tasks: [failing('acmeCo/a', { owners: [ANA, BOB] }), failing('acmeCo/b', { owners: [ANA] })],
    events: [{ at: at(1), type: 'action', task: 'acmeCo/a', by: ANA, action: 'unsubscribe' }],
  });
  expect(story.filter((line) => line.includes('mail ana'))).toEqual([
    'T+14d mail ana@acme.test: warning acmeCo/a #1 until T+21d, warning acmeCo/b #1 until T+21d',
    'T+21d+ mail ana@acme.test: disabled acmeCo/a #1, disabled acmeCo/b #1',
  ]);
  expect(story.filter((line) => line.includes('mail bob') && line.includes('reminder'))).toHaveLength(2);
});

const BOUNCE = { type: 'mail-event', recipient: ANA, event: 'bounce' };
const ADMINS = { 'acmeCo/': ['boss@acme.test'] };

/** `T` + days, hours and minutes. */
function atMinute(days: number, hours: number, minutes: number): string {
  return new Date(Date.parse(at(days, hours)) + minutes * 60_000).toISOString();
}

test.each([
  { when: 'one minute after it', bounced: atMinute(14, 0, 1), warned: 'T+14d1h', until: 'T+21d1h' },
  { when: 'three days after it', bounced: at(17), warned: 'T+17d', until: 'T+24d' },
])('a bounce of the only warning $when: the admin is warned with a full grace', async (bounce) => {
  const { story } = await play({
    until: at(30),
    admins: ADMINS,
    events: [{ ...BOUNCE, at: bounce.bounced }],
  });
  expect(story).toContain(`${bounce.warned} mail boss@acme.test: warning acmeCo/a #1 until ${bounce.until}`);
  expect(story.filter((line) => line.includes(' disabled acmeCo/a #1 due'))).toEqual([
    `${bounce.until} disabled acmeCo/a #1 due ${bounce.until}`,
  ]);
});

test('a bounce after the deadline takes nothing back', async () => {
  const { story } = await play({
    until: at(30),
    admins: ADMINS,
    events: [{ ...BOUNCE, at: at(22) }],
  });
  expect(story).toContain('T+21d disabled acmeCo/a #1 due T+21d');
  expect(story.filter((line) => line.includes('boss@'))).toEqual([]);
});

test('a bounce of a reminder only suppresses the address for the warning too', async () => {
  const { story } = await play({
    until: at(30),
    admins: ADMINS,
    events: [{ ...BOUNCE, at: at(18, 2) }],
  });
  expect(story).toContain('T+18d2h mail boss@acme.test: warning acmeCo/a #1 until T+25d2h');
  expect(story).toContain('T+25d2h disabled acmeCo/a #1 due T+25d2h');
});

test('an operator approves what the blast radius holds, and exactly that is worked off', async () => {
  const { story } = await play({
    until: at(25),
    policy: { mode: 'disable', blastRadius: { share: 0.1, shareFloor: 2 } },
    tasks: [
      ...['a', 'b', 'c'].map((name) => failing(`acmeCo/${name}`)),
      // Due two days later: a spike of its own, which nobody approved.
      ...['x', 'y', 'z'].map((name) => failing(`acmeCo/${name}`, { lastPrimaryAt: at(2) })),
    ],
    events: [{ at: at(22, 0.5), type: 'operator', action: 'approve' }],
  });
  expect(story.filter((line) => line.includes('blast-radius')).map((line) => line.slice(0, 30))).toEqual([
    ...['a', 'b', 'c'].map((name) => `T+21d held acmeCo/${name} #1 blast-r`),
    'T+21d operators blast-radius f',
    ...['x', 'y', 'z'].map((name) => `T+23d held acmeCo/${name} #1 blast-r`),
    'T+23d operators blast-radius f',
  ]);
  expect(story.filter((line) => / disabled .* due /.test(line))).toEqual([
    'T+22d1h disabled acmeCo/a #1 due T+21d',
    'T+22d1h disabled acmeCo/b #1 due T+21d',
    'T+22d1h disabled acmeCo/c #1 due T+21d',
  ]);
});

test('an operator dismisses a correlated outage: the clocks of its members run on', async () => {
  const tasks = Array.from({ length: 12 }, (_, task) =>
    failing(`tenant${task % 3}/t${task}`, {
      shards: [{ id: '0', status: 'PRIMARY' }],
      lastPrimaryAt: undefined,
    }),
  ).map(({ lastPrimaryAt: _, ...task }) => task);
  const lost = tasks.map(({ id }) => ({
    at: at(1),
    type: 'shards',
    task: id,
    shards: [{ id: '0', status: 'FAILED' }],
  }));
  const { story } = await play({
    until: at(20),
    tasks,
    events: [...lost, { at: at(4), type: 'operator', action: 'dismiss', of: 'eu-1' }],
  });
  expect(story[0]).toMatch(/^T\+1d operators correlated-failure/);
  expect(story.filter((line) => line.startsWith('T+18d fired'))).toHaveLength(12);
});
