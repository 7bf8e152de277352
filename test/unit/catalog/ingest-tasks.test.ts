import { describe, expect, it } from 'vitest';
import { at, hour, OPEN, observation, publication, type Stage, stage } from './stage.ts';

/** A task known since long, failing, with an open episode that is to be looked at in a month. */
async function withEpisode(): Promise<Stage> {
  const s = await stage();
  await s.ingest('Task Published', publication());
  await s.ingest('Shards Observed', observation(10, { 'acmeCo/a': 'FAILED' }));
  await s.store('acmeCo/a', (record) => ({
    ...record,
    episodes: 1,
    open: OPEN,
    next: { at: at(5_000), why: 'look' },
    vetoes: { count: 1, lastAt: at(1) },
    keep: { kind: 'keep', until: at(20), by: 'ana@acme.test', at: at(12) },
  }));
  return s;
}

describe('a publication', () => {
  it('makes a task known from the instant it is heard of, and its data plane with it', async () => {
    const s = await stage();
    expect(await s.ingest('Task Published', publication())).toMatchObject({ outcome: 'done' });
    expect((await s.task('acmeCo/a'))?.task).toEqual({
      id: 'acmeCo/a',
      kind: 'capture',
      dekaf: false,
      owners: ['ana@acme.test'],
      dataPlane: 'eu-1',
      enabled: true,
      createdAt: at(-48),
      version: 1,
      publishedAt: at(0),
      firstSeenAt: at(2_400),
    });
    expect(await s.table.get({ pk: 'PLANES', sk: 'eu-1' })).toMatchObject({ state: 'up', lifeSignAt: null });
    expect(await s.table.get({ pk: 'COUNT#eu-1', sk: 'acmeCo' })).toMatchObject({ eligible: 1, alive: 0 });
  });

  it('keeps owners in one form, each once', async () => {
    const s = await stage();
    await s.ingest(
      'Task Published',
      publication({ owners: ['Ana@Acme.test', 'ana@acme.test', 'bo@acme.test'] }),
    );
    expect((await s.task('acmeCo/a'))?.task.owners).toEqual(['ana@acme.test', 'bo@acme.test']);
  });

  it('is needless the second time, and where a newer version is known', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication({ version: 3 }));
    const stored = await s.task('acmeCo/a');
    expect(await s.ingest('Task Published', publication({ version: 3, kind: 'service' }))).toEqual({
      outcome: 'skipped',
      reason: 'duplicate',
    });
    expect(await s.ingest('Task Published', publication({ version: 2, kind: 'service' }))).toEqual({
      outcome: 'skipped',
      reason: 'older-version',
    });
    expect(await s.task('acmeCo/a')).toEqual(stored);
  });

  it('by a user counts although a newer version by a machine came first', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication());
    await s.ingest('Task Published', publication({ version: 3, publishedAt: hour(30), kind: 'service' }));
    await s.ingest('Task Published', publication({ version: 2, publishedAt: hour(20), by: 'user' }));
    expect((await s.task('acmeCo/a'))?.task).toMatchObject({
      kind: 'service',
      version: 3,
      publishedByUserAt: at(20),
    });
  });

  it('of a creation is no publication by a user', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication({ by: 'creation' }));
    expect((await s.task('acmeCo/a'))?.task.publishedByUserAt).toBeUndefined();
  });

  it('that turns a task on starts its clock and its count of restarts, and forgets who turned it off', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication());
    await s.ingest('Restarts Counted', { at: hour(9), totals: [{ task: 'acmeCo/a', total: 40 }] });
    await s.ingest('Task Published', publication({ version: 2, publishedAt: hour(20), enabled: false }));
    await s.store('acmeCo/a', (record) => ({
      ...record,
      disabledByUs: { at: at(20), episode: 1, run: null },
    }));
    await s.ingest('Task Published', publication({ version: 3, publishedAt: hour(50) }));
    const stored = await s.task('acmeCo/a');
    expect(stored?.task.enabledAt).toBe(at(50));
    expect(stored?.evidence.restarts).toEqual({ total: 40, atLoss: 40 });
    expect(stored?.disabledByUs).toBeNull();
  });

  it('that says a task was off, heard of late, shows that it was turned on after that', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication());
    await s.ingest('Task Published', publication({ version: 3, publishedAt: hour(30) }));
    await s.ingest('Task Published', publication({ version: 2, publishedAt: hour(20), enabled: false }));
    expect((await s.task('acmeCo/a'))?.task).toMatchObject({ enabled: true, enabledAt: at(20) });
  });

  it.each([
    ['by a user', { by: 'user', publishedAt: hour(30) }],
    ['with other owners', { owners: ['bo@acme.test'] }],
    ['on another data plane', { dataPlane: 'us-1' }],
    ['that turns it off', { enabled: false }],
    ['that makes it a collection', { kind: 'collection' }],
  ])('%s lets the scanner look at an open episode at once', async (_, change) => {
    const s = await withEpisode();
    await s.ingest('Task Published', publication({ version: 2, ...change }));
    expect((await s.task('acmeCo/a'))?.next).toEqual({ at: at(2_400), why: 'look' });
  });

  it('by a machine that changes nothing lets an open episode wait', async () => {
    const s = await withEpisode();
    await s.ingest('Task Published', publication({ version: 2 }));
    expect((await s.task('acmeCo/a'))?.next).toEqual({ at: at(5_000), why: 'look' });
  });

  it('moves a task between the counts of data planes', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication());
    await s.ingest('Task Published', publication({ version: 2, dataPlane: 'us-1' }));
    expect(await s.table.get({ pk: 'COUNT#eu-1', sk: 'acmeCo' })).toMatchObject({ eligible: 0 });
    expect(await s.table.get({ pk: 'COUNT#us-1', sk: 'acmeCo' })).toMatchObject({ eligible: 1 });
  });
});

describe('a deletion', () => {
  it('leaves a tombstone and lets the scanner look at an open episode', async () => {
    const s = await withEpisode();
    await s.ingest('Task Deleted', { task: 'acmeCo/a', at: hour(60), taskVersion: 2 });
    const stored = await s.task('acmeCo/a');
    expect(stored?.task).toMatchObject({ deletedAt: at(60), version: 2 });
    expect(stored?.next).toEqual({ at: at(2_400), why: 'look' });
    expect(await s.table.get({ pk: 'COUNT#eu-1', sk: 'acmeCo' })).toMatchObject({ eligible: 0 });
  });

  it('of a former version, or of a former life of the id, comes late', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication({ version: 5, createdAt: hour(40), publishedAt: hour(40) }));
    expect(await s.ingest('Task Deleted', { task: 'acmeCo/a', at: hour(41), taskVersion: 4 })).toMatchObject({
      outcome: 'skipped',
    });
    expect(await s.ingest('Task Deleted', { task: 'acmeCo/a', at: hour(39) })).toMatchObject({
      outcome: 'skipped',
    });
    expect((await s.task('acmeCo/a'))?.task.deletedAt).toBeUndefined();
  });

  it('is not undone by a publication from before it, whichever comes first', async () => {
    for (const deletedFirst of [true, false]) {
      const s = await stage();
      const deletion = () => s.ingest('Task Deleted', { task: 'acmeCo/a', at: hour(60), taskVersion: 2 });
      if (deletedFirst) await deletion();
      await s.ingest('Task Published', publication({ publishedAt: hour(0) }));
      if (!deletedFirst) await deletion();
      await s.ingest('Task Published', publication({ version: 2, publishedAt: hour(50) }));
      const stored = await s.task('acmeCo/a');
      expect(stored === undefined || stored.task.deletedAt === at(60)).toBe(true);
    }
  });

  it('ends when the id comes back: a new task, whose episode numbers and keep go on', async () => {
    const s = await withEpisode();
    const { keep } = (await s.task('acmeCo/a')) ?? {};
    expect(keep).toMatchObject({ kind: 'keep' });
    await s.ingest('Task Deleted', { task: 'acmeCo/a', at: hour(60), taskVersion: 2 });
    await s.store('acmeCo/a', (record) => ({ ...record, open: null }));
    await s.ingest('Shards Observed', observation(59, { 'acmeCo/a': 'PRIMARY' }));
    await s.ingest('Shards Observed', observation(70, { 'acmeCo/a': 'PENDING' }));
    await s.ingest(
      'Task Published',
      publication({ version: 3, by: 'creation', createdAt: hour(65), publishedAt: hour(65) }),
    );
    expect(await s.task('acmeCo/a')).toMatchObject({
      task: { createdAt: at(65), firstSeenAt: at(2_400), version: 3 },
      evidence: { observedAt: at(70), statuses: ['PENDING'], lastSeen: {} },
      keep,
      vetoes: null,
      disabledByUs: null,
      episodes: 1,
    });
    expect((await s.task('acmeCo/a'))?.task).not.toHaveProperty('deletedAt');
  });
});

describe('an observation', () => {
  it('shows a loss, a recovery, and lets the scanner look at the open episode that recovered', async () => {
    const s = await withEpisode();
    await s.ingest('Shards Observed', observation(40, { 'acmeCo/a': 'PRIMARY' }));
    expect(await s.task('acmeCo/a')).toMatchObject({
      evidence: { observedAt: at(40), statuses: ['PRIMARY'] },
      next: { at: at(2_400), why: 'look' },
    });
    await s.ingest('Shards Observed', observation(50, { 'acmeCo/a': 'FAILED' }));
    expect((await s.task('acmeCo/a'))?.evidence).toMatchObject({
      lostAt: at(50),
      lastSeen: { PRIMARY: at(50) },
    });
  });

  it('that comes late can only show that the task was alive later than was known', async () => {
    const s = await withEpisode();
    await s.ingest('Shards Observed', observation(40, { 'acmeCo/a': 'FAILED' }));
    await s.ingest('Shards Observed', observation(20, { 'acmeCo/a': 'PRIMARY' }));
    expect(await s.task('acmeCo/a')).toMatchObject({
      evidence: { observedAt: at(40), statuses: ['FAILED'], lastSeen: { PRIMARY: at(20) } },
      next: { at: at(2_400), why: 'look' },
    });
  });

  it('of an unknown task waits for the task, with all that was seen', async () => {
    const s = await stage();
    await s.ingest('Shards Observed', observation(2, { 'acmeCo/a': 'PRIMARY' }));
    await s.ingest('Shards Observed', observation(5, { 'acmeCo/a': 'FAILED' }));
    await s.ingest('Restarts Counted', { at: hour(5), totals: [{ task: 'acmeCo/a', total: 7 }] });
    expect(await s.task('acmeCo/a')).toBeUndefined();
    await s.ingest('Task Published', publication());
    expect((await s.task('acmeCo/a'))?.evidence).toEqual({
      observedAt: at(5),
      firstObservedAt: at(2),
      heard: [expect.any(String)],
      statuses: ['FAILED'],
      lastSeen: { PRIMARY: at(5) },
      lostAt: at(5),
      stale: [],
      restarts: { total: 7, atLoss: 7 },
    });
    expect(await s.table.get({ pk: 'T#acmeCo/a', sk: 'O' })).toBeUndefined();
  });

  it('of an unknown task waits a week and no longer', async () => {
    const s = await stage();
    s.setNow(at(5));
    await s.ingest('Shards Observed', observation(5, { 'acmeCo/a': 'FAILED' }));
    s.setNow(at(5 + 7 * 24));
    await s.ingest('Task Published', publication());
    expect((await s.task('acmeCo/a'))?.evidence.observedAt).toBeUndefined();
  });

  it('is written for a task that is not PRIMARY once its evidence is older than half of its greatest age', async () => {
    const s = await withEpisode();
    await s.ingest('Shards Observed', observation(22, { 'acmeCo/a': 'FAILED' }));
    expect((await s.task('acmeCo/a'))?.evidence.observedAt).toBe(at(10));
    await s.ingest('Shards Observed', observation(22.1, { 'acmeCo/a': 'FAILED' }));
    expect((await s.task('acmeCo/a'))?.evidence.observedAt).toBe(at(22.1));
  });

  it('of healthy tasks that stay healthy writes nothing', async () => {
    const s = await stage();
    s.setNow(at(10));
    const ids = Array.from({ length: 50 }, (_, index) => `acmeCo/${index}`);
    for (const id of ids) await s.ingest('Task Published', publication({ id }));
    const healthy = Object.fromEntries(ids.map((id) => [id, 'PRIMARY']));
    await s.ingest('Shards Observed', observation(10, healthy));
    s.setNow(at(2_400));
    s.table.writes = 0;
    for (let round = 1; round <= 20; round += 1) {
      const hours = 10 + round / 60;
      expect(await s.ingest('Shards Observed', observation(hours, healthy))).toMatchObject({
        outcome: round % 5 === 0 ? expect.any(String) : 'skipped',
      });
    }
    // In 20 minutes: a life sign of the data plane each 5 minutes, and nothing of the tasks.
    expect(s.table.writes).toBe(4);
  });

  it('of a disabled task is not refreshed', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication({ enabled: false }));
    await s.ingest('Shards Observed', observation(1, { 'acmeCo/a': 'IDLE' }));
    await s.ingest('Shards Observed', observation(100, { 'acmeCo/a': 'IDLE' }));
    expect((await s.task('acmeCo/a'))?.evidence.observedAt).toBe(at(1));
  });

  it('of one broken task stops no other, and is reported', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication());
    const detail = observation(5, { 'acmeCo/a': 'FAILED', 'acmeCo//x': 'FAILED', 'acmeCo/b': 'BROKEN' });
    expect(await s.ingest('Shards Observed', detail)).toEqual({
      outcome: 'done',
      reason: '1 of 3 written, 2 refused',
    });
    expect((await s.task('acmeCo/a'))?.evidence.statuses).toEqual(['FAILED']);
    expect(s.refusals()).toEqual(['malformed', 'malformed']);
    expect(s.logs.map(({ detail: logged }) => logged)).toContainEqual(
      expect.stringContaining('tasks[2]: shards[0].status is "BROKEN"; allowed: "PRIMARY", "BACKFILL"'),
    );
  });

  it('that meets a write of the scanner is taken in on what stands then', async () => {
    const s = await withEpisode();
    const transact = s.table.transact.bind(s.table);
    let raced = false;
    s.table.transact = async (writes, writer) => {
      if (!raced && writer.startsWith('id-')) {
        raced = true;
        await s.store('acmeCo/a', (record) => ({ ...record, open: { ...OPEN, grace: 1 } }));
      }
      return transact(writes, writer);
    };
    await s.ingest('Restarts Counted', { at: hour(12), totals: [{ task: 'acmeCo/a', total: 3 }] });
    expect(await s.task('acmeCo/a')).toMatchObject({
      open: { grace: 1 },
      evidence: { restarts: { total: 3 } },
    });
  });

  it('is left on the queue while the table is busy', async () => {
    const s = await withEpisode();
    s.table.transact = async () => ({ outcome: 'busy', reason: 'throttled' });
    expect(await s.ingest('Shards Observed', observation(40, { 'acmeCo/a': 'PRIMARY' }))).toMatchObject({
      outcome: 'retry',
      failed: true,
    });
  });
});

describe('a running total of restarts', () => {
  it('only rises, and says how many were tried since the loss', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication());
    await s.ingest('Shards Observed', observation(1, { 'acmeCo/a': 'PRIMARY' }));
    await s.ingest('Restarts Counted', { at: hour(2), totals: [{ task: 'acmeCo/a', total: 10 }] });
    await s.ingest('Shards Observed', observation(5, { 'acmeCo/a': 'FAILED' }));
    await s.ingest('Restarts Counted', { at: hour(7), totals: [{ task: 'acmeCo/a', total: 15 }] });
    await s.ingest('Restarts Counted', { at: hour(6), totals: [{ task: 'acmeCo/a', total: 12 }] });
    expect((await s.task('acmeCo/a'))?.evidence.restarts).toEqual({ total: 15, atLoss: 10 });
  });

  it('of before the loss that comes after it is not counted as tried since', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication());
    await s.ingest('Shards Observed', observation(1, { 'acmeCo/a': 'PRIMARY' }));
    await s.ingest('Shards Observed', observation(5, { 'acmeCo/a': 'FAILED' }));
    await s.ingest('Restarts Counted', { at: hour(4), totals: [{ task: 'acmeCo/a', total: 12 }] });
    expect((await s.task('acmeCo/a'))?.evidence.restarts).toEqual({ total: 12, atLoss: 12 });
  });
});

describe('an event of the size that EventBridge takes', () => {
  it('is taken in whole: 1 MiB of observations of tasks with long names', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication());
    const names = Array.from({ length: 1_900 }, (_, place) => `acmeCo/${'n'.repeat(480)}/${place}`);
    const statuses = Object.fromEntries([...names, 'acmeCo/a'].map((name) => [name, 'FAILED']));
    const detail = observation(10, statuses);
    expect(Buffer.byteLength(JSON.stringify(detail))).toBeGreaterThan(1_000_000);
    expect(Buffer.byteLength(JSON.stringify(detail))).toBeLessThan(1_048_576);
    expect(await s.ingest('Shards Observed', detail)).toMatchObject({ outcome: 'done' });
    expect(await s.task('acmeCo/a')).toMatchObject({
      evidence: { observedAt: at(10), statuses: ['FAILED'] },
    });
    expect(await s.table.get({ pk: `T#${names.at(-1)}`, sk: 'O' })).toMatchObject({
      evidence: { statuses: ['FAILED'] },
    });
  });
});

describe('a deletion without a version', () => {
  const published = (version: number, when: number) => ({
    ...publication({ version }),
    publishedAt: hour(when),
    by: 'user',
  });

  it('that comes late does not delete what was published after it', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication());
    await s.ingest('Task Published', published(2, 20));
    await s.ingest('Task Deleted', { task: 'acmeCo/a', at: hour(10) });
    expect((await s.task('acmeCo/a'))?.task.deletedAt).toBeUndefined();
  });

  it('that comes again does not delete what came back after it, nor at its instant', async () => {
    for (const back of [20, 30]) {
      const s = await stage();
      await s.ingest('Task Published', publication());
      await s.ingest('Task Deleted', { task: 'acmeCo/a', at: hour(20) });
      expect((await s.task('acmeCo/a'))?.task.deletedAt).toBe(at(20));
      await s.ingest('Task Published', published(2, back));
      await s.ingest('Task Deleted', { task: 'acmeCo/a', at: hour(20) });
      expect((await s.task('acmeCo/a'))?.task.deletedAt).toBeUndefined();
    }
  });

  it('counts a publication by a system, and one that was heard before the deletion of an unknown task', async () => {
    const s = await stage();
    await s.ingest('Task Deleted', { task: 'acmeCo/a', at: hour(20) });
    await s.ingest('Task Published', { ...published(3, 25), by: 'system' });
    await s.ingest('Task Deleted', { task: 'acmeCo/a', at: hour(20) });
    await s.ingest('Task Deleted', { task: 'acmeCo/a', at: hour(24) });
    expect((await s.task('acmeCo/a'))?.task.deletedAt).toBeUndefined();
  });

  it('deletes what was last published before it', async () => {
    const s = await stage();
    await s.ingest('Task Published', publication());
    await s.ingest('Task Published', published(2, 20));
    await s.ingest('Shards Observed', observation(40, { 'acmeCo/a': 'FAILED' }));
    await s.ingest('Task Deleted', { task: 'acmeCo/a', at: hour(30) });
    expect((await s.task('acmeCo/a'))?.task.deletedAt).toBe(at(30));
  });
});
