import { expect, test } from 'vitest';
import { parseScenario } from '../../simulation/scenario/scenario.ts';
import { at, failing, play, T } from './story.ts';

const ANA = 'ana@acme.test';
const BOB = 'bob@acme.test';

/** `T` + hours, of which a half is half an hour. */
const hour = (hours: number) => at(0, hours);

function job(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'acmeCo/j',
    kind: 'job',
    enabled: true,
    createdAt: '2025-06-01T00:00:00Z',
    owners: [ANA],
    dataPlane: 'eu-1',
    ...more,
  };
}

const workspace = (more: Record<string, unknown> = {}) =>
  job({ id: 'acmeCo/w', kind: 'service', shards: [{ id: '0', status: 'PRIMARY' }], ...more });

const moved = (when: number, deadline: number | null, task = 'acmeCo/w') => ({
  at: hour(when),
  type: 'deadline',
  task,
  deadline: deadline === null ? null : hour(deadline),
});

const set = (when: number, values: object) => ({ at: hour(when), type: 'policy', scope: '', set: values });

const announced = (when: string, until: string, task = 'acmeCo/w', to = ANA) =>
  `${when} mail ${to}: stopping ${task} until ${until}`;

const STOPPED = (when: string, due = when, episode = 1) => [
  `${when} disabled acmeCo/j #${episode} due ${due}`,
  `${when} resolved overdue acmeCo/j #${episode} disabled`,
  `${when}+ mail ${ANA}: disabled acmeCo/j #${episode}`,
];

const NOTIFY = { mode: 'notify', stopNotice: '2h' };
const DISABLE = { mode: 'disable', stopNotice: '1h', failAfter: '3h', atDeadline: 'disable' };

test('a deadline that moves at each activity is announced once for each that comes within the notice', async () => {
  const { story } = await play({
    until: at(2),
    policy: NOTIFY,
    tasks: [workspace({ deadline: hour(10) })],
    events: [moved(8.5, 10.5), moved(9.5, 14), moved(13.5, 15), moved(16, 17), moved(20, 19)],
  });
  expect(story).toEqual([announced('T+0d8h', 'T+0d10h'), announced('T+0d12h', 'T+0d14h')]);
});

test('a deadline that is exactly the notice away when it moves later is not announced again; one beyond it is', async () => {
  const until = at(1);
  const tasks = [workspace({ deadline: hour(10) })];
  const exactly = await play({ until, policy: NOTIFY, tasks, events: [moved(9, 11)] });
  expect(exactly.story).toEqual([announced('T+0d8h', 'T+0d10h')]);
  const beyond = await play({ until, policy: NOTIFY, tasks, events: [moved(8.75, 11)] });
  expect(beyond.story).toEqual([announced('T+0d8h', 'T+0d10h'), announced('T+0d9h', 'T+0d11h')]);
});

test('a deadline that moves earlier is announced again, one that is back at the announced one is not', async () => {
  const tasks = [workspace({ deadline: hour(10) })];
  const earlier = await play({ until: at(1), policy: NOTIFY, tasks, events: [moved(8.5, 9.5)] });
  expect(earlier.story).toEqual([announced('T+0d8h', 'T+0d10h'), announced('T+0d9h', 'T+0d9h30m')]);
  const back = await play({
    until: at(1),
    policy: NOTIFY,
    tasks,
    // Back, it is as if nothing had moved: the last move, later and within the notice, arms nothing.
    events: [moved(8.25, 20), moved(8.5, 10), moved(8.75, 10.5)],
  });
  expect(back.story).toEqual([announced('T+0d8h', 'T+0d10h')]);
});

test('a deadline that goes and comes anew is announced again, unless it is the announced one', async () => {
  const tasks = [workspace({ deadline: hour(10) })];
  const events = (again: number) => [moved(8.25, null), moved(8.5, again)];
  const same = await play({ until: at(1), policy: NOTIFY, tasks, events: events(10) });
  expect(same.story).toEqual([announced('T+0d8h', 'T+0d10h')]);
  const other = await play({ until: at(1), policy: NOTIFY, tasks, events: events(10.25) });
  expect(other.story).toEqual([announced('T+0d8h', 'T+0d10h'), announced('T+0d9h', 'T+0d10h15m')]);
});

test('a notice longer than the life of a job announces at once and once, and nothing follows where nothing is asked', async () => {
  const { story } = await play({
    until: at(2),
    policy: { mode: 'disable', stopNotice: '1d', failAfter: '2h' },
    tasks: [job()],
    events: [{ at: hour(1.5), type: 'started', task: 'acmeCo/j' }],
  });
  expect(story).toEqual([announced('T+0d2h', 'T+0d3h30m', 'acmeCo/j')]);
});

test('below mode notify nothing is announced, and no job without an end has a deadline', async () => {
  const detect = await play({
    until: at(1),
    policy: { ...NOTIFY, mode: 'detect' },
    tasks: [workspace({ deadline: hour(10) })],
  });
  expect(detect.story).toEqual([]);
  const waiting = await play({ until: at(1), policy: DISABLE, tasks: [job({ deadline: hour(10) })] });
  expect(waiting.story).toEqual([]);
});

test('a job over its time is stopped at its deadline where that was announced for the whole notice', async () => {
  const { story } = await play({ until: at(1), policy: DISABLE, tasks: [job({ startedAt: T })] });
  expect(story).toEqual([
    announced('T+0d2h', 'T+0d3h', 'acmeCo/j'),
    'T+0d3h fired overdue acmeCo/j #1 since T+0d3h (disable)',
    ...STOPPED('T+0d3h'),
  ]);
});

test('the earlier of what is said and of failAfter is the deadline', async () => {
  const { story } = await play({
    until: at(1),
    policy: { ...DISABLE, atDeadline: 'alert' },
    tasks: [job({ startedAt: T })],
    events: [moved(0.5, 2.5, 'acmeCo/j'), { at: hour(4), type: 'ended', task: 'acmeCo/j', result: 'failed' }],
  });
  expect(story).toEqual([
    announced('T+0d2h', 'T+0d2h30m', 'acmeCo/j'),
    'T+0d3h fired overdue acmeCo/j #1 since T+0d2h30m (disable)',
    `T+0d3h mail ${ANA}: overdue acmeCo/j #1`,
    'T+0d4h resolved overdue acmeCo/j #1 ended',
  ]);
});

test('announced late, a job is stopped only when the notice is over', async () => {
  const { story } = await play({
    until: at(1),
    policy: { ...DISABLE, stopNotice: '2h', failAfter: '10h' },
    tasks: [job({ startedAt: T })],
    events: [moved(2.5, 4, 'acmeCo/j')],
  });
  expect(story).toEqual([
    announced('T+0d3h', 'T+0d4h', 'acmeCo/j'),
    'T+0d4h fired overdue acmeCo/j #1 since T+0d4h (disable)',
    ...STOPPED('T+0d5h'),
  ]);
});

test('never announced, a job is told of with a date, and stopped at that', async () => {
  const { story } = await play({
    until: at(1),
    policy: { ...DISABLE, stopNotice: '2h', failAfter: '10h' },
    tasks: [job({ startedAt: T })],
    events: [moved(2.5, 2, 'acmeCo/j')],
  });
  expect(story).toEqual([
    'T+0d3h fired overdue acmeCo/j #1 since T+0d2h (disable)',
    `T+0d3h mail ${ANA}: overdue acmeCo/j #1 until T+0d5h`,
    ...STOPPED('T+0d5h'),
  ]);
});

test('a job that ends before its deadline is not stopped, and one that starts anew has a deadline of its own', async () => {
  const { story } = await play({
    until: at(1),
    policy: DISABLE,
    tasks: [job({ startedAt: T })],
    events: [
      { at: hour(2.5), type: 'ended', task: 'acmeCo/j', result: 'succeeded' },
      { at: hour(5), type: 'started', task: 'acmeCo/j' },
    ],
  });
  expect(story).toEqual([
    announced('T+0d2h', 'T+0d3h', 'acmeCo/j'),
    announced('T+0d7h', 'T+0d8h', 'acmeCo/j'),
    'T+0d8h fired overdue acmeCo/j #1 since T+0d8h (disable)',
    ...STOPPED('T+0d8h'),
  ]);
});

test('failAfter from 2h to 3h moves the deadline, which is announced anew and kept', async () => {
  const { story } = await play({
    until: at(1),
    policy: { ...DISABLE, failAfter: '2h' },
    tasks: [job({ startedAt: T })],
    events: [set(1.5, { failAfter: '3h' })],
  });
  expect(story).toEqual([
    announced('T+0d1h', 'T+0d2h', 'acmeCo/j'),
    announced('T+0d2h', 'T+0d3h', 'acmeCo/j'),
    'T+0d3h fired overdue acmeCo/j #1 since T+0d3h (disable)',
    ...STOPPED('T+0d3h'),
  ]);
});

test('what was announced before a keep counts no more: a date follows it', async () => {
  const { story } = await play({
    until: at(2),
    policy: DISABLE,
    tasks: [job({ startedAt: T })],
    events: [{ at: hour(2.5), type: 'action', action: 'keep', task: 'acmeCo/j', by: ANA, for: '1d' }],
  });
  expect(story).toEqual([
    announced('T+0d2h', 'T+0d3h', 'acmeCo/j'),
    'T+0d3h held acmeCo/j #null kept',
    'T+1d3h fired overdue acmeCo/j #1 since T+0d3h (disable)',
    `T+1d3h mail ${ANA}: overdue acmeCo/j #1 until T+1d4h`,
    ...STOPPED('T+1d4h'),
  ]);
});

test('while somebody keeps it a deadline is announced only where nothing is turned off at it', async () => {
  const kept = { at: hour(1), type: 'action', action: 'keep', task: 'acmeCo/j', by: ANA, for: '1d' };
  const storyOf = async (atDeadline: string) => {
    const policy = { ...DISABLE, atDeadline };
    return (await play({ until: hour(10), policy, tasks: [job({ startedAt: T })], events: [kept] })).story;
  };
  expect(await storyOf('disable')).toEqual(['T+0d3h held acmeCo/j #null kept']);
  expect(await storyOf('nothing')).toEqual([announced('T+0d2h', 'T+0d3h', 'acmeCo/j')]);
});

test('unknown health holds the end, and does not count towards the notice', async () => {
  const plane = (when: number, state: string) => ({
    at: hour(when),
    type: 'data-plane',
    dataPlane: 'eu-1',
    state,
  });
  const { story } = await play({
    until: at(1),
    policy: DISABLE,
    tasks: [job({ startedAt: T })],
    events: [plane(2.5, 'down'), plane(4.5, 'up')],
  });
  expect(story).toEqual([
    announced('T+0d2h', 'T+0d3h', 'acmeCo/j'),
    'T+0d3h held acmeCo/j #null unknown',
    'T+0d5h fired overdue acmeCo/j #1 since T+0d3h (disable)',
    ...STOPPED('T+0d5h'),
  ]);
});

test('a deadline is announced while evaluation is paused and health is unknown', async () => {
  const { story } = await play({
    until: hour(9),
    policy: NOTIFY,
    tasks: [workspace({ deadline: hour(10) })],
    events: [
      { at: hour(1), type: 'operator', action: 'pause', of: 'evaluate' },
      { at: hour(1), type: 'data-plane', dataPlane: 'eu-1', state: 'down' },
    ],
  });
  expect(story).toEqual([announced('T+0d8h', 'T+0d10h')]);
});

test('where both rules apply with one scan the deadline fires, and one episode is open at most', async () => {
  const { story } = await play({
    until: at(15),
    policy: { mode: 'notify', atDeadline: 'alert' },
    tasks: [failing('acmeCo/a', { deadline: at(14) })],
  });
  expect(story).toEqual([
    'T+14d fired overdue acmeCo/a #1 since T+14d (notify)',
    `T+14d mail ${ANA}: overdue acmeCo/a #1`,
  ]);
});

test('once the deadline of a failing task is gone, its abandonment fires', async () => {
  const { story } = await play({
    until: at(16),
    policy: { mode: 'notify', atDeadline: 'alert' },
    tasks: [failing('acmeCo/a', { deadline: at(14) })],
    events: [{ at: at(15), type: 'deadline', task: 'acmeCo/a', deadline: null }],
  });
  expect(story.slice(2)).toEqual([
    'T+15d resolved overdue acmeCo/a #1 policy',
    'T+15d fired acmeCo/a #2 since T+0d (notify)',
    `T+15d mail ${ANA}: warning acmeCo/a #2`,
  ]);
});

test('atDeadline from disable to alert withdraws the date; back at disable all is announced anew', async () => {
  const { story } = await play({
    until: at(1),
    policy: { ...DISABLE, stopNotice: '3h', failAfter: '10h' },
    tasks: [job({ startedAt: T })],
    events: [
      moved(2.5, 2, 'acmeCo/j'),
      set(3.5, { atDeadline: 'alert' }),
      set(5.5, { atDeadline: 'disable' }),
    ],
  });
  expect(story).toEqual([
    'T+0d3h fired overdue acmeCo/j #1 since T+0d2h (disable)',
    `T+0d3h mail ${ANA}: overdue acmeCo/j #1 until T+0d6h`,
    `T+0d4h mail ${ANA}: withdrawn acmeCo/j #1`,
    `T+0d6h mail ${ANA}: overdue acmeCo/j #1 until T+0d9h`,
    ...STOPPED('T+0d9h'),
  ]);
});

test('a deadline that moves away ends the episode and withdraws its date', async () => {
  const { story } = await play({
    until: hour(6),
    policy: { ...DISABLE, stopNotice: '3h', failAfter: '10h' },
    tasks: [job({ startedAt: T })],
    events: [moved(2.5, 2, 'acmeCo/j'), moved(4.5, 30, 'acmeCo/j')],
  });
  expect(story).toEqual([
    'T+0d3h fired overdue acmeCo/j #1 since T+0d2h (disable)',
    `T+0d3h mail ${ANA}: overdue acmeCo/j #1 until T+0d6h`,
    'T+0d5h resolved overdue acmeCo/j #1 policy',
    `T+0d5h mail ${ANA}: withdrawn acmeCo/j #1`,
  ]);
});

test('a second episode of one deadline asks for a notice of its own', async () => {
  const { story } = await play({
    until: at(1),
    policy: { ...DISABLE, quietHours: { from: '03:00', to: '08:00', zone: 'UTC' } },
    tasks: [job({ startedAt: T })],
    events: [set(4.5, { atDeadline: 'nothing' }), set(5.5, { atDeadline: 'disable' })],
  });
  expect(story).toEqual([
    announced('T+0d2h', 'T+0d3h', 'acmeCo/j'),
    'T+0d3h fired overdue acmeCo/j #1 since T+0d3h (disable)',
    'T+0d3h held acmeCo/j #1 quiet-hours',
    'T+0d5h resolved overdue acmeCo/j #1 policy',
    'T+0d6h fired overdue acmeCo/j #2 since T+0d3h (disable)',
    `T+0d6h mail ${ANA}: overdue acmeCo/j #2 until T+0d7h`,
    'T+0d7h held acmeCo/j #2 quiet-hours',
    ...STOPPED('T+0d8h', 'T+0d7h', 2),
  ]);
});

test('owners hear of deadlines, and subscribers who chose that', async () => {
  const { story } = await play({
    until: hour(4),
    policy: { ...DISABLE, atDeadline: 'alert' },
    subscriptions: [
      { prefix: 'acmeCo/', email: BOB, alertTypes: ['task_stopping'] },
      { prefix: 'acmeCo/', email: 'cem@acme.test', alertTypes: ['task_overdue'] },
      { prefix: 'acmeCo/', email: 'dan@acme.test' },
    ],
    tasks: [job({ startedAt: T })],
  });
  expect([...story].sort()).toEqual(
    [
      announced('T+0d2h', 'T+0d3h', 'acmeCo/j'),
      announced('T+0d2h', 'T+0d3h', 'acmeCo/j', BOB),
      'T+0d3h fired overdue acmeCo/j #1 since T+0d3h (disable)',
      `T+0d3h mail ${ANA}: overdue acmeCo/j #1`,
      'T+0d3h mail cem@acme.test: overdue acmeCo/j #1',
    ].sort(),
  );
});

test('who declined reminders is not told of a deadline, and hears of the date instead', async () => {
  const { story } = await play({
    until: hour(5),
    policy: DISABLE,
    tasks: [job({ startedAt: T })],
    events: [{ at: hour(1), type: 'action', action: 'unsubscribe', task: 'acmeCo/j', by: ANA }],
  });
  expect(story).toEqual([
    'T+0d3h fired overdue acmeCo/j #1 since T+0d3h (disable)',
    `T+0d3h mail ${ANA}: overdue acmeCo/j #1 until T+0d4h`,
    ...STOPPED('T+0d4h'),
  ]);
});

test('an announcement that bounced is made to whoever is told instead, and the job is not stopped without one', async () => {
  const { story } = await play({
    until: hour(6),
    policy: DISABLE,
    admins: { 'acmeCo/': [BOB] },
    tasks: [job({ startedAt: T })],
    events: [{ at: hour(2.5), type: 'mail-event', recipient: ANA, event: 'bounce' }],
  });
  expect(story).toEqual([
    announced('T+0d2h', 'T+0d3h', 'acmeCo/j'),
    `T+0d2h30m mail-failed ${ANA} undeliverable`,
    'T+0d3h fired overdue acmeCo/j #1 since T+0d3h (disable)',
    `T+0d3h mail ${BOB}: overdue acmeCo/j #1 until T+0d4h`,
    'T+0d4h disabled acmeCo/j #1 due T+0d4h',
    'T+0d4h resolved overdue acmeCo/j #1 disabled',
    `T+0d4h+ mail ${BOB}: disabled acmeCo/j #1`,
  ]);
});

test('an announcement that bounced is made again to one who is revived, and the job is stopped a full notice later', async () => {
  const { story } = await play({
    until: hour(7),
    policy: { ...DISABLE, stopNotice: '2h' },
    tasks: [job({ startedAt: T })],
    events: [
      { at: hour(1.25), type: 'mail-event', recipient: ANA, event: 'complaint' },
      { at: hour(1.5), type: 'operator', action: 'revive', of: ANA },
    ],
  });
  expect(story).toEqual([
    announced('T+0d1h', 'T+0d3h', 'acmeCo/j'),
    announced('T+0d2h', 'T+0d3h', 'acmeCo/j'),
    'T+0d3h fired overdue acmeCo/j #1 since T+0d3h (disable)',
    ...STOPPED('T+0d4h'),
  ]);
});

test('an announcement that is dropped while they are suppressed is made once they are revived', async () => {
  const { story } = await play({
    until: hour(6),
    policy: { ...NOTIFY, stopNotice: '6h' },
    tasks: [
      job({ startedAt: T, deadline: hour(8) }),
      job({ id: 'acmeCo/k', startedAt: T, deadline: hour(6) }),
    ],
    recipients: { [ANA]: { zone: 'UTC', quietHours: { from: '01:00', to: '04:00' } } },
    events: [
      { at: hour(2.5), type: 'mail-event', recipient: ANA, event: 'complaint' },
      { at: hour(4.5), type: 'operator', action: 'revive', of: ANA },
    ],
  });
  expect(story).toEqual([
    announced('T+0d', 'T+0d6h', 'acmeCo/k'),
    `T+0d5h mail ${ANA}: stopping acmeCo/j until T+0d8h, stopping acmeCo/k until T+0d6h`,
  ]);
});

test('each of very many owners is told of a deadline once, before it, and then of the end', async () => {
  const owners = Array.from({ length: 450 }, (_, place) => `owner${place}@acme.test`);
  const { lines } = await play({ until: hour(4), policy: DISABLE, tasks: [job({ startedAt: T, owners })] });
  const recipientsOf = (notice: string, when: string) =>
    lines.flatMap((line) =>
      line.type === 'mail' && line.at.startsWith(when) && line.items.some((item) => item.notice === notice)
        ? [line.to]
        : [],
    );
  expect(recipientsOf('stopping', '2026-01-01T02').sort()).toEqual([...owners].sort());
  expect(recipientsOf('overdue', '2026')).toEqual([]);
  expect(recipientsOf('disabled', '2026-01-01T03').sort()).toEqual([...owners].sort());
});

test.each([
  [11, 11],
  [12, 0],
])(
  'running jobs count in the shares of a spike: of 110, %i that are due at once make %i',
  async (due, off) => {
    const tasks = Array.from({ length: 110 }, (_, place) =>
      job({ id: `acmeCo/j${place}`, startedAt: T, ...(place < due ? { deadline: hour(3) } : {}) }),
    );
    const { summary, story } = await play({ until: hour(4), policy: { ...DISABLE, failAfter: null }, tasks });
    expect(summary.disabled).toBe(off);
    const held = story.filter((line) => line.startsWith('T+0d3h held') && line.endsWith('blast-radius'));
    expect(held).toHaveLength(due - off);
  },
);

test('a reversed disabling of an overdue job is held, and announced no more where it would be turned off', async () => {
  const { story } = await play({
    until: hour(20),
    policy: DISABLE,
    tasks: [job({ startedAt: T })],
    events: [
      { at: hour(5), type: 'published', task: 'acmeCo/j', by: 'system', enabled: true },
      moved(6, 12, 'acmeCo/j'),
      { at: hour(7), type: 'started', task: 'acmeCo/j' },
    ],
  });
  expect(story.slice(5)).toEqual([
    // On again with the deadline of its start, which is past.
    'T+0d5h fired overdue acmeCo/j #2 since T+0d3h (disable)',
    'T+0d5h held acmeCo/j #2 reverted',
    'T+0d5h operators disable-reverted acmeCo/j',
    'T+0d7h resolved overdue acmeCo/j #2 policy',
    'T+0d10h fired overdue acmeCo/j #3 since T+0d10h (disable)',
    'T+0d10h held acmeCo/j #3 reverted',
  ]);
});

test('an undoing of what an announced deadline led to is told to who held the announcement', async () => {
  const { story } = await play({
    until: hour(7),
    policy: DISABLE,
    tasks: [job({ startedAt: T })],
    events: [
      { at: hour(4), type: 'operator', action: 'undo', of: 'acmeCo/j' },
      { at: hour(4.5), type: 'ended', task: 'acmeCo/j', result: 'succeeded' },
    ],
  });
  expect(story.slice(5)).toEqual([
    'T+0d4h enabled acmeCo/j by operator',
    // It runs past its deadline again: a new episode, which nothing that was announced before counts for.
    'T+0d4h fired overdue acmeCo/j #2 since T+0d3h (disable)',
    `T+0d4h mail ${ANA}: enabled acmeCo/j #1, overdue acmeCo/j #2 until T+0d5h`,
    'T+0d5h resolved overdue acmeCo/j #2 ended',
  ]);
});

test('an undoing is told to who held the announcement, and sleeps through the word of the disabling', async () => {
  const { story } = await play({
    until: hour(24),
    policy: DISABLE,
    tasks: [job({ owners: [ANA, BOB], startedAt: T })],
    recipients: { [ANA]: { zone: 'UTC', quietHours: { from: '03:00', to: '10:00' } } },
    events: [
      { at: hour(5.5), type: 'operator', action: 'undo', of: 'acmeCo/j' },
      { at: hour(5.75), type: 'ended', task: 'acmeCo/j', result: 'succeeded' },
    ],
  });
  expect(story).toContain(`T+0d3h+ mail ${BOB}: disabled acmeCo/j #1`);
  expect(story.filter((line) => line.includes(ANA))).toEqual([
    announced('T+0d2h', 'T+0d3h', 'acmeCo/j'),
    `T+0d10h mail ${ANA}: enabled acmeCo/j #1`,
  ]);
});

test('a publication by a user neither holds nor ends what a deadline asks for', async () => {
  const { story } = await play({
    until: hour(6),
    policy: DISABLE,
    tasks: [job({ startedAt: T })],
    events: [{ at: hour(2.5), type: 'published', task: 'acmeCo/j', by: 'user' }],
  });
  expect(story.at(-2)).toBe('T+0d3h resolved overdue acmeCo/j #1 disabled');
});

test.each([
  [{ policy: { atDeadline: 'disable' } }, 'policy.atDeadline'],
  [{ policies: { 'acmeCo/': { atDeadline: 'disable' } } }, 'policies["acmeCo/"].atDeadline'],
  [
    {
      policy: { atDeadline: 'disable', stopNotice: '1h' },
      events: [{ at: hour(1), type: 'policy', scope: 'acmeCo/', set: { stopNotice: null } }],
    },
    'events[0].set.stopNotice',
  ],
  [{ policy: { stopNotice: '10m' } }, 'policy.stopNotice'],
  [{ policy: { failAfter: '30s' } }, 'policy.failAfter'],
  [{ tasks: [workspace({ startedAt: T })] }, 'tasks[0].startedAt'],
  [{ tasks: [workspace()], events: [{ at: hour(1), type: 'started', task: 'acmeCo/w' }] }, 'events[0].task'],
  [{ tasks: [job({ startedAt: at(9) })] }, 'tasks[0].startedAt'],
])('what cannot be is refused: %j', (scenario, path) => {
  const parsed = parseScenario({
    version: 1,
    start: T,
    until: at(2),
    scanEvery: '1h',
    tasks: [job()],
    ...scenario,
  });
  expect(parsed.ok ? '' : parsed.problem).toContain(path);
});

test('what a fault of so many sends puts off long after it began breaks no promise', async () => {
  // A broken promise would be thrown.
  const { story } = await play({
    until: at(14),
    scanEvery: '6h',
    policy: { mode: 'notify', stopNotice: '30h' },
    tasks: [workspace()],
    events: [
      { at: at(2), type: 'fault', target: 'queue', mode: 'down', times: 4 },
      { at: at(9), type: 'deadline', task: 'acmeCo/w', deadline: at(12) },
    ],
  });
  // Due from T+10d18h on; four scans ask for the mail in vain.
  expect(story).toEqual([announced('T+11d18h', 'T+12d')]);
});
