import { describe, expect, it } from 'vitest';
import { PolicyBook } from '../../../../functions/abandonment/policy-book.ts';
import { DAY, MINUTE } from '../../../../functions/abandonment/time.ts';
import { confirmDisabled } from '../../../../functions/disabling/confirm.ts';
import {
  approveListing,
  dismissListing,
  pauseListings,
  pollNow,
  resumeListings,
} from '../../../../functions/operators/listings.ts';
import { storeTask } from '../../../../functions/store/change-task.ts';
import { loadDataPlane } from '../../../../functions/store/data-planes.ts';
import { policyWrite } from '../../../../functions/store/policies.ts';
import { at, listed, listedStage } from './listed-stage.ts';

type Stage = ReturnType<typeof listedStage>;

const names = (count: number) =>
  Array.from({ length: count }, (_, place) => `t${String(place).padStart(3, '0')}`);
const tasks = (count: number) => names(count).map((name) => listed(name));
const BY_ROOT = { controlPlane: 'connect', by: 'root@example.com' };

async function listedOnce(count: number): Promise<Stage> {
  const s = listedStage();
  s.plane.pageSize = 7;
  s.plane.tasks = tasks(count);
  await s.scan();
  await s.drain();
  return s;
}

async function again(s: Stage): Promise<void> {
  s.pass(15);
  await s.scan();
  await s.drain();
}

async function gone(s: Stage, count: number): Promise<string[]> {
  const found = await Promise.all(
    names(count).map(async (name) => ((await s.task(name))?.task.deletedAt === undefined ? [] : [name])),
  );
  return found.flat();
}

const codes = (s: Stage) => s.alerts.filter(({ isOver }) => !isOver).map(({ code }) => code);
const over = (s: Stage) => s.alerts.filter(({ isOver }) => isOver).map(({ code }) => code);

describe('a listing that misses tasks', () => {
  it.each([
    { had: 50, has: 40, why: 'ten are not more than ten', held: false },
    { had: 50, has: 39, why: 'eleven of fifty', held: true },
    { had: 55, has: 44, why: 'eleven of 55 are not more than a fifth', held: false },
    { had: 54, has: 43, why: 'eleven of 54', held: true },
    { had: 5, has: 0, why: 'five of five are few', held: false },
    { had: 20, has: 0, why: 'all of twenty', held: true },
  ])('$why: $had, then $has: held $held', async ({ had, has, held }) => {
    const s = await listedOnce(had);
    s.plane.tasks = tasks(has);
    await again(s);
    expect(await gone(s, had)).toHaveLength(held ? 0 : had - has);
    expect((await s.ends())[0]?.outcome).toBe(held ? 'held' : 'whole');
    await again(s);
    expect(codes(s)).toEqual(held ? ['listing-shrank'] : []);
  });

  it('is held too where as many others are listed in their place', async () => {
    const s = await listedOnce(20);
    s.plane.tasks = names(20).map((name) => listed(`other-${name}`));
    await again(s);
    expect(await gone(s, 20)).toEqual([]);
    expect((await s.task('other-t001'))?.task.enabled).toBe(true);
  });

  it('is no life sign: the clocks of all its data planes stand still since the one before it', async () => {
    const s = await listedOnce(30);
    s.plane.tasks = tasks(10);
    for (let scans = 0; scans < 4; scans += 1) await again(s);
    expect(await loadDataPlane(s.table, 'connect')).toMatchObject({ state: 'silent', since: at(0) });
  });

  it('ends its hold where a later one has them again, and what that misses is gone', async () => {
    const s = await listedOnce(30);
    s.plane.tasks = tasks(10);
    for (let scans = 0; scans < 5; scans += 1) await again(s);
    expect(await gone(s, 30)).toEqual([]);
    s.plane.tasks = tasks(28);
    await again(s);
    expect(await gone(s, 30)).toEqual(['t028', 't029']);
    expect((await s.record())?.held).toBeNull();
    expect((await loadDataPlane(s.table, 'connect'))?.state).toBe('up');
    expect((await s.task('t015'))?.task.version).toBe(1);
    s.alerts.length = 0;
    for (let scans = 0; scans < 8 * 96; scans += 24) {
      s.pass(24 * 15 - 15);
      await again(s);
    }
    expect(codes(s)).not.toContain('listing-shrank');
    expect(over(s).filter((code) => code === 'listing-shrank')).toHaveLength(1);
  });

  it('tells operators again each week while it is held', async () => {
    const s = await listedOnce(30);
    s.plane.tasks = tasks(10);
    await again(s);
    await again(s);
    s.setNow(at(0) + 8 * DAY);
    await again(s);
    expect(codes(s).filter((code) => code === 'listing-shrank')).toHaveLength(2);
  });

  it('deletes what is held once an operator approves, but what came back and what is missing since', async () => {
    const s = await listedOnce(100);
    s.plane.tasks = tasks(60);
    await again(s);
    expect(await approveListing(s.system, BY_ROOT)).toEqual({ done: true });
    expect(await gone(s, 100)).toEqual([]);
    // One is back; of the others twenty more are missing: a third of the sixty.
    s.plane.tasks = [...tasks(40), listed('t099')];
    await again(s);
    expect(await gone(s, 100)).toEqual(names(99).slice(60));
    expect((await s.record())?.held).toMatchObject({ missing: 20, before: 60 });
    expect(await approveListing(s.system, BY_ROOT)).toEqual({ done: true });
    await again(s);
    expect(await gone(s, 100)).toEqual(names(99).slice(40));
    expect(await approveListing(s.system, BY_ROOT)).toEqual({ done: false, reason: 'nothing of it is held' });
  });

  it('deletes none of them once an operator dismisses, and misses them no more', async () => {
    const s = await listedOnce(30);
    s.plane.tasks = tasks(10);
    await again(s);
    await again(s);
    expect(await dismissListing(s.system, BY_ROOT)).toEqual({ done: true });
    for (let scans = 0; scans < 4; scans += 1) await again(s);
    expect(await gone(s, 30)).toEqual([]);
    expect(codes(s).filter((code) => code === 'listing-shrank')).toHaveLength(1);
    expect(over(s)).toContain('listing-shrank');
    expect((await s.ends())[0]?.outcome).toBe('whole');
    expect((await loadDataPlane(s.table, 'connect'))?.state).toBe('up');
    // The ten that are left are the fleet now.
    s.plane.tasks = tasks(9);
    await again(s);
    expect(await gone(s, 30)).toEqual(['t009']);
  });
});

describe('an operator', () => {
  it('pauses and resumes the listings of a control plane', async () => {
    const s = await listedOnce(3);
    expect(await pauseListings(s.system, BY_ROOT)).toEqual({ done: true });
    expect(await pollNow(s.system, BY_ROOT)).toEqual({ done: false, reason: 'it is paused' });
    s.plane.asked = [];
    for (let scans = 0; scans < 8; scans += 1) await again(s);
    expect(s.plane.asked).toEqual([]);
    expect((await loadDataPlane(s.table, 'connect'))?.state).toBe('silent');
    expect(await resumeListings(s.system, BY_ROOT)).toEqual({ done: true });
    await again(s);
    expect(s.plane.asked).toEqual(['list 0']);
  });

  it('who pauses while a listing is under way ends it', async () => {
    const s = await listedOnce(3);
    s.pass(15);
    await s.scan();
    await pauseListings(s.system, BY_ROOT);
    expect(await s.drain()).toEqual(['paused']);
    await again(s);
    expect((await s.ends())[0]?.outcome).toBe('paused');
  });

  it('has a control plane listed at once', async () => {
    const s = await listedOnce(3);
    s.pass(1);
    expect(await pollNow(s.system, BY_ROOT)).toEqual({ done: true });
    expect(await s.drain()).toEqual(['begun', 'whole']);
    expect((await s.ends())[0]).toMatchObject({ number: 2, startedAt: at(0) + MINUTE });
  });
});

describe('what we disabled', () => {
  /** A stage whose only task we disabled ten minutes after the start. */
  async function disabled(): Promise<Stage> {
    const s = listedStage();
    s.plane.tasks = [listed('t0', { shards: [{ status: 'FAILED' }] })];
    await s.scan();
    await s.drain();
    s.pass(10);
    const record = await s.task('t0');
    if (!record) throw new Error('it is not known');
    const policy = new PolicyBook(new Map()).global;
    const asked = {
      at: s.now(),
      since: at(0),
      episode: 1,
      asker: { by: 'person', person: 'ana@example.com', at: s.now() },
    } as const;
    await storeTask(s.system, { ...record, asked, episodes: 1 }, policy);
    const word = { task: record.task.id, version: 1, at: s.now(), requestId: `${record.task.id}#1` };
    await confirmDisabled(s.system, word);
    const off = await s.task('t0');
    await storeTask(
      s.system,
      { ...(off ?? record), listed: { revision: 'r1', kept: '{"desired":3}' } },
      policy,
    );
    return s;
  }

  it('is no news where the listing shows it disabled', async () => {
    const s = await disabled();
    s.plane.tasks = [listed('t0', { enabled: false, shards: [] })];
    await again(s);
    const record = await s.task('t0');
    expect(record?.task).toMatchObject({ enabled: false, version: 1 });
    expect(record?.disabledByUs?.at).toBe(at(0) + 10 * MINUTE);
    expect(record?.listed).toEqual({ revision: 'r1', kept: '{"desired":3}' });
  });

  it('is no reversal where a page shows it enabled that was asked for just then', async () => {
    const s = await disabled();
    s.pass(1.5);
    await pollNow(s.system, BY_ROOT);
    await s.drain();
    expect((await s.task('t0'))?.task).toMatchObject({ enabled: false, version: 1 });
    expect(codes(s)).toEqual([]);
    // It does say so later, too: then it was enabled again.
    await again(s);
    const record = await s.task('t0');
    expect(record?.task).toMatchObject({
      enabled: true,
      version: 2,
      reverted: { disabledAt: at(0) + 10 * MINUTE },
    });
    expect(record?.listed).toEqual({ revision: 'r1' });
    await s.scan();
    await again(s);
    expect(codes(s)).toEqual(['disable-reverted']);
  });

  it('was enabled by a person where its revision is another one', async () => {
    const s = await disabled();
    s.plane.tasks = [listed('t0', { revision: 'r2', shards: [{ status: 'FAILED' }] })];
    s.pass(15);
    await again(s);
    const record = await s.task('t0');
    expect(record?.task).toMatchObject({ enabled: true, version: 2 });
    expect(record?.task.reverted).toBeUndefined();
    await again(s);
    expect(codes(s)).toEqual([]);
  });
});

describe('a task that fails for long', () => {
  it('is found abandoned on the evidence of listings', async () => {
    const s = await listedOnce(3);
    const policy = policyWrite('', { warnAfter: '3d', mode: 'detect' });
    await s.table.transact([policy], 'policy');
    s.plane.tasks[1] = listed('t001', { shards: [{ status: 'FAILED' }] });
    const firedAt = async () => (await s.task('t001'))?.open?.firedAt;
    // It is seen to fail a quarter of an hour after the start.
    while (s.now() < at(72)) await again(s);
    expect(await firedAt()).toBeUndefined();
    await again(s);
    expect(await firedAt()).toBe(at(72.25));
  });
});

describe('a control plane that answers slowly', () => {
  it('is asked for missing tasks while there is time; the others are judged by the next listing', async () => {
    const s = await listedOnce(20);
    s.plane.tasks = tasks(17);
    // A page in a second; a task in 25, of the 40 that are left of a minute.
    s.plane.before = (page) => s.setNow(s.now() + (page < 0 ? 25_000 : 1_000));
    await again(s);
    expect(await gone(s, 20)).toEqual(['t017', 't018']);
    expect((await s.record())?.doubtful).toEqual(['connect/t019']);
    await again(s);
    expect(await gone(s, 20)).toEqual(['t017', 't018', 't019']);
    expect((await s.record())?.doubtful).toEqual([]);
  });

  it('is given one run after the other, each of which comes further', async () => {
    const s = listedStage();
    s.plane.pageSize = 2;
    s.plane.tasks = tasks(20);
    s.plane.before = () => s.setNow(s.now() + 15_000);
    await s.scan();
    const outcomes = await s.drain();
    expect(outcomes).toEqual(['goes-on', 'goes-on', 'goes-on', 'whole']);
    expect((await s.ends())[0]).toMatchObject({ counts: { pages: 10, tasks: 20, added: 20 } });
  });
});
