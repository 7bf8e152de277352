import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { type Instant, MINUTE } from '../../../functions/abandonment/time.ts';
import type { OperatorAlert, QueueName } from '../../../functions/platform/ports.ts';
import { buildSystem, type RuntimeConfig } from '../../../functions/platform/system.ts';
import type { Budget, Turn } from '../../../functions/scanner/generator.ts';
import type { Run } from '../../../functions/scanner/run.ts';
import { countWrites, type PlaneCount } from '../../../functions/store/counts.ts';
import { type DataPlaneRecord, dataPlaneWrite, newDataPlane } from '../../../functions/store/data-planes.ts';
import { FleetView } from '../../../functions/store/fleet-view.ts';
import { keys } from '../../../functions/store/keys.ts';
import { loadPolicies } from '../../../functions/store/policies.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Key, Table, Write } from '../../../functions/store/table/table.port.ts';
import { loadTask, type TaskRecord, taskWrite } from '../../../functions/store/tasks.ts';

/** A step of a tick, or a generator: what takes a turn in a run. */
interface Taken {
  run(run: Run, budget: Budget, cursor: string | null): Promise<Turn>;
}

/** What came of a turn. */
interface Came extends Turn {
  figures: Record<string, number>;
  run: Run;
}

/** A message as its worker would get it. */
interface Sent {
  queue: QueueName;
  body: Record<string, unknown>;
  delaySeconds?: number | undefined;
  group?: string | undefined;
}

const NEVER_SPENT: Budget = { spent: () => false };

/** In what is matched in part: these figures and no others. */
export const only = (figures: Record<string, number>): unknown =>
  expect.toSatisfy(
    (actual: unknown) => isDeepStrictEqual(actual, figures),
    `only ${JSON.stringify(figures)}`,
  );

/** A plane that is up, in use and gives no life signs. */
export const aPlane = (name: string, more: Partial<DataPlaneRecord> = {}): DataPlaneRecord => ({
  ...newDataPlane(name, START),
  ...more,
});

/** So many more in the counters of a tenant on a plane. */
export const counted = (
  dataPlane: string,
  tenant: string,
  by: Partial<Pick<PlaneCount, 'eligible' | 'alive' | 'jobs'>>,
): Write => ({ add: keys.count(dataPlane, tenant), by });

/** The present of a run that begins at once. */
export const START = Date.parse('2026-03-01T12:00:00Z');

const CONFIG: RuntimeConfig = {
  stage: 'test',
  functionVersion: '7',
  contact: 'us',
  controlPlane: 'own',
  gatherDisabled: 0,
  confirmWithin: 30 * MINUTE,
  sendLease: MINUTE,
  allowedDomains: null,
};

/** A run on a table in memory, of which a test takes one step or generator alone. It loads no others: each change is run so. */
export function runStage(config: Partial<RuntimeConfig> = {}) {
  const table = new MemoryTable({ freeze: true });
  let now = START;
  let ids = 0;
  const sent: Sent[] = [];
  const alerts: OperatorAlert[] = [];
  const logged: { level: string; message: string; properties: Record<string, unknown> }[] = [];
  const measured: {
    name: string;
    value: number;
    unit?: string | undefined;
    properties: Record<string, unknown>;
  }[] = [];
  const writes: number[] = [];
  const system = buildSystem('a test', {
    clock: { now: () => now },
    random: { next: () => 0, id: () => `id${String(++ids).padStart(6, '0')}` },
    // Writes of the run are counted, those of a test beside it are not.
    table: {
      get: (key) => table.get(key),
      batchGet: (keys) => table.batchGet(keys),
      query: (query) => table.query(query),
      scan: (...from) => table.scan(...from),
      transact: async (some, writer) => {
        writes.push(some.length);
        return table.transact(some, writer);
      },
    },
    queues: {
      send: async (queue, messages) => {
        for (const { body, ...how } of messages) sent.push({ queue, body: JSON.parse(body), ...how });
      },
    },
    operators: { notify: async (alert, others = []) => void alerts.push(alert, ...others) },
    telemetry: {
      log: (level, message, properties = {}) => void logged.push({ level, message, properties }),
      metric: (name, value, unit, properties = {}) => void measured.push({ name, value, unit, properties }),
    },
    config: { ...CONFIG, ...config },
  });
  let batches = 0;
  /** Writes rows as they stand before the run. */
  const write = async (...writes: Write[]): Promise<void> => {
    for (let from = 0; from < writes.length; from += 90) {
      batches += 1;
      const result = await table.transact(writes.slice(from, from + 90), `rows ${batches}`);
      if (result.outcome !== 'applied') throw new Error(`not written: ${result.outcome}`);
    }
  };
  return {
    system,
    table,
    writes,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    rows: async (key: Partial<Key>) => {
      const { rows } = await table.scan();
      return rows.filter(({ pk, sk }) => pk.startsWith(key.pk ?? '') && sk.startsWith(key.sk ?? ''));
    },
    /** What went to queues, to operators, and to the log. */
    sent,
    alerts,
    logged,
    measured,
    write,
    /** A policy of a scope, with durations as text. */
    policy: (document: Record<string, unknown>, scope = '') =>
      write({ put: { ...keys.policy(scope), v: 1, document } }),
    planes: (...planes: DataPlaneRecord[]) => write(...planes.map(dataPlaneWrite)),
    /** Tasks, with their places in indexes and in the counters of their planes. */
    tasks: async (...records: TaskRecord[]) => {
      const policies = await loadPolicies(table);
      for (const record of records) {
        const policy = policies.for(record.task.id);
        await write(taskWrite(record, policy), ...countWrites(undefined, record, policy));
      }
    },
    task: async (id = 'acmeCo/a'): Promise<TaskRecord> => {
      const record = await loadTask(table, id);
      if (!record) throw new Error(`${id} is not stored`);
      return record;
    },
    /** Another table in the place of the one in memory, which it rests on. */
    on: (other: Table) => {
      system.table = other;
    },
    /** A run that begins now, of which no step was taken. */
    begin: async (at: Instant = system.clock.now(), more: Partial<Run> = {}): Promise<Run> => {
      const view = await FleetView.loadWithPlanes(table, at);
      return { system, view, id: 'run', now: at, figures: {}, asked: [], ...more };
    },
    /** Takes a step or a generator in a run. */
    take: async (
      taken: Taken,
      run: Run,
      { budget = NEVER_SPENT, cursor = null as string | null } = {},
    ): Promise<Came> => ({ ...(await taken.run(run, budget, cursor)), figures: run.figures, run }),
  };
}

export type RunStage = ReturnType<typeof runStage>;

/** Takes a step or a generator in a run that begins now; gives the ids of the tasks whose rows it read, too. */
export async function takeReading(
  stage: RunStage,
  taken: Taken,
  { spent = (): boolean => false, cursor = null as string | null } = {},
): Promise<{ turn: Came; read: string[] }> {
  const read: string[] = [];
  const { batchGet } = stage.table;
  stage.table.batchGet = (keys: Key[]) => {
    read.push(...keys.filter(({ sk }) => sk === 'T').map(({ pk }) => pk.slice(2)));
    return batchGet.call(stage.table, keys);
  };
  const turn = await stage.take(taken, await stage.begin(), { budget: { spent }, cursor });
  stage.table.batchGet = batchGet;
  return { turn, read: read.sort() };
}
