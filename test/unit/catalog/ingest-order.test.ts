import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskRecord } from '../../../functions/store/tasks.ts';
import { at, hour, observation, publication, stage } from './stage.ts';

type Event = [detailType: string, detail: Record<string, unknown>];

const PUBLICATIONS: Event[] = [
  ['Task Published', publication({ version: 1, publishedAt: hour(0), by: 'creation' })],
  [
    'Task Published',
    publication({ version: 2, publishedAt: hour(20), by: 'user', owners: ['bo@acme.test'] }),
  ],
  ['Task Published', publication({ version: 3, publishedAt: hour(40), by: 'system', dataPlane: 'us-1' })],
  ['Task Published', publication({ version: 4, publishedAt: hour(60), by: 'user', kind: 'service' })],
  ['Task Published', publication({ version: 5, publishedAt: hour(80), by: 'system' })],
];
const RESTARTS: Event[] = [4, 9, 30].map((total, index) => [
  'Restarts Counted',
  { at: hour(30 + index), totals: [{ task: 'acmeCo/a', total }] },
]);

async function rowAfter(events: readonly Event[]): Promise<TaskRecord | undefined> {
  const s = await stage();
  for (const [detailType, detail] of events) await s.ingest(detailType, detail);
  const record = await s.task('acmeCo/a');
  if (!record) return undefined;
  const { heard: _, ...evidence } = record.evidence;
  return { ...record, evidence, rev: 0 };
}

const shuffled = <Item>(items: Item[]) => fc.shuffledSubarray(items, { minLength: items.length });

/** By how many places the latest event came after a later one. */
function latest(order: readonly number[]): number {
  return Math.max(...order.map((index, place) => Math.max(index, ...order.slice(0, place)) - index));
}

describe('the order in which events arrive', () => {
  it('of publications and running totals changes nothing', async () => {
    const expected = await rowAfter([...PUBLICATIONS, ...RESTARTS]);
    expect(expected?.task).toMatchObject({
      version: 5,
      publishedByUserAt: at(60),
      owners: ['ana@acme.test'],
    });
    await fc.assert(
      fc.asyncProperty(shuffled([...PUBLICATIONS, ...RESTARTS]), async (events) => {
        expect(await rowAfter(events)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('of starts, ends and deadlines changes nothing, also before the task is known', async () => {
    const task = 'acmeCo/a';
    const published: Event = [
      'Task Published',
      publication({ version: 1, publishedAt: hour(5), by: 'creation', kind: 'job', deadline: hour(400) }),
    ];
    const changes: Event[] = [
      ['Task Started', { task, at: hour(10), deadline: hour(300) }],
      ['Task Deadline Set', { task, at: hour(12), deadline: hour(301) }],
      ['Task Ended', { task, at: hour(14), result: 'failed' }],
      ['Task Started', { task, at: hour(20) }],
      ['Task Ended', { task, at: hour(22), result: 'succeeded' }],
      ['Task Deadline Set', { task, at: hour(24), deadline: hour(302) }],
    ];
    await fc.assert(
      fc.asyncProperty(shuffled([published, ...changes]), async (events) => {
        const { startedAt, endedAt, deadline } = (await rowAfter(events))?.task ?? {};
        expect([startedAt, endedAt, deadline]).toEqual([at(20), at(22), at(302)]);
      }),
      { numRuns: 60 },
    );
  });

  it('of a start without a deadline takes an earlier one away, and a publication that names none does not', async () => {
    const task = 'acmeCo/a';
    const job = { by: 'system', kind: 'job' } as const;
    const events: Event[] = [
      ['Task Published', publication({ ...job, version: 1, publishedAt: hour(1), deadline: hour(50) })],
      ['Task Published', publication({ ...job, version: 2, publishedAt: hour(2) })],
    ];
    expect((await rowAfter(events))?.task.deadline).toBe(at(50));
    const none: Event = [
      'Task Published',
      publication({ ...job, version: 3, publishedAt: hour(3), deadline: null }),
    ];
    expect((await rowAfter([...events, none]))?.task.deadline).toBeUndefined();
    const started: Event = ['Task Started', { task, at: hour(4) }];
    expect((await rowAfter([...events, started]))?.task).not.toHaveProperty('deadline');
  });

  it('lets a deletion stand wherever it comes between publications of before it', async () => {
    const deletion: Event = ['Task Deleted', { task: 'acmeCo/a', at: hour(90), taskVersion: 6 }];
    const comeBack: Event = [
      'Task Published',
      publication({ version: 7, publishedAt: hour(95), by: 'user' }),
    ];
    await fc.assert(
      fc.asyncProperty(shuffled([...PUBLICATIONS, deletion]), async (events) => {
        const row = await rowAfter(events);
        // Of a task that was never heard of, nothing of before its deletion is taken in.
        if (events[0] === deletion) expect(row).toBeUndefined();
        else expect(row?.task).toMatchObject({ deletedAt: at(90), version: 6 });
        const back = await rowAfter([...events, comeBack]);
        expect(back?.task).toMatchObject({ version: 7, enabled: true, publishedByUserAt: at(95) });
        expect(back?.task.deletedAt).toBeUndefined();
      }),
      { numRuns: 60, examples: [[[deletion, ...PUBLICATIONS]], [[...PUBLICATIONS, deletion]]] },
    );
  });

  it('of a publication among observations changes nothing: what came before it waited', async () => {
    const observations: Event[] = [
      ['Shards Observed', observation(2, { 'acmeCo/a': 'PRIMARY' })],
      ['Shards Observed', observation(10, { 'acmeCo/a': 'FAILED' })],
      ['Shards Observed', observation(30, { 'acmeCo/a': 'PENDING' })],
      ['Shards Observed', observation(45, { 'acmeCo/a': 'FAILED' })],
    ];
    const published = PUBLICATIONS[0] as Event;
    const expected = await rowAfter([published, ...observations]);
    for (let place = 1; place <= observations.length; place += 1) {
      expect(
        await rowAfter([...observations.slice(0, place), published, ...observations.slice(place)]),
      ).toEqual(expected);
    }
  });

  it('of observations leaves the newest one standing, and moves the last PRIMARY back by no more than one was late', async () => {
    const statuses = fc.array(fc.constantFrom('PRIMARY', 'FAILED', 'PENDING', 'BACKFILL'), {
      minLength: 2,
      maxLength: 7,
    });
    await fc.assert(
      fc.asyncProperty(
        statuses.chain((seen) => fc.tuple(fc.constant(seen), shuffled(seen.map((_, index) => index)))),
        async ([seen, order]) => {
          // A healthy observation of a healthy task is not stored: a loss from before it that comes later counts
          // until the next observation, which ends each case here.
          const newest = seen.length * 20;
          const arrived = order.map(
            (index): Event => [
              'Shards Observed',
              observation(index * 20, { 'acmeCo/a': seen[index] as string }),
            ],
          );
          const last: Event = ['Shards Observed', observation(newest, { 'acmeCo/a': 'FAILED' })];
          const row = await rowAfter([PUBLICATIONS[0] as Event, ...arrived, last]);
          expect(row?.evidence).toMatchObject({ observedAt: at(newest), statuses: ['FAILED'] });
          const alive = seen.lastIndexOf('PRIMARY');
          const lastAlive = row?.evidence.lastSeen.PRIMARY;
          if (alive < 0) expect(lastAlive).toBeUndefined();
          else expect(lastAlive).toBeGreaterThanOrEqual(at((alive - latest(order)) * 20));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('and their repetition change nothing', async () => {
    const events: Event[] = [
      ...PUBLICATIONS,
      ...RESTARTS,
      ['Shards Observed', observation(2, { 'acmeCo/a': 'PRIMARY' })],
      ['Shards Observed', observation(10, { 'acmeCo/a': 'FAILED' })],
      ['Data Plane Reported', { dataPlane: 'eu-1', state: 'down', at: hour(50) }],
      ['Task Deleted', { task: 'acmeCo/a', at: hour(90), taskVersion: 6 }],
    ];
    const expected = await rowAfter(events);
    expect(await rowAfter(events.flatMap((event) => [event, event]))).toEqual(expected);
    expect(await rowAfter([...events, ...events])).toEqual(expected);
  });
});
