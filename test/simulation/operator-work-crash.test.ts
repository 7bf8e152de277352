import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../functions/abandonment/time.ts';
import { beginWork } from '../../functions/operator-work/begin-work.ts';
import { approveKind } from '../../functions/operator-work/kinds/approve.ts';
import { undoKind } from '../../functions/operator-work/kinds/undo.ts';
import { workPage } from '../../functions/operator-work/work-page.ts';
import type { System } from '../../functions/platform/system.ts';
import { keys } from '../../functions/store/keys.ts';
import { listOperatorWork } from '../../functions/store/operator-work.ts';
import { allRows } from '../../functions/store/rows.ts';
import { MemoryTable } from '../../functions/store/table/memory-table.ts';
import type { Row } from '../../functions/store/table/table.port.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import {
  CrashingProcess,
  type FaultInjector,
  ProcessDied,
  systemOf,
} from '../../simulation/faults/crashing-process.ts';
import { day, failingFleet, T } from '../unit/cli/cli-stage.ts';
import { DISABLED_BY, disabledFleet, NOW } from '../unit/operator-work/disabled-fleet.ts';

const TASKS = ['acmeCo/a', 'acmeCo/b', 'acmeCo/c'];

const fleet = await disabledFleet(TASKS);
const rows: Row[] = [];
for (let cursor: string | undefined; ; ) {
  const page = await fleet.table.scan(cursor);
  rows.push(...page.rows);
  cursor = page.cursor;
  if (cursor === undefined) break;
}

/** The fleet as it was when its tasks had been disabled, by mode of its control plane. */
async function copyOf(controlPlane: 'own' | 'fed') {
  const table = new MemoryTable({ freeze: true });
  for (const row of rows) await table.transact([{ put: row }], row.w as string);
  const asked: string[] = [];
  const { system: inner } = fleet;
  const system: System = {
    ...inner,
    table,
    config: { ...inner.config, controlPlane },
    events: { publish: async (_, { task }) => void asked.push(String(task)) },
  };
  return { system, asked };
}

const begin = (system: System) =>
  beginWork(system, {
    kind: undoKind,
    what: 'undo',
    by: 'olga',
    reason: '',
    items: TASKS.map((id) => ({ id, of: DISABLED_BY })),
  });

async function workAll(system: System): Promise<void> {
  while (await workPage(system, { isSpent: () => false }));
}

/** Acts in a process that dies at its call `at`; whether it lived to its end. */
async function dying(
  inner: System,
  at: number,
  when: 'before' | 'after',
  act: (system: System) => Promise<unknown>,
): Promise<boolean> {
  const process = new CrashingProcess('a test', NOW);
  const injector: FaultInjector = (_, { calls }) => (calls === at ? { dies: when } : undefined);
  const system = systemOf(inner, process, injector, { metric: () => {} });
  try {
    await act(system);
  } catch (error) {
    if (!(error instanceof ProcessDied)) throw error;
  }
  return !process.hasDied;
}

async function actsOf({ table }: System, task: string): Promise<unknown[]> {
  return (await allRows(table, { pk: keys.task(task).pk, sk: { prefix: 'L#' } })).map(({ act }) => act);
}

/** Lets each call of a turn be its last one, and others go on when its lease ran out. */
async function atEachCall(
  mode: 'own' | 'fed',
  when: 'before' | 'after',
  check: (copy: Awaited<ReturnType<typeof copyOf>>) => Promise<void>,
): Promise<number> {
  for (let call = 1; ; call += 1) {
    fleet.setNow(NOW);
    const copy = await copyOf(mode);
    await begin(copy.system);
    const hasLived = await dying(copy.system, call, when, workAll);
    fleet.setNow(NOW + 5 * MINUTE);
    await workAll(copy.system);
    await check(copy);
    if (hasLived) return call - 1;
  }
}

describe.each(['before', 'after'] as const)('a turn that dies %s any of its calls', (when) => {
  it('is done by the next one: each task is enabled once, and counted as done once', async () => {
    const calls = await atEachCall('own', when, async ({ system }) => {
      for (const id of TASKS) {
        expect((await loadTask(system.table, id))?.task).toMatchObject({ enabled: true });
        expect((await actsOf(system, id)).filter((act) => act === 'enabled')).toHaveLength(1);
      }
      const [record] = await listOperatorWork(system.table);
      expect(record).toMatchObject({
        state: 'done',
        counts: { done: 3, skipped: 0, failed: 0 },
        lease: null,
      });
    });
    expect(calls).toBeGreaterThan(20);
  });

  it('asks every owning system, and says so of every task', async () => {
    await atEachCall('fed', when, async ({ system, asked }) => {
      expect([...new Set(asked)].sort()).toEqual(TASKS);
      // Whether the first request was heard is not known where the answer of the bus was lost.
      expect(asked.length).toBeLessThanOrEqual(2 * TASKS.length);
      for (const id of TASKS)
        expect((await actsOf(system, id)).filter((act) => act === 'enabled')).toHaveLength(1);
      const [record] = await listOperatorWork(system.table);
      expect(record).toMatchObject({ state: 'done', counts: { done: 3, skipped: 0, failed: 0 } });
    });
  });
});

describe.each(['before', 'after'] as const)('an approval that dies %s any of its calls', (when) => {
  const policy = ['mode=disable', 'evidenceMaxAge=365d', 'scanEvery=30d', 'blastRadius.shareFloor=1'];
  const command = { kind: approveKind, what: 'approval', by: 'olga', reason: '' };

  it('is done by the next turn: each task is approved once', async () => {
    for (let call = 1; ; call += 1) {
      const stage = await failingFleet(TASKS, policy);
      for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
      const { system } = stage;
      await beginWork(system, { ...command, items: TASKS.map((id) => ({ id, of: day(40) })) });
      const hasLived = await dying(system, call, when, workAll);
      stage.setNow(T + 21 * DAY + 5 * MINUTE);
      await workAll(system);
      for (const id of TASKS) {
        expect((await loadTask(system.table, id))?.open?.brake?.approvedUntil).toBe(T + 40 * DAY);
        expect((await actsOf(system, id)).filter((act) => act === 'approved')).toHaveLength(1);
      }
      const [record] = await listOperatorWork(system.table);
      expect(record).toMatchObject({ state: 'done', counts: { done: 3, skipped: 0, failed: 0 } });
      if (hasLived) break;
    }
  });
});

describe.each(['before', 'after'] as const)('a command that dies %s any of its calls', (when) => {
  it('is there as a whole or not at all', async () => {
    for (let call = 1; ; call += 1) {
      fleet.setNow(NOW);
      const { system } = await copyOf('own');
      const hasLived = await dying(system, call, when, begin);
      const begun = await listOperatorWork(system.table);
      await workAll(system);
      const enabled = await Promise.all(
        TASKS.map(async (id) => (await loadTask(system.table, id))?.task.enabled),
      );
      expect(new Set(enabled)).toEqual(new Set([begun.length === 1]));
      if (hasLived) break;
    }
  });
});
