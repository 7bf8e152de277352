import { expect, test } from 'vitest';
import { at, failing, play, T } from './story.ts';

const ANA = 'ana@acme.test';

test('a failing task is warned about after 14 days, reminded of twice, and disabled after 21', async () => {
  const { story, lines, summary } = await play({});
  expect(story).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    'T+14d mail ana@acme.test: warning acmeCo/a #1 until T+21d',
    'T+18d mail ana@acme.test: reminder acmeCo/a #1 until T+21d',
    'T+20d mail ana@acme.test: reminder acmeCo/a #1 until T+21d',
    'T+21d disabled acmeCo/a #1 due T+21d',
    'T+21d resolved acmeCo/a #1 disabled',
    'T+21d+ mail ana@acme.test: disabled acmeCo/a #1',
  ]);
  expect(lines.find(({ type }) => type === 'task-disabled')).toEqual({
    at: at(21),
    type: 'task-disabled',
    task: 'acmeCo/a',
    episode: 1,
    run: at(21),
    disableAt: at(21),
  });
  expect(summary).toEqual({
    at: at(30),
    type: 'summary',
    scans: 30 * 24 + 1,
    tasks: 1,
    alertsFired: 1,
    mails: 4,
    disabled: 1,
    deadLettered: 0,
    oops: 0,
    promisesChecked: summary.promisesChecked,
  });
  expect(summary.promisesChecked).toBeGreaterThan(20);
});

test('a recovery an hour before the deadline prevents the disabling', async () => {
  const { story } = await play({
    events: [{ at: at(20, 23), type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'PRIMARY' }] }],
  });
  expect(story.slice(3)).toEqual([
    'T+20d mail ana@acme.test: reminder acmeCo/a #1 until T+21d',
    'T+20d23h resolved acmeCo/a #1 recovered',
  ]);
});

test('ten days in which its data plane is down move every date by ten days', async () => {
  const { story } = await play({
    until: at(40),
    events: [
      { at: at(3), type: 'data-plane', dataPlane: 'eu-1', state: 'down' },
      { at: at(13), type: 'data-plane', dataPlane: 'eu-1', state: 'up' },
    ],
  });
  expect(story).toEqual([
    'T+24d fired acmeCo/a #1 since T+0d (disable)',
    'T+24d mail ana@acme.test: warning acmeCo/a #1 until T+31d',
    'T+28d mail ana@acme.test: reminder acmeCo/a #1 until T+31d',
    'T+30d mail ana@acme.test: reminder acmeCo/a #1 until T+31d',
    'T+31d disabled acmeCo/a #1 due T+31d',
    'T+31d resolved acmeCo/a #1 disabled',
    'T+31d+ mail ana@acme.test: disabled acmeCo/a #1',
  ]);
});

test('a bounce takes the grace back and warns the admin of the prefix at once, with a full grace', async () => {
  const { story } = await play({
    admins: { 'acmeCo/': ['boss@acme.test'] },
    events: [{ at: at(17), type: 'mail-event', recipient: ANA, event: 'bounce' }],
  });
  expect(story).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (disable)',
    'T+14d mail ana@acme.test: warning acmeCo/a #1 until T+21d',
    'T+17d mail-failed ana@acme.test undeliverable',
    'T+17d mail boss@acme.test: warning acmeCo/a #1 until T+24d',
    'T+21d mail boss@acme.test: reminder acmeCo/a #1 until T+24d',
    'T+23d mail boss@acme.test: reminder acmeCo/a #1 until T+24d',
    'T+24d disabled acmeCo/a #1 due T+24d',
    'T+24d resolved acmeCo/a #1 disabled',
    'T+24d+ mail boss@acme.test: disabled acmeCo/a #1',
  ]);
});

test('with nobody left to notify the task is held and operators hear of it each week', async () => {
  const { story } = await play({
    events: [{ at: at(17), type: 'mail-event', recipient: ANA, event: 'bounce' }],
  });
  expect(story.slice(2)).toEqual([
    'T+17d mail-failed ana@acme.test undeliverable',
    'T+17d held acmeCo/a #1 no-reachable-owner',
    'T+17d operators no-reachable-owner acmeCo/a',
    'T+24d operators no-reachable-owner acmeCo/a',
  ]);
});

test('raising the mode from notify to disable warns anew, with a date a full grace away', async () => {
  const { story } = await play({
    until: at(50),
    policy: { mode: 'notify' },
    events: [{ at: at(40), type: 'policy', scope: '', set: { mode: 'disable' } }],
  });
  expect(story).toEqual([
    'T+14d fired acmeCo/a #1 since T+0d (notify)',
    'T+14d mail ana@acme.test: warning acmeCo/a #1',
    'T+40d mail ana@acme.test: warning acmeCo/a #1 until T+47d',
    'T+44d mail ana@acme.test: reminder acmeCo/a #1 until T+47d',
    'T+46d mail ana@acme.test: reminder acmeCo/a #1 until T+47d',
    'T+47d disabled acmeCo/a #1 due T+47d',
    'T+47d resolved acmeCo/a #1 disabled',
    'T+47d+ mail ana@acme.test: disabled acmeCo/a #1',
  ]);
});

test('lowering the mode withdraws the date, and nothing is disabled', async () => {
  const { story } = await play({
    events: [{ at: at(16), type: 'policy', scope: 'acmeCo/', set: { mode: 'notify' } }],
  });
  expect(story.slice(1)).toEqual([
    'T+14d mail ana@acme.test: warning acmeCo/a #1 until T+21d',
    'T+16d mail ana@acme.test: withdrawn acmeCo/a #1',
  ]);
});

test('fifty tasks of one owner make one warning mail', async () => {
  const tasks = Array.from({ length: 50 }, (_, index) =>
    failing(`acmeCo/t${String(index).padStart(2, '0')}`),
  );
  const { lines, summary } = await play({ tasks, until: at(15) });
  const mails = lines.filter((line) => line.type === 'mail');
  expect(mails.map((mail) => [mail.at, mail.to, mail.items.length])).toEqual([[at(14), ANA, 50]]);
  expect(new Set(mails[0]!.items.map((item) => item.task)).size).toBe(50);
  expect(summary.alertsFired).toBe(50);
});

test('in mode detect an alert fires and nobody is notified', async () => {
  const { story } = await play({ policy: {} });
  expect(story).toEqual(['T+14d fired acmeCo/a #1 since T+0d (detect)']);
});

test('a task that runs until an event is counted from that event', async () => {
  const { story } = await play({
    tasks: [failing('acmeCo/a', { shards: [{ id: '0', status: 'PRIMARY' }], lastPrimaryAt: undefined })].map(
      neverPrimary,
    ),
    until: at(18),
    events: [{ at: at(3), type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'FAILED' }] }],
  });
  expect(story).toEqual([
    'T+17d fired acmeCo/a #1 since T+3d (disable)',
    'T+17d mail ana@acme.test: warning acmeCo/a #1 until T+24d',
  ]);
});

test('a task that was never seen running is counted from its first sight', async () => {
  const { lines } = await play({
    until: at(15),
    tasks: [failing('acmeCo/a', { lastPrimaryAt: undefined })].map(neverPrimary),
  });
  expect(lines[0]).toMatchObject({ at: at(14), type: 'alert-fired', since: T });
});

test('restarts since the loss stand in the mail', async () => {
  const { lines } = await play({
    until: at(15),
    events: [
      { at: at(1), type: 'restarted', task: 'acmeCo/a', times: 3 },
      { at: at(2), type: 'restarted', task: 'acmeCo/a' },
    ],
  });
  expect(lines.filter((line) => line.type === 'mail')[0]!.items[0]).toEqual({
    task: 'acmeCo/a',
    episode: 1,
    notice: 'warning',
    disableAt: at(21),
    since: T,
    restarts: 4,
  });
});

test("a user's publication ends the episode, withdraws the date, and the next episode warns anew", async () => {
  const { story } = await play({
    until: at(31),
    events: [{ at: at(16), type: 'published', task: 'acmeCo/a', by: 'user' }],
  });
  expect(story.slice(2)).toEqual([
    'T+16d resolved acmeCo/a #1 user-published',
    'T+16d held acmeCo/a #null user-published',
    'T+16d mail ana@acme.test: withdrawn acmeCo/a #1',
    'T+30d fired acmeCo/a #2 since T+0d (disable)',
    'T+30d mail ana@acme.test: warning acmeCo/a #2 until T+37d',
  ]);
});

test("a system's publication is no activity", async () => {
  const { summary } = await play({
    events: [{ at: at(16), type: 'published', task: 'acmeCo/a', by: 'system' }],
  });
  expect(summary).toMatchObject({ alertsFired: 1, mails: 4, disabled: 1 });
});

test('a deleted task is let go, and one of the same id goes on with the episode numbers', async () => {
  const { story } = await play({
    events: [
      { at: at(15), type: 'deleted', task: 'acmeCo/a' },
      {
        at: at(15, 12),
        type: 'created',
        task: {
          id: 'acmeCo/a',
          kind: 'capture',
          owners: [ANA],
          dataPlane: 'eu-1',
          shards: [{ id: '0', status: 'PENDING' }],
        },
      },
    ],
  });
  expect(story.slice(2)).toEqual([
    'T+15d resolved acmeCo/a #1 deleted',
    'T+29d12h fired acmeCo/a #2 since T+15d12h (disable)',
    'T+29d12h mail ana@acme.test: warning acmeCo/a #2 until T+36d12h',
  ]);
});

test('an owner who joins is notified of the date that stands', async () => {
  const { story } = await play({
    until: at(17),
    events: [{ at: at(16), type: 'owners', task: 'acmeCo/a', owners: [ANA, 'bob@acme.test'] }],
  });
  expect(story.slice(2)).toEqual(['T+16d mail bob@acme.test: warning acmeCo/a #1 until T+21d']);
});

test('a new owner alone gets a full grace', async () => {
  const { story } = await play({
    events: [{ at: at(16), type: 'owners', task: 'acmeCo/a', owners: ['bob@acme.test'] }],
  });
  expect(story.slice(2)).toEqual([
    'T+16d mail bob@acme.test: warning acmeCo/a #1 until T+23d',
    'T+20d mail bob@acme.test: reminder acmeCo/a #1 until T+23d',
    'T+22d mail bob@acme.test: reminder acmeCo/a #1 until T+23d',
    'T+23d disabled acmeCo/a #1 due T+23d',
    'T+23d resolved acmeCo/a #1 disabled',
    'T+23d+ mail bob@acme.test: disabled acmeCo/a #1',
  ]);
});

test('while disabling is paused what is due is held, and done with the next scan after', async () => {
  const { story } = await play({
    events: [
      { at: at(20, 12), type: 'operator', action: 'pause', of: 'disable' },
      { at: at(23), type: 'operator', action: 'resume', of: 'disable' },
    ],
  });
  expect(story.slice(4)).toEqual([
    'T+21d held acmeCo/a #1 paused',
    'T+23d disabled acmeCo/a #1 due T+21d',
    'T+23d resolved acmeCo/a #1 disabled',
    'T+23d+ mail ana@acme.test: disabled acmeCo/a #1',
  ]);
});

test('an evaluation pause of two days moves every date by two days', async () => {
  const { story } = await play({
    events: [
      { at: at(4), type: 'operator', action: 'pause', of: 'evaluate' },
      { at: at(6), type: 'operator', action: 'resume', of: 'evaluate' },
    ],
  });
  expect(story.slice(0, 2)).toEqual([
    'T+16d fired acmeCo/a #1 since T+0d (disable)',
    'T+16d mail ana@acme.test: warning acmeCo/a #1 until T+23d',
  ]);
});

test('what was disabled can be enabled again, and starts from there', async () => {
  const { story } = await play({
    until: at(37),
    events: [{ at: at(22), type: 'operator', action: 'undo', of: 'acmeCo/a' }],
  });
  expect(story.slice(7)).toEqual([
    'T+22d enabled acmeCo/a by operator',
    'T+22d mail ana@acme.test: enabled acmeCo/a #1',
    'T+36d fired acmeCo/a #2 since T+22d (disable)',
    'T+36d mail ana@acme.test: warning acmeCo/a #2 until T+43d',
  ]);
});

test('all that a run disabled can be enabled again together', async () => {
  const { story } = await play({
    until: at(23),
    tasks: [failing('acmeCo/a'), failing('acmeCo/b')],
    events: [{ at: at(22), type: 'operator', action: 'undo', of: at(21) }],
  });
  expect(story.filter((line) => line.includes(' enabled ')).sort()).toEqual([
    'T+22d enabled acmeCo/a by operator',
    'T+22d enabled acmeCo/b by operator',
    'T+22d mail ana@acme.test: enabled acmeCo/a #1, enabled acmeCo/b #1',
  ]);
});

test('ineligible tasks are never alerted on', async () => {
  const { story } = await play({
    tasks: [
      failing('acmeCo/collection', { kind: 'collection' }),
      failing('acmeCo/dekaf', { kind: 'materialization', dekaf: true }),
      failing('acmeCo/off', { enabled: false }),
    ],
  });
  expect(story).toEqual([]);
});

test('subscribers are notified with the owners, each once', async () => {
  const { story } = await play({
    until: at(15),
    subscriptions: [
      { prefix: 'acmeCo/', email: 'team@acme.test', alertTypes: ['task_abandoned'] },
      { prefix: 'acmeCo/', email: ANA, alertTypes: ['task_abandoned'] },
      { prefix: 'other/', email: 'else@acme.test', alertTypes: ['task_abandoned'] },
      { prefix: 'acmeCo/', email: 'late@acme.test', alertTypes: ['task_auto_disabled'] },
    ],
  });
  expect(story.slice(1).sort()).toEqual([
    'T+14d mail ana@acme.test: warning acmeCo/a #1 until T+21d',
    'T+14d mail team@acme.test: warning acmeCo/a #1 until T+21d',
  ]);
});

function neverPrimary(task: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(task).filter(([, value]) => value !== undefined));
}
