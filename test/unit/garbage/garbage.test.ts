import { describe, expect, it } from 'vitest';
import { PolicyBook } from '../../../functions/abandonment/policy-book.ts';
import { DAY, type Instant, MINUTE } from '../../../functions/abandonment/time.ts';
import { taskRecordFrom } from '../../../functions/catalog/task-entry.ts';
import { DEFAULT_RETENTION } from '../../../functions/platform/retention.ts';
import { buildSystem, type RuntimeConfig } from '../../../functions/platform/system.ts';
import { garbageGenerator } from '../../../functions/scanner/generators/garbage.ts';
import { loadCounts } from '../../../functions/store/counts.ts';
import { dataPlaneWrite, newDataPlane } from '../../../functions/store/data-planes.ts';
import { FleetView } from '../../../functions/store/fleet-view.ts';
import { keys } from '../../../functions/store/keys.ts';
import { listedPageWrites } from '../../../functions/store/listed-pages.ts';
import { type ListingRecord, listingWrite, newListingRecord } from '../../../functions/store/listings.ts';
import { newRecipient, recipientWrite } from '../../../functions/store/recipients.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Key, Write } from '../../../functions/store/table/table.port.ts';
import { taskWrite } from '../../../functions/store/tasks.ts';
import { giveUp } from '../../../functions/work/given-up.ts';
import { SIMULATED_CONFIG } from '../../../simulation/engine/sim-system.ts';

const START = Date.parse('2029-03-01T12:00:00Z');
const POLICY = new PolicyBook(new Map()).global;

/** A stage in which only what ended is looked after. */
function stage(config: Partial<RuntimeConfig> = {}) {
  let now = START;
  let ids = 0;
  const reads: string[] = [];
  const table = new MemoryTable({ now: () => now });
  const logged: [string, unknown][] = [];
  const metrics: [string, number, unknown][] = [];
  const query = table.query.bind(table);
  table.query = (request) => {
    reads.push(request.pk);
    return query(request);
  };
  const system = buildSystem('a test', {
    clock: { now: () => now },
    random: { next: () => 0, id: () => `id${++ids}` },
    table,
    queues: { send: async () => undefined },
    telemetry: {
      log: (_level, message, properties) => void logged.push([message, properties]),
      metric: (name, value, _unit, properties) => void metrics.push([name, value, properties]),
    },
    config: { ...SIMULATED_CONFIG, ...config },
  });
  return {
    table,
    system,
    reads,
    logged,
    metrics,
    store: async (...writes: Write[]) => {
      for (const write of writes) expect((await table.transact([write], 'stored')).outcome).toBe('applied');
    },
    has: async (key: Key) => (await table.get(key)) !== undefined,
    passes: (time: number) => {
      now += time;
    },
    /** One turn, which may work so many things before its time is spent. */
    collect: async (most = Number.POSITIVE_INFINITY, cursor: string | null = null) => {
      const view = await FleetView.loadWithPlanes(table, now);
      reads.length = 0;
      let left = most;
      const run = { system, view, id: 'a run', now, figures: {}, asked: [] };
      return garbageGenerator.run(run, { spent: () => left-- <= 0 }, cursor);
    },
  };
}

function deletedTask(id: string, deletedAt: Instant): Write {
  const entry = { id, kind: 'capture' as const, enabled: true, createdAt: 0, owners: [], dataPlane: 'eu-1' };
  const made = taskRecordFrom(entry, START, POLICY);
  return taskWrite({ ...made, task: { ...made.task, deletedAt } }, POLICY);
}

describe('a turn of garbage collection', () => {
  it('says that there was nothing, and asks only where something would be found', async () => {
    const s = stage();
    expect(await s.collect()).toEqual({ cursor: null, worked: 0 });
    const asked = new Set(s.reads.map((pk) => pk.replace(/\d+$/, 'n')));
    expect(asked).toEqual(new Set(['Z#n', 'R#n', 'LISTINGS', 'GIVEN-UP']));
    expect([s.logged, s.metrics]).toEqual([[], []]);
  });

  it('counts what went by its kind', async () => {
    const s = stage();
    await s.store(deletedTask('acmeCo/a', START), deletedTask('acmeCo/b', START));
    s.passes(400 * DAY);
    expect(await s.collect()).toEqual({ cursor: null, worked: 2 });
    expect(s.metrics).toEqual([['RowsCollected', 2, { kind: 'tasks' }]]);
    expect(s.logged).toEqual([['garbage collected', { tasks: 2 }]]);
    expect(await s.collect()).toMatchObject({ worked: 0 });
  });

  it('goes on where the time of the last one was spent, and loses nothing', async () => {
    const s = stage();
    const ids = Array.from({ length: 40 }, (_, at) => `acmeCo/t${at}`);
    await s.store(...ids.map((id) => deletedTask(id, START)));
    s.passes(400 * DAY);
    let turn = await s.collect(20);
    let worked = turn.worked ?? 0;
    expect(turn.cursor).not.toBeNull();
    for (let turns = 0; turn.cursor !== null && turns < 100; turns += 1) {
      turn = await s.collect(20, turn.cursor);
      worked += turn.worked ?? 0;
    }
    expect(worked).toBe(40);
    expect(await Promise.all(ids.map((id) => s.has(keys.task(id))))).not.toContain(true);
  });

  it('keeps what ended for as long as the deployment says, at once and with no write', async () => {
    const s = stage({ retention: { ...DEFAULT_RETENTION, tasks: 500 * DAY } });
    await s.store(deletedTask('acmeCo/a', START));
    s.passes(500 * DAY - 1);
    await s.collect();
    expect(await s.has(keys.task('acmeCo/a'))).toBe(true);
    s.passes(1);
    await s.collect();
    expect(await s.has(keys.task('acmeCo/a'))).toBe(false);
  });
});

describe('counters of a data plane', () => {
  it('go once they count nothing, and count again from nothing', async () => {
    const s = stage();
    await s.store(dataPlaneWrite(newDataPlane('eu-1', START)));
    const add = (tenant: string, by: Record<string, number>): Write => ({
      add: keys.count('eu-1', tenant),
      by,
    });
    await s.store(
      add('gone', { eligible: 0, alive: 0 }),
      add('idle', { eligible: 0, alive: 0, jobs: 0 }),
      add('jobs', { eligible: 0, alive: 0, jobs: 1 }),
      add('dead', { eligible: 2, alive: 0 }),
    );
    expect(await s.collect()).toEqual({ cursor: null, worked: 2 });
    expect((await loadCounts(s.table, 'eu-1')).map(({ tenant }) => tenant).sort()).toEqual(['dead', 'jobs']);
    await s.store(add('gone', { eligible: 1, alive: 1 }));
    expect(await loadCounts(s.table, 'eu-1')).toContainEqual({
      dataPlane: 'eu-1',
      tenant: 'gone',
      eligible: 1,
      alive: 1,
      jobs: 0,
    });
  });
});

describe('a control plane that the configuration names no more', () => {
  const record = { ...newListingRecord('connect', START), heardAt: START + 5 * DAY };
  const page = {
    page: 0,
    number: 1,
    hash: 'h',
    cursor: null,
    next: null,
    tasks: 1,
    refused: 0,
    watched: 0,
    refreshedAt: START,
    planes: [],
  };
  const listed = async (s: ReturnType<typeof stage>, change: Partial<ListingRecord> = {}) => {
    await s.store(listingWrite({ ...record, ...change }), ...listedPageWrites('connect', page, [['a', 'x']]));
    return [keys.listing('connect'), keys.listedPage('connect', 0, 1), keys.listedPart('connect', 0, 1, 0)];
  };
  const areThere = async (s: ReturnType<typeof stage>, all: Key[]) => Promise.all(all.map(s.has));

  it('loses its pages 90 days after it was last heard, and not before', async () => {
    const s = stage();
    const rows = await listed(s);
    s.passes(95 * DAY - 1);
    await s.collect();
    expect(await areThere(s, rows)).toEqual([true, true, true]);
    s.passes(1);
    expect(await s.collect()).toEqual({ cursor: null, worked: 3 });
    expect(await areThere(s, rows)).toEqual([false, false, false]);
  });

  it.each<[string, Partial<ListingRecord>]>([
    ['its missing tasks are held', { held: { number: 1, since: START, missing: 5, before: 6 } }],
    ['an operator paused it', { paused: { at: START, by: 'op' } }],
  ])('keeps them while %s', async (_, change) => {
    const s = stage();
    const rows = await listed(s, change);
    s.passes(400 * DAY);
    expect(await s.collect()).toMatchObject({ worked: 0 });
    expect(await areThere(s, rows)).toEqual([true, true, true]);
  });

  it('keeps them while it is configured', async () => {
    const controlPlanes = [
      { type: 'events', name: 'connect', prefix: 'c/' } as unknown as NonNullable<
        RuntimeConfig['controlPlanes']
      >[0],
    ];
    const s = stage({ controlPlanes });
    const rows = await listed(s);
    s.passes(400 * DAY);
    await s.collect();
    expect(await areThere(s, rows)).toEqual([true, true, true]);
  });
});

describe('a mark of work that was given up', () => {
  it('goes after 30 days where the task is gone, with what operators are told of it', async () => {
    const s = stage();
    const work = { queue: 'disable' as const, item: 'acmeCo/a#1', fingerprint: 'f', version: 1 };
    await giveUp(s.system, work, new Error('no'));
    s.passes(30 * DAY - 1);
    await s.collect();
    expect(await s.has(keys.givenUp('disable', 'acmeCo/a#1'))).toBe(true);
    s.passes(1);
    expect(await s.collect()).toEqual({ cursor: null, worked: 1 });
    expect(await s.has(keys.givenUp('disable', 'acmeCo/a#1'))).toBe(false);
    expect(await s.has(keys.operatorAlert('disable-failing', 'acmeCo/a'))).toBe(false);
  });
});

it('a recipient who is suppressed stays, however long nothing was mailed', async () => {
  const s = stage();
  const lastMailAt = START;
  const dead = { reason: 'complaint', at: START } as const;
  await s.store(
    recipientWrite({ ...newRecipient('ana', 'ana@acme.test'), lastMailAt, dead }),
    recipientWrite({ ...newRecipient('bo', 'bo@acme.test'), lastMailAt, mailedAt: [START + MINUTE] }),
  );
  s.passes(400 * DAY);
  await s.collect();
  expect(await s.has(keys.recipient('bo'))).toBe(true);
  s.passes(MINUTE);
  await s.collect();
  expect([await s.has(keys.recipient('bo')), await s.has(keys.recipient('ana'))]).toEqual([false, true]);
  s.passes(4_000 * DAY);
  await s.collect();
  expect(await s.has(keys.recipient('ana'))).toBe(true);
});
