import { describe, expect, it } from 'vitest';
import type { FailureCause } from '../../../../functions/abandonment/task.ts';
import { markRestored } from '../../../../functions/operators/restored.ts';
import { at, listed, listedStage } from './listed-stage.ts';

const names = (count: number, from = 0) =>
  Array.from({ length: count }, (_, place) => `t${String(from + place).padStart(3, '0')}`);

/** A stage whose control plane was listed once, whole. */
async function listedOnce(tasks = names(7).map((name) => listed(name))) {
  const s = listedStage();
  s.plane.tasks = tasks;
  await s.scan();
  await s.drain();
  s.table.reset();
  s.plane.asked = [];
  return s;
}

/** The next listing, a quarter of an hour later. */
async function again(s: Awaited<ReturnType<typeof listedOnce>>) {
  s.pass(15);
  await s.scan();
  s.table.reset();
  return s.drain();
}

describe('the first listing', () => {
  it('brings every task of every page into the catalog, as it is listed', async () => {
    const s = listedStage();
    s.plane.tasks = [
      ...names(6).map((name) => listed(name)),
      listed('broken', {
        shards: [{ status: 'FAILED' }],
        createdAt: at(-50),
        lastPrimaryAt: at(-20),
        restarts: 9,
        revision: 'r7',
      }),
    ];
    await s.scan();
    expect(await s.drain()).toEqual(['whole']);
    const broken = await s.task('broken');
    expect(broken?.task).toMatchObject({
      id: 'connect/broken',
      owners: ['ana@example.com'],
      dataPlane: 'connect',
      createdAt: at(-50),
      firstSeenAt: at(0),
      enabled: true,
      version: 1,
    });
    expect(broken?.listed).toEqual({ revision: 'r7' });
    expect(broken?.evidence).toMatchObject({
      statuses: ['FAILED'],
      observedAt: at(0),
      lastSeen: { PRIMARY: at(-20) },
      restarts: { total: 9 },
    });
    expect((await s.task('t005'))?.evidence.statuses).toEqual(['PRIMARY']);
    const [end] = await s.ends();
    expect(end).toMatchObject({ outcome: 'whole', counts: { pages: 3, tasks: 7, added: 7, gone: 0 } });
  });

  it('takes a task without a date of creation for as old as it is known', async () => {
    const { createdAt: _, ...undated } = listed('undated');
    const s = await listedOnce([undated]);
    expect((await s.task('undated'))?.task.createdAt).toBe(at(0));
  });
});

describe('a listing in which nothing changed', () => {
  it('writes nothing of tasks and pages, and reads no task', async () => {
    const s = await listedOnce();
    expect(await again(s)).toEqual(['whole']);
    expect(s.table.written()).toEqual([]);
    expect(s.table.rowsRead).toBeLessThan(20);
    expect((await s.ends())[0]).toMatchObject({ counts: { pages: 3, tasks: 7, added: 0, changed: 0 } });
  });

  it('keeps the evidence of what may fail fresh', async () => {
    const s = await listedOnce([listed('t1'), listed('t2', { shards: [{ status: 'FAILED' }] })]);
    for (let tick = 0; tick < 4 * 48; tick += 1) {
      await again(s);
      const observedAt = (await s.task('t2'))?.evidence.observedAt ?? 0;
      expect(s.now() - observedAt).toBeLessThan(24 * 3_600_000);
    }
    expect((await s.task('t1'))?.evidence.observedAt).toBe(at(0));
  });

  it('takes the evidence of what may fail in once more after a restore, at once', async () => {
    const s = await listedOnce([listed('t1'), listed('t2', { shards: [{ status: 'FAILED' }] })]);
    const observedAt = async (name: string) => (await s.task(name))?.evidence.observedAt;
    s.pass(5);
    await markRestored(s.system, 'olga');
    expect(await again(s)).toEqual(['whole']);
    expect([await observedAt('t1'), await observedAt('t2')]).toEqual([at(0), s.now()]);
    expect(await again(s)).toEqual(['whole']);
    expect(s.table.written()).toEqual([]);
  });

  it('asks by tag where the control plane knows one', async () => {
    const s = listedStage();
    s.plane.tagged = true;
    s.plane.tasks = names(5).map((name) => listed(name));
    await s.scan();
    await s.drain();
    s.plane.asked = [];
    expect(await again(s)).toEqual(['whole']);
    expect(s.plane.asked.every((call) => /^list \d \d+$/.test(call))).toBe(true);
    expect((await s.ends())[0]).toMatchObject({ counts: { pages: 2, tasks: 5 } });
  });
});

describe('what changed', () => {
  it('is a publication by a user where the revision is another one', async () => {
    const s = await listedOnce();
    s.plane.tasks[4] = listed('t004', { revision: 'r2' });
    await again(s);
    expect((await s.task('t004'))?.task).toMatchObject({ version: 2, publishedByUserAt: at(0.25) });
    expect((await s.task('t004'))?.listed).toEqual({ revision: 'r2' });
    expect((await s.task('t003'))?.task.version).toBe(1);
    await again(s);
    expect((await s.task('t004'))?.task.version).toBe(2);
  });

  it('is the doing of a system where the revision is the same', async () => {
    const s = await listedOnce();
    s.plane.tasks[1] = listed('t001', { enabled: false });
    s.plane.tasks[2] = listed('t002', { owners: ['ben@example.com'] });
    await again(s);
    expect((await s.task('t001'))?.task).toMatchObject({ enabled: false, version: 2 });
    expect((await s.task('t002'))?.task).toMatchObject({ owners: ['ben@example.com'], version: 2 });
    expect((await s.task('t001'))?.task.publishedByUserAt).toBeUndefined();
    s.plane.tasks[1] = listed('t001');
    await again(s);
    expect((await s.task('t001'))?.task).toMatchObject({ enabled: true, enabledAt: at(0.5), version: 3 });
  });

  it('is seen of shards at the instant at which the page was read', async () => {
    const s = await listedOnce();
    s.plane.tasks[0] = listed('t000', { shards: [{ status: 'FAILED' }] });
    await again(s);
    expect((await s.task('t000'))?.evidence).toMatchObject({
      statuses: ['FAILED'],
      lostAt: at(0.25),
      lastSeen: { PRIMARY: at(0.25) },
    });
  });

  it('failed of what its control plane tells, and of something else once it tells so', async () => {
    const failing = (cause: FailureCause) => listed('t0', { shards: [{ status: 'FAILED' }], cause });
    const s = await listedOnce([failing('schema')]);
    expect((await s.task('t0'))?.evidence.cause).toBe('schema');
    s.plane.tasks = [failing('credentials')];
    await again(s);
    expect((await s.task('t0'))?.evidence.cause).toBe('credentials');
  });

  it('counts restarts, anew where the total is lower', async () => {
    const s = await listedOnce([listed('t0', { restarts: 5, shards: [{ status: 'FAILED' }] })]);
    s.plane.tasks = [listed('t0', { restarts: 8, shards: [{ status: 'FAILED' }] })];
    await again(s);
    expect((await s.task('t0'))?.evidence.restarts).toMatchObject({ total: 8, atLoss: 5 });
    s.plane.tasks = [listed('t0', { restarts: 2, shards: [{ status: 'FAILED' }] })];
    await again(s);
    const restarts = (await s.task('t0'))?.evidence.restarts;
    expect([restarts?.total, (restarts?.total ?? 0) - (restarts?.atLoss ?? 0)]).toEqual([2, 5]);
  });

  it('recovers what was alive between two listings, where the control plane knows it', async () => {
    const failing = { shards: [{ status: 'FAILED' as const }], createdAt: at(-90) };
    const s = await listedOnce([listed('t0', failing)]);
    s.plane.tasks = [listed('t0', { ...failing, lastPrimaryAt: at(0.1) })];
    await again(s);
    expect((await s.task('t0'))?.evidence.lastSeen).toEqual({ PRIMARY: at(0.1) });
  });
});

it('moves no clock by what was known before', async () => {
  const failing = { shards: [{ status: 'FAILED' as const }], createdAt: at(-90), lastPrimaryAt: at(-20) };
  const s = await listedOnce([listed('t0', failing)]);
  s.plane.tasks = [listed('t0', { ...failing, restarts: 3 })];
  await again(s);
  expect((await s.task('t0'))?.evidence).toMatchObject({
    lastSeen: { PRIMARY: at(-20) },
    restarts: { total: 3 },
  });
});

describe('a task that is not listed any more', () => {
  it('is gone once the listing is whole', async () => {
    const s = await listedOnce();
    s.plane.tasks.splice(2, 1);
    await again(s);
    expect((await s.task('t002'))?.task.deletedAt).toBe(at(0.25));
    for (const name of ['t001', 't003', 't006']) expect((await s.task(name))?.task.deletedAt).toBeUndefined();
    expect((await s.ends())[0]).toMatchObject({ counts: { tasks: 6, gone: 1 } });
  });

  it('is gone with the last page', async () => {
    const s = await listedOnce();
    s.plane.tasks.splice(6, 1);
    await again(s);
    expect((await s.task('t006'))?.task.deletedAt).toBe(at(0.25));
    await again(s);
    expect((await s.task('t005'))?.task.deletedAt).toBeUndefined();
  });

  it('comes back as a new one', async () => {
    const s = await listedOnce();
    const [gone] = s.plane.tasks.splice(2, 1);
    await again(s);
    s.plane.tasks.splice(0, 0, gone as (typeof s.plane.tasks)[number]);
    await again(s);
    const { task } = (await s.task('t002')) ?? {};
    expect([task?.deletedAt, task?.cameBackAt, task?.publishedByUserAt]).toEqual([
      undefined,
      at(0.5),
      undefined,
    ]);
  });

  it('is not gone where only the pages moved', async () => {
    const s = await listedOnce();
    s.plane.tasks.splice(0, 0, listed('a-new-one'));
    await again(s);
    s.plane.tasks.reverse();
    await again(s);
    s.plane.pageSize = 4;
    await again(s);
    for (const name of [...names(7), 'a-new-one']) {
      const { task } = (await s.task(name)) ?? {};
      expect([name, task?.version, task?.deletedAt]).toEqual([name, 1, undefined]);
    }
  });

  it('is not gone where it is refused', async () => {
    const s = await listedOnce();
    s.plane.tasks.splice(1, 1);
    s.plane.refused = [{ task: 't001', reason: 'it has no kind' }];
    await again(s);
    expect((await s.task('t001'))?.task.deletedAt).toBeUndefined();
    expect((await s.ends())[0]).toMatchObject({
      counts: { refused: 1, gone: 0 },
      refused: [{ task: 't001', reason: 'it has no kind' }],
    });
    s.plane.refused = [];
    s.plane.tasks.splice(1, 0, listed('t001', { revision: 'r2' }));
    await again(s);
    expect((await s.task('t001'))?.task.version).toBe(2);
  });

  it('is not gone where the control plane has it, and a page lost it', async () => {
    const s = await listedOnce();
    const list = s.plane.list.bind(s.plane);
    s.plane.list = async (cursor, tag) => {
      const page = await list(cursor, tag);
      if (page !== 'notModified') page.tasks = page.tasks.filter(({ id }) => id !== 'connect/t004');
      return page;
    };
    await again(s);
    expect(s.plane.asked).toContain('get connect/t004');
    expect((await s.task('t004'))?.task.deletedAt).toBeUndefined();
    s.plane.tasks.splice(4, 1);
    await again(s);
    expect((await s.task('t004'))?.task.deletedAt).toBe(at(0.5));
  });
});

describe('a bad task', () => {
  it('is refused by name and stops no other', async () => {
    const s = listedStage();
    s.plane.tasks = [
      listed('good'),
      { ...listed('other'), id: 'elsewhere/other' },
      listed('bad//id'),
      listed('revised', { revision: 'x'.repeat(129) }),
      listed('last'),
    ];
    await s.scan();
    await s.drain();
    expect(await s.task('good')).toBeDefined();
    expect(await s.task('last')).toBeDefined();
    const [end] = await s.ends();
    expect(end).toMatchObject({ outcome: 'whole', counts: { tasks: 2, refused: 3 } });
    expect(end?.refused.map(({ task }) => task)).toEqual([
      'elsewhere/other',
      'connect/bad//id',
      'connect/revised',
    ]);
  });
});
