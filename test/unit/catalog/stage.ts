import { formatInstant, HOUR, type Instant, parseInstant } from '../../../functions/abandonment/time.ts';
import { ingestEvent } from '../../../functions/catalog/ingest.ts';
import { buildSystem } from '../../../functions/platform/system.ts';
import { loadPolicies } from '../../../functions/store/policies.ts';
import type { SourceRecord } from '../../../functions/store/sources.ts';
import { sourceWrite } from '../../../functions/store/sources.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Row, Write } from '../../../functions/store/table/table.port.ts';
import { loadTask, type TaskRecord, taskWrite } from '../../../functions/store/tasks.ts';
import type { Outcome } from '../../../functions/work/consumer.ts';
import { SIMULATED_CONFIG } from '../../../simulation/engine/sim-system.ts';

const START = parseInstant('2026-01-01T00:00:00Z') as Instant;
/** The text of an instant so many hours after the start. */
export const hour = (hours: number): string => formatInstant(at(hours));
export const at = (hours: number): Instant => START + hours * HOUR;

/** A table that counts what is written. */
class CountingTable extends MemoryTable {
  writes = 0;
  override async transact(writes: Write[], writer: string) {
    this.writes += 1;
    return super.transact(writes, writer);
  }
}

/** The catalog on a table in memory, at 100 days after the start, with a source that may say everything. */
export async function stage(changes: { allowedDomains?: string[]; sources?: SourceRecord[] } = {}) {
  const table = new CountingTable({ freeze: true });
  const logs: Record<string, unknown>[] = [];
  const metrics: { name: string; value: number; properties: Record<string, unknown> | undefined }[] = [];
  const published: { detailType: string; detail: Record<string, unknown> }[] = [];
  let now = at(2_400);
  let numbers = 0;
  const next = () => {
    numbers += 1;
    return numbers;
  };
  const system = buildSystem('a test', {
    clock: { now: () => now },
    random: { next: () => 0.5, id: () => `id-${String(next()).padStart(23, '0')}` },
    table,
    queues: { send: async () => {} },
    events: {
      publish: async (detailType: string, detail: Record<string, unknown>) => {
        published.push({ detailType, detail });
      },
    },
    telemetry: {
      log: (level: string, message: string, properties = {}) => logs.push({ level, message, ...properties }),
      metric: (name: string, value: number, _?: string, properties?: Record<string, unknown>) =>
        metrics.push({ name, value, properties }),
    },
    config: {
      ...SIMULATED_CONFIG,
      stage: 'test',
      allowedDomains: changes.allowedDomains ?? null,
    },
  });
  const sources = changes.sources ?? [{ name: 'estate', prefixes: ['*'], dataPlanes: ['*'] }];
  for (const source of sources) await table.transact([sourceWrite(source)], `source-${source.name}`);
  table.writes = 0;
  return {
    system,
    table,
    logs,
    metrics,
    published,
    setNow: (instant: Instant) => {
      now = instant;
    },
    /** Ingests one event; the version of the event is filled in. */
    ingest: (detailType: string, detail: Record<string, unknown>, source = 'estate'): Promise<Outcome> =>
      ingestEvent(system, {
        id: `event-${next()}`,
        source,
        detailType,
        detail: { version: 1, ...detail },
      }),
    task: (id: string): Promise<TaskRecord | undefined> => loadTask(table, id),
    /** Stores a task changed as the scanner would. */
    store: async (id: string, change: (record: TaskRecord) => TaskRecord) => {
      const record = (await loadTask(table, id)) as TaskRecord;
      const policies = await loadPolicies(table);
      await table.transact([taskWrite(change(record), policies.for(id))], `store-${next()}`);
    },
    /** The reason of each refusal that was counted. */
    refusals: () =>
      metrics
        .filter(({ name }) => name === 'EventRefused')
        .flatMap(({ value, properties }) => Array<unknown>(value).fill(properties?.reason)),
    look: (scope: string): Promise<Row | undefined> => table.get({ pk: 'LOOKS', sk: scope }),
  };
}

export type Stage = Awaited<ReturnType<typeof stage>>;

/** The detail of a publication; `task` keys and others are told apart by name. */
export function publication(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const { publishedAt = hour(0), by = 'system', firstSeenAt, ...task } = changes;
  return {
    task: {
      id: 'acmeCo/a',
      kind: 'capture',
      owners: ['ana@acme.test'],
      dataPlane: 'eu-1',
      enabled: true,
      createdAt: hour(-48),
      version: 1,
      ...task,
    },
    publishedAt,
    by,
    ...(firstSeenAt === undefined ? {} : { firstSeenAt }),
  };
}

/** The detail of an observation of one or more tasks, each with one shard. */
export function observation(hours: number, statuses: Record<string, string>, dataPlane = 'eu-1') {
  return {
    dataPlane,
    observedAt: hour(hours),
    tasks: Object.entries(statuses).map(([task, status]) => ({ task, shards: [{ id: '0', status }] })),
  };
}

/** An open episode as the scanner leaves it, with nobody told yet. */
export const OPEN: NonNullable<TaskRecord['open']> = {
  number: 1,
  firedAt: at(1_000),
  since: at(400),
  warnAfter: 14 * 24 * HOUR,
  grace: 0,
  disableAfter: 7 * 86_400_000,
  graceMode: 'detect',
  told: {},
  dates: [],
  rungs: [],
  mails: [],
};
