import { describe, expect, it } from 'vitest';
import { runScan } from '../../functions/scanner/scan.ts';
import { loadDataPlanes } from '../../functions/store/data-planes.ts';
import { FleetView } from '../../functions/store/fleet-view.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { ingestStage, published, seen } from './ingest-stage.ts';

/** Reads and writes that one event costs. */
describe('a task that an event names again and again', () => {
  it('is read and written once: before, 16 times', async () => {
    const s = await ingestStage();
    await s.say('Task Published', published('eveCo/a'));
    await s.say('Shards Observed', seen(s.at(-0.001), []));
    const before = { ...s.cost };
    const turns = Array.from(
      { length: 16 },
      (_, place) => ['eveCo/a', place % 2 ? 'FAILED' : 'PRIMARY'] as const,
    );
    await s.say('Shards Observed', seen(s.at(0), turns));
    // The source, the policies, the data plane, the task; the task and its counter.
    expect(s.cost.reads - before.reads).toBeLessThanOrEqual(4);
    expect(s.cost.writes - before.writes).toBeLessThanOrEqual(2);
    const { evidence } = (await loadTask(s.table, 'eveCo/a')) ?? {};
    expect(evidence).toMatchObject({ statuses: ['FAILED'], lastSeen: { PRIMARY: Date.parse(s.at(0)) } });
  });

  it('more than 16 times is refused, and the others are taken', async () => {
    const s = await ingestStage();
    for (const id of ['eveCo/a', 'eveCo/b']) await s.say('Task Published', published(id));
    const turns = Array.from({ length: 1_999 }, () => ['eveCo/a', 'FAILED'] as const);
    await s.say('Shards Observed', seen(s.at(0), [...turns, ['eveCo/b', 'FAILED']]));
    expect((await loadTask(s.table, 'eveCo/a'))?.evidence.statuses).toEqual([]);
    expect((await loadTask(s.table, 'eveCo/b'))?.evidence.statuses).toEqual(['FAILED']);
    expect(s.deadLetters).toEqual([]);
  });

  it('an event of more tasks than one attempt works for sure is refused', async () => {
    const s = await ingestStage();
    const many = Array.from({ length: 2_001 }, (_, place) => [`eveCo/${place}`, 'FAILED'] as const);
    await s.say('Shards Observed', seen(s.at(0), many));
    expect(s.deadLetters).toHaveLength(1);
  });

  it('what is refused of an event is told of ten and counted of all: before, a line and a metric each', async () => {
    const s = await ingestStage();
    const strange = Array.from({ length: 2_000 }, (_, place) => [`acmeCo/${place}`, 'FAILED'] as const);
    await s.say('Shards Observed', seen(s.at(0), strange));
    expect(s.logged.filter(({ message }) => message === 'event refused')).toHaveLength(10);
    expect(s.count('EventRefused')).toBe(1);
  });
});

describe('data planes', () => {
  const planeCount = async (s: Awaited<ReturnType<typeof ingestStage>>) =>
    (await loadDataPlanes(s.table)).size;

  it('are 1,000 at most, however many a source names: before, as many as it sent events', async () => {
    const s = await ingestStage();
    for (let place = 0; place < 1_100; place += 1)
      await s.say('Data Plane Reported', { dataPlane: `p${place}`, state: 'up', at: s.at(0) });
    expect(await planeCount(s)).toBe(1_000);
    expect(s.deadLetters).toHaveLength(100);
    expect(s.deadLetters[0]?.reason).toMatch(/^too-many-data-planes: /);
    // Those that are known go on.
    await s.say('Task Published', published('acmeCo/a', { dataPlane: 'p1' }), 'acme');
    expect(await loadTask(s.table, 'acmeCo/a')).toBeDefined();
    expect(await s.feeding()).toBe(0);
  });

  it('that nobody uses are forgotten after 30 days, and there is room for others', async () => {
    const s = await ingestStage();
    for (let place = 0; place < 1_000; place += 1)
      await s.say('Data Plane Reported', { dataPlane: `p${place}`, state: 'down', at: s.at(0) });
    await s.say('Task Published', published('acmeCo/a', { dataPlane: 'p7' }), 'acme');
    s.pass(31 * 24 * 60);
    await runScan(s.system, { scheduledAt: s.now(), remainingMs: () => 900_000 });
    // The one with a task stays.
    expect([...(await loadDataPlanes(s.table)).keys()]).toEqual(['p7']);
    await s.say('Data Plane Reported', { dataPlane: 'new', state: 'up', at: s.at(31) });
    expect(await planeCount(s)).toBe(2);
  });

  it('are read by name by who works on a task: one of 1,000', async () => {
    const s = await ingestStage();
    for (let place = 0; place < 1_000; place += 1)
      await s.say('Data Plane Reported', { dataPlane: `p${place}`, state: 'up', at: s.at(0) });
    await s.say('Task Published', published('acmeCo/a', { dataPlane: 'p7' }), 'acme');
    const record = await loadTask(s.table, 'acmeCo/a');
    const asked: string[] = [];
    const table = new Proxy(s.table, {
      get(target, name: keyof typeof s.table) {
        const method = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          asked.push(JSON.stringify(args[0]));
          return (method as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
    const view = await FleetView.load(table, Date.now());
    await view.caseOf(record as NonNullable<typeof record>);
    const planes = asked.filter((keys) => keys.includes('"PLANES"')).map((keys) => JSON.parse(keys));
    expect(planes).toEqual([[{ pk: 'PLANES', sk: 'p7' }]]);
  });
});

it('what tells of losses on a plane goes after 400 days: before, never', async () => {
  const s = await ingestStage();
  await s.say('Task Published', published('eveCo/a'));
  for (const status of ['PRIMARY', 'FAILED'])
    await s.say('Shards Observed', seen(s.at(status === 'FAILED' ? -1 : -2), [['eveCo/a', status]]));
  await s.say('Task Published', published('eveCo/a', { version: 2, enabled: false }));
  const { rows } = await s.table.query({ pk: 'LEFT#eu-1' });
  expect(rows).toMatchObject([{ tasks: 1, ttl: Date.parse(s.at(399)) / 1_000 }]);
});
