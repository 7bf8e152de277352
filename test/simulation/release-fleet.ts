import type { System } from '../../functions/platform/system.ts';
import type { Row, Table, Write } from '../../functions/store/table/table.port.ts';
import { at, failing, type Played, play } from './story.ts';

/** When one release takes over from another, between two scans; when it is rolled back; and when the story ends. */
export const TAKEN_OVER_AT = at(22, 12.5);
export const ROLLED_BACK_AT = at(26, 6.5);
export const LAST_INSTANT = at(40);

const say = (when: string, type: string, more: Record<string, unknown>) => ({ at: when, type, ...more });
const shards = (status: string) => [{ id: '0', status }];
const job = (id: string) => ({
  id,
  kind: 'job',
  enabled: true,
  createdAt: '2025-06-01T00:00:00Z',
  owners: ['jo@acme.test'],
  dataPlane: 'eu-1',
});

/** Fails from a day on; `T+0d` fires on day 14, and its date is day 21. */
const from = (day: number, id: string, owner: string, more: Record<string, unknown> = {}) =>
  failing(id, { owners: [owner], lastPrimaryAt: at(day), ...more });

/**
 * A fleet of which at the instant of the change something stands in each state: abandoned and not told, waiting for a mail, warned,
 * reminded, held, kept, disabled, undone, reverted, overdue, announced; people suppressed, soft-bounced, with wishes, admins, subscribers.
 */
const RELEASE_FLEET = {
  until: LAST_INSTANT,
  policy: {
    mode: 'disable',
    digestEvery: '6h',
    settleAfter: '12h',
    blastRadius: { share: 0.1, shareFloor: 1 },
  },
  policies: {
    'quiet/': { mode: 'detect' },
    'notify/': { mode: 'notify' },
    'jobs/': { failAfter: '20d', stopNotice: '2d', atDeadline: 'disable' },
    'slow/': { escalateAt: '2d' },
  },
  subscriptions: [
    { prefix: 'warn/', email: 'team@acme.test', alertTypes: ['task_abandoned', 'task_auto_disabled'] },
  ],
  admins: { 'warn/': ['boss@acme.test'], 'slow/': ['boss@acme.test'] },
  recipients: { 'ana@acme.test': { zone: 'Europe/Berlin', quietHours: { from: '03:00', to: '04:00' } } },
  tasks: [
    from(0, 'quiet/a', 'ana@acme.test'),
    from(0, 'notify/a', 'ned@acme.test'),
    from(0, 'done/a', 'dora@acme.test'),
    from(0, 'done/undone', 'una@acme.test'),
    from(0, 'done/reverted', 'rea@acme.test'),
    // Both are due at once, which is all that their tenant has: a spike.
    from(1, 'spike/a', 'sam@acme.test'),
    from(1, 'spike/b', 'sam@acme.test'),
    from(2, 'warn/a', 'ana@acme.test'),
    from(2, 'warn/recovers', 'rob@acme.test'),
    from(2, 'warn/kept', 'kai@acme.test'),
    from(2, 'warn/bounced', 'bob@acme.test'),
    from(2, 'slow/soft', 'sue@acme.test'),
    // Fires three hours after the warning of another one of the same owner, and waits for the next mail.
    from(8.375, 'warn/before', 'ana@acme.test'),
    from(8.5, 'warn/waits', 'ana@acme.test'),
    from(4, 'plane/silent', 'pam@acme.test', { dataPlane: 'eu-2' }),
    from(8.5, 'lost/answer', 'lou@acme.test'),
    from(8.5, 'lost/rejected', 'rex@acme.test'),
    from(19, 'young/a', 'yan@acme.test'),
    job('jobs/overdue'),
    { ...job('jobs/announced'), owners: ['joe@acme.test'] },
    job('jobs/ended'),
  ],
  events: [
    say(at(3), 'started', { task: 'jobs/ended' }),
    say(at(4), 'started', { task: 'jobs/announced' }),
    say(at(10), 'started', { task: 'jobs/overdue' }),
    say(at(5), 'ended', { task: 'jobs/ended', result: 'succeeded' }),
    // Announced a day before, so that it is disabled a day after.
    say(at(21), 'deadline', { task: 'jobs/overdue', deadline: at(22) }),
    say(at(16, 6), 'mail-event', { recipient: 'bob@acme.test', event: 'bounce' }),
    say(at(16, 6), 'mail-event', { recipient: 'sue@acme.test', event: 'bounce', bounceType: 'transient' }),
    say(at(17), 'action', { task: 'warn/kept', by: 'kai@acme.test', action: 'keep', for: '20d' }),
    say(at(20), 'data-plane', { dataPlane: 'eu-2', state: 'silent' }),
    say(at(21, 2), 'operator', { action: 'approve' }),
    say(at(21, 6), 'operator', { action: 'undo', of: 'done/undone' }),
    say(at(21, 7), 'published', { task: 'done/reverted', by: 'system', enabled: true }),
    // Nobody knows of a mail of that hour whether SES took it.
    say(at(22, 12), 'fault', { target: 'ses', mode: 'reject', recipient: 'rex@acme.test', for: '5m' }),
    say(at(22, 12), 'fault', { target: 'ses', mode: 'timeout-after-accept', times: 1 }),
    say(at(22, 12), 'fault', { target: 'feedback', mode: 'down', for: '2h' }),
    // What is heard first by the release that takes over: before it hears of data planes.
    say(TAKEN_OVER_AT, 'restarted', { task: 'young/a' }),
    say(ROLLED_BACK_AT, 'restarted', { task: 'young/a' }),
    say(at(22, 20), 'shards', { task: 'warn/recovers', shards: shards('PRIMARY') }),
    say(at(23, 6), 'action', { task: 'warn/waits', by: 'ana@acme.test', action: 'snooze', for: '3d' }),
    say(at(24), 'data-plane', { dataPlane: 'eu-2', state: 'up' }),
    say(at(24), 'operator', { action: 'revive', of: 'bob@acme.test' }),
    say(at(25), 'operator', { action: 'undo', of: 'done/a' }),
    say(at(23, 2), 'operator', { action: 'approve' }),
  ],
};

/** What a release stored by an instant: the whole table, but for figures of scans before day 22, which are many. */
export interface Stored {
  rows: Row[];
  told: Played;
}

/**
 * Runs the fleet until an instant.
 *
 * @param over rows of another release, in the place of those of this one from the instant at which it takes over
 */
export async function runFleet(until: string, over?: { rows: readonly Row[]; at: string }): Promise<Stored> {
  let table: Table | undefined;
  let isOver = over === undefined;
  const processOf = (_name: string, system: System): System => {
    table ??= system.table;
    if (isOver || !over || system.clock.now() < Date.parse(over.at)) return system;
    isOver = true;
    return { ...system, table: behind(takeOver(system.table, over.rows), system.table) };
  };
  const events = RELEASE_FLEET.events.filter((event) => event.at < until);
  const run = await play({ ...RELEASE_FLEET, events, until }, { processOf });
  if (!isOver) throw new Error('no process ran after the other release took over');
  const { rows } = await (table as Table).scan();
  return { rows: rows.filter((row) => row.pk !== 'RUNS' || row.sk > at(22)), told: run };
}

/** The table for whoever asks first: only once the rows of the other release are there. */
function behind(taken: Promise<void>, table: Table): Table {
  const first =
    <Args extends unknown[], Answer>(ask: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      await taken;
      return ask(...args);
    };
  return {
    get: first((key, options) => table.get(key, options)),
    batchGet: first((keys, options) => table.batchGet(keys, options)),
    query: first((query) => table.query(query)),
    transact: first((writes, writer) => table.transact(writes, writer)),
    scan: first((cursor) => table.scan(cursor)),
  };
}

/** Puts rows in the place of all that a table in memory holds. */
async function takeOver(table: Table, rows: readonly Row[]): Promise<void> {
  const nameOf = ({ pk, sk }: Row) => `${pk} ${sk}`;
  const names = new Set(rows.map(nameOf));
  const { rows: here } = await table.scan();
  const writes: Write[] = [
    ...here.flatMap((row): Write[] =>
      names.has(nameOf(row)) ? [] : [{ delete: { pk: row.pk, sk: row.sk } }],
    ),
    ...rows.map((put): Write => ({ put })),
  ];
  for (let first = 0; first < writes.length; first += 100)
    await table.transact(writes.slice(first, first + 100), 'the other release');
}
