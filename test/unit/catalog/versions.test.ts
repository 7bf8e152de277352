import { describe, expect, it } from 'vitest';
import { highestVersion } from '../../../functions/abandonment/versions.ts';
import { resetVersion } from '../../../functions/operators/versions.ts';
import { at, hour, publication, type Stage, stage } from './stage.ts';

const NOW = at(2_400);
/** The clocks may differ by this much. */
const SKEW = 15 * 60_000;

const publish = (s: Stage, version: number, more = {}) =>
  s.ingest('Task Published', publication({ version, publishedAt: hour(version % 100), ...more }));

describe('the version of a task', () => {
  it.each([
    ['a counter', 7, 8],
    ['a counter of a whole fleet', 48_000_000, 1_000_000_000],
    ['seconds since 1970', NOW / 1_000 - 86_400, NOW / 1_000],
    ['milliseconds since 1970', NOW - 300 * 86_400_000, NOW],
    ['microseconds since 1970', (NOW - 300 * 86_400_000) * 1_000, NOW * 1_000],
  ])('may be %s', async (_, first, next) => {
    const s = await stage();
    expect((await publish(s, first)).outcome).toBe('done');
    expect((await publish(s, next, { kind: 'service' })).outcome).toBe('done');
    expect((await s.task('acmeCo/a'))?.task).toMatchObject({ version: next, kind: 'service' });
  });

  it('that uses up all room is refused, as the first one and after another', async () => {
    const s = await stage();
    const last = Number.MAX_SAFE_INTEGER;
    expect(await publish(s, last)).toMatchObject({
      outcome: 'dead-letter',
      reason: `version-jump: version ${last} leaves no room for later ones; allowed: a first one is at most ${(NOW + SKEW) * 1_000}`,
    });
    await publish(s, 7);
    expect(await publish(s, 1_000_000_008)).toMatchObject({
      outcome: 'dead-letter',
      reason:
        'version-jump: version 1000000008 leaves no room for later ones; allowed: after 7 at most 1000000007',
    });
    expect(s.refusals()).toEqual(['version-jump', 'version-jump']);
    expect((await publish(s, 8, { kind: 'service' })).outcome).toBe('done');
  });

  it('of a deletion leaves room for what comes after it', async () => {
    const s = await stage();
    const deletion = { task: 'acmeCo/a', at: hour(1), taskVersion: Number.MAX_SAFE_INTEGER };
    expect((await s.ingest('Task Deleted', deletion)).outcome).toBe('dead-letter');
    await publish(s, 7);
    expect((await s.ingest('Task Deleted', { ...deletion, at: hour(50) })).outcome).toBe('dead-letter');
    expect((await s.task('acmeCo/a'))?.task.deletedAt).toBeUndefined();
  });

  it('of a confirmation leaves room for what comes after it', async () => {
    const s = await stage();
    await publish(s, 7);
    const confirmation = { task: 'acmeCo/a', at: hour(50), taskVersion: Number.MAX_SAFE_INTEGER };
    expect((await s.ingest('Task Disabled', confirmation)).outcome).toBe('dead-letter');
    expect((await s.task('acmeCo/a'))?.task).toMatchObject({ enabled: true, version: 7 });
  });

  it('has room for a later one whatever was taken: a million of the largest steps do not use it up', () => {
    let version = highestVersion(undefined, NOW);
    for (let step = 0; step < 1_000_000; step += 1) version = highestVersion(version, NOW);
    expect(version).toBeLessThan(Number.MAX_SAFE_INTEGER);
  });

  it('that an operator took back lets the next one be taken, and nothing else change', async () => {
    const s = await stage();
    await publish(s, 900_000_000);
    const next = { kind: 'service', publishedAt: hour(0) };
    expect(await publish(s, 8, next)).toEqual({ outcome: 'skipped', reason: 'older-version' });
    const record = await s.task('acmeCo/a');
    expect(await resetVersion(s.system, 'acmeCo/a', 'olga')).toEqual({ was: 900_000_000 });
    expect((await s.task('acmeCo/a'))?.task).toEqual({ ...record?.task, version: 0 });
    expect((await publish(s, 8, next)).outcome).toBe('done');
    expect((await s.task('acmeCo/a'))?.task).toMatchObject({ version: 8, kind: 'service' });
    const audit = await s.table.query({ pk: 'T#acmeCo/a', sk: { prefix: 'L#' } });
    expect(audit.rows).toMatchObject([{ act: 'reset-version', by: 'olga', evidence: { was: 900_000_000 } }]);
  });
});

describe('a running total of restarts', () => {
  const counted = (s: Stage, hours: number, total: number, more = {}) =>
    s.ingest('Restarts Counted', { at: hour(hours), totals: [{ task: 'acmeCo/a', total, ...more }] });

  async function failing() {
    const s = await stage();
    await publish(s, 1);
    await s.ingest('Shards Observed', {
      dataPlane: 'eu-1',
      observedAt: hour(5),
      tasks: [{ task: 'acmeCo/a', shards: [{ id: '0', status: 'PRIMARY' }] }],
    });
    await counted(s, 6, 100);
    await s.ingest('Shards Observed', {
      dataPlane: 'eu-1',
      observedAt: hour(10),
      tasks: [{ task: 'acmeCo/a', shards: [{ id: '0', status: 'FAILED' }] }],
    });
    await counted(s, 11, 112);
    return s;
  }

  async function tried(s: Stage): Promise<number> {
    const { total = 0, atLoss = 0 } = (await s.task('acmeCo/a'))?.evidence.restarts ?? {};
    return total - atLoss;
  }

  it('may fall where the source says that it counts anew, and what was tried before is added', async () => {
    const s = await failing();
    expect(await tried(s)).toBe(12);
    expect((await counted(s, 12, 3)).outcome).toBe('skipped');
    expect((await counted(s, 13, 3, { countedAnew: true })).outcome).toBe('done');
    expect(await tried(s)).toBe(15);
    await counted(s, 14, 5);
    expect(await tried(s)).toBe(17);
  });

  it('falls once, however often and late it is said, and no count of before raises it again', async () => {
    const s = await failing();
    await counted(s, 13, 3, { countedAnew: true });
    expect((await counted(s, 13, 3, { countedAnew: true })).outcome).toBe('skipped');
    expect((await counted(s, 12, 112)).outcome).toBe('skipped');
    await counted(s, 14, 5);
    expect((await counted(s, 13, 3, { countedAnew: true })).outcome).toBe('skipped');
    expect(await tried(s)).toBe(17);
  });

  it('has room for later ones', async () => {
    const s = await failing();
    expect((await counted(s, 12, 1_000_000_001)).outcome).toBe('dead-letter');
    expect(await tried(s)).toBe(12);
  });
});
