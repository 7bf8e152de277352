import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEligible } from '../../../functions/abandonment/evidence.ts';
import { type ShardStatus, TASK_KINDS, type Task } from '../../../functions/abandonment/task.ts';
import { DAY } from '../../../functions/abandonment/time.ts';
import { countWrites, loadCounts, loadLeft } from '../../../functions/store/counts.ts';
import { keys } from '../../../functions/store/keys.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { newTaskRecord, type TaskRecord } from '../../../functions/store/tasks.ts';
import { holds } from '../../property/seeds.ts';
import { aPolicy, aTask, evidenceOf, T0 } from '../abandonment/decide-builders.ts';

const POLICY = aPolicy();

const aRecord = (task: Partial<Task> = {}, statuses: ShardStatus[] = ['PRIMARY'], more = {}): TaskRecord => ({
  ...newTaskRecord(aTask(task)),
  evidence: { ...evidenceOf(T0), lostAt: T0, statuses, ...more },
});

const ALIVE = aRecord();
const FAILING = aRecord({}, ['FAILED']);
const JOB = aRecord({ kind: 'job', startedAt: T0 });

/** The counters of a plane after changes of one task, each stored with its additions. */
async function tableAfter(...records: [before: TaskRecord | undefined, after: TaskRecord][]) {
  const table = new MemoryTable();
  for (const [place, [before, next]] of records.entries()) {
    const writes = countWrites(before, next, POLICY);
    if (writes.length > 0) await table.transact(writes, `w${place}`);
  }
  return table;
}

const NONE = { eligible: 0, alive: 0, jobs: 0 };

describe('the counters of a data plane', () => {
  it.each<[string, TaskRecord, object | undefined]>([
    ['a task that is alive', ALIVE, { eligible: 1, alive: 1, jobs: 0 }],
    ['one that fails', FAILING, { eligible: 1, alive: 0, jobs: 0 }],
    ['a job that runs, alive or not', JOB, { eligible: 0, alive: 0, jobs: 1 }],
    ['a job that ended', aRecord({ kind: 'job', startedAt: T0, endedAt: T0 }), undefined],
    ['what has no shards', aRecord({ kind: 'collection' }), undefined],
    ['what is off', aRecord({ enabled: false }), undefined],
    ['what is deleted', aRecord({ deletedAt: T0 }), undefined],
  ])('count %s under its tenant', async (_, record, counted) => {
    const counts = await loadCounts(await tableAfter([undefined, record]), 'eu-1');
    expect(counts).toEqual(counted ? [{ dataPlane: 'eu-1', tenant: 'acmeCo', ...counted }] : []);
  });

  it.each<[string, TaskRecord, object]>([
    ['fails', FAILING, { ...NONE, eligible: 1 }],
    ['is turned off', aRecord({ enabled: false }), NONE],
    ['is deleted', aRecord({ deletedAt: T0 }), NONE],
    ['becomes a job that runs', JOB, { ...NONE, jobs: 1 }],
    ['stays as it was', aRecord({ owners: [] }), { ...NONE, eligible: 1, alive: 1 }],
  ])('follow a task that was alive and %s, and one that comes back', async (_, changed, counted) => {
    const [there] = await loadCounts(await tableAfter([undefined, ALIVE], [ALIVE, changed]), 'eu-1');
    expect(there).toMatchObject(counted);
    const [back] = await loadCounts(
      await tableAfter([undefined, ALIVE], [ALIVE, changed], [changed, ALIVE]),
      'eu-1',
    );
    expect(back).toMatchObject({ eligible: 1, alive: 1, jobs: 0 });
  });

  it('follow a job to its end', async () => {
    const ended = aRecord({ kind: 'job', startedAt: T0, endedAt: T0 });
    const table = await tableAfter([undefined, JOB], [JOB, ended]);
    expect(await loadCounts(table, 'eu-1')).toMatchObject([NONE]);
    // It is no part of outages.
    expect(await loadLeft(table, 'eu-1', 0, T0)).toBe(0);
  });

  it('follow a task to another plane', async () => {
    const moved = aRecord({ dataPlane: 'us-1' }, ['FAILED']);
    const table = await tableAfter([undefined, ALIVE], [ALIVE, moved]);
    expect(await loadCounts(table, 'eu-1')).toMatchObject([NONE]);
    expect(await loadCounts(table, 'us-1')).toMatchObject([{ ...NONE, eligible: 1 }]);
  });

  it('are not written where a task counts as before', () => {
    expect(countWrites(ALIVE, aRecord({ owners: [] }), POLICY)).toEqual([]);
    expect(countWrites(aRecord({ enabled: false }), aRecord({ deletedAt: T0 }), POLICY)).toEqual([]);
  });

  it('are those of all its tenants, on however many pages; of older rows, without jobs', async () => {
    const rows = [
      { ...keys.count('eu-1', 'acmeCo'), eligible: 3, alive: 2 },
      { ...keys.count('eu-1', 'beta'), jobs: 4 },
      { ...keys.count('eu-2', 'acmeCo'), eligible: 9 },
    ];
    const counts = await loadCounts(new MemoryTable({ rows, pageRows: 1 }), 'eu-1');
    expect(counts).toEqual([
      { dataPlane: 'eu-1', tenant: 'acmeCo', eligible: 3, alive: 2, jobs: 0 },
      { dataPlane: 'eu-1', tenant: 'beta', eligible: 0, alive: 0, jobs: 4 },
    ]);
  });

  it('come to what there is, whatever happened to the tasks in whatever order', async () => {
    const tasks = fc.record({
      id: fc.constantFrom('acmeCo/a', 'acmeCo/b', 'beta/a'),
      dataPlane: fc.constantFrom('eu-1', 'us-1'),
      kind: fc.constantFrom(...TASK_KINDS),
      enabled: fc.boolean(),
      startedAt: fc.constant(T0),
    });
    const changes = fc.array(fc.tuple(tasks, fc.constantFrom<ShardStatus>('PRIMARY', 'FAILED')), {
      maxLength: 12,
    });
    await holds(
      fc.asyncProperty(changes, async (history) => {
        const table = new MemoryTable();
        const newest = new Map<string, TaskRecord>();
        for (const [place, [task, status]] of history.entries()) {
          const next = aRecord(task, [status]);
          const writes = countWrites(newest.get(task.id), next, POLICY);
          if (writes.length > 0) await table.transact(writes, `w${place}`);
          newest.set(task.id, next);
        }
        for (const plane of ['eu-1', 'us-1']) {
          const there = [...newest.values()].filter(({ task }) => task.dataPlane === plane);
          const counts = await loadCounts(table, plane);
          const sum = (what: 'eligible' | 'alive' | 'jobs') =>
            counts.reduce((before, count) => before + count[what], 0);
          const eligible = there.filter(({ task }) => isEligible(task));
          expect(sum('eligible')).toBe(eligible.length);
          expect(sum('alive')).toBe(
            eligible.filter(({ evidence }) => evidence.statuses[0] === 'PRIMARY').length,
          );
          expect(sum('jobs')).toBe(there.filter(({ task }) => task.kind === 'job' && task.enabled).length);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('who left an outage', () => {
  const lost = (at: number, id = 'acmeCo/a') => aRecord({ id }, ['FAILED'], { lostAt: at });

  it('are those who were seen to be lost in it, and are eligible no more', async () => {
    const table = new MemoryTable();
    for (const at of [T0, T0 + 1, T0 + 1, T0 + 2, T0 + 3]) {
      const before = lost(at);
      const writes = countWrites(before, { ...before, task: { ...before.task, enabled: false } }, POLICY);
      await table.transact(writes, 'w');
    }
    expect(await loadLeft(table, 'eu-1', T0 + 1, T0 + 2)).toBe(3);
    expect(await loadLeft(table, 'us-1', T0, T0 + 3)).toBe(0);
  });

  it('are those who moved to another plane, too, under the old one; kept for 400 days from the loss', async () => {
    const moved = { ...lost(T0), task: aTask({ dataPlane: 'us-1' }) };
    const table = await tableAfter([undefined, lost(T0)], [lost(T0), moved]);
    expect(await table.get(keys.leftOutage('eu-1', T0))).toMatchObject({
      tasks: 1,
      ttl: (T0 + 400 * DAY) / 1_000,
    });
  });

  it('are none who never were lost, and none where the caller knows of no outage', () => {
    const off = (record: TaskRecord) => ({ ...record, task: { ...record.task, enabled: false } });
    const { lostAt: _, ...evidence } = FAILING.evidence;
    const never = { ...FAILING, evidence };
    const placesOf = (record: TaskRecord, inOutage: boolean) =>
      countWrites(record, off(record), POLICY, inOutage).map((write) => 'add' in write && write.add.pk);
    expect(placesOf(never, true)).toEqual(['COUNT#eu-1']);
    expect(placesOf(FAILING, false)).toEqual(['COUNT#eu-1']);
    expect(placesOf(FAILING, true)).toEqual(['COUNT#eu-1', 'LEFT#eu-1']);
  });
});
