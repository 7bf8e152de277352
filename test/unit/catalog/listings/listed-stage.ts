import { HOUR, type Instant, MINUTE, parseInstant } from '../../../../functions/abandonment/time.ts';
import { listerConsumer } from '../../../../functions/catalog/listings/lister-consumer.ts';
import type {
  ControlAnswer,
  ListedControlPlane,
  ListedTask,
  ListingPage,
} from '../../../../functions/platform/control-plane.port.ts';
import type {
  ControlPlaneSettings,
  ListedSettings,
} from '../../../../functions/platform/control-plane-settings.ts';
import { readControlPlanes } from '../../../../functions/platform/control-plane-settings.ts';
import type { OperatorAlert, OutgoingMessage } from '../../../../functions/platform/ports.ts';
import { buildSystem, type System } from '../../../../functions/platform/system.ts';
import { runScan, type ScanReport } from '../../../../functions/scanner/scan.ts';
import { loadListing, loadListingEnds } from '../../../../functions/store/listings.ts';
import { MemoryTable } from '../../../../functions/store/table/memory-table.ts';
import type { Key, Query, Write } from '../../../../functions/store/table/table.port.ts';
import { loadTask, type TaskRecord } from '../../../../functions/store/tasks.ts';
import type { Outcome } from '../../../../functions/work/consumer.ts';
import { processMessage } from '../../../../functions/work/pipeline.ts';
import { SIMULATED_CONFIG } from '../../../../simulation/engine/sim-system.ts';

const START = parseInstant('2026-03-02T00:00:00Z') as Instant;
export const at = (hours: number): Instant => START + hours * HOUR;

/** Counts what is read and written. */
class CountedTable extends MemoryTable {
  rowsRead = 0;
  writes: Write[] = [];
  override async get(key: Key) {
    this.rowsRead += 1;
    return super.get(key);
  }
  override async batchGet(keys: Key[]) {
    this.rowsRead += keys.length;
    return super.batchGet(keys);
  }
  override async query(query: Query) {
    const page = await super.query(query);
    this.rowsRead += Math.max(1, page.rows.length);
    return page;
  }
  override async transact(writes: Write[], writer: string) {
    const result = await super.transact(writes, writer);
    if (result.outcome === 'applied') this.writes.push(...writes);
    return result;
  }
  reset(): void {
    this.rowsRead = 0;
    this.writes = [];
  }
  /** Keys of what was written, without the progress of listings. */
  written(): string[] {
    return this.writes
      .map((write) =>
        'put' in write
          ? write.put
          : 'delete' in write
            ? write.delete
            : 'add' in write
              ? write.add
              : write.check,
      )
      .filter(({ pk }) => !pk.startsWith('LISTINGS'))
      .map(({ pk, sk }) => `${pk} ${sk}`);
  }
}

/** A control plane in memory that is listed in pages of a fixed size. */
export class FakeControlPlane implements ListedControlPlane {
  tasks: ListedTask[] = [];
  refused: ListingPage['refused'] = [];
  pageSize = 3;
  /** Whether it answers `notModified` by tags. */
  tagged = false;
  /** Called before each page is answered; throws where it cannot be asked. */
  before: (page: number) => void = () => {};
  asked: string[] = [];

  async list(cursor: string | null, tag?: string) {
    const from = cursor === null ? 0 : Number(cursor);
    this.asked.push(`list ${from / this.pageSize}${tag === undefined ? '' : ` ${tag}`}`);
    this.before(from / this.pageSize);
    const tasks = this.tasks.slice(from, from + this.pageSize);
    const next = from + this.pageSize;
    const page: ListingPage & { tag?: string } = {
      tasks: structuredClone(tasks),
      refused: from === 0 ? this.refused : [],
      cursor: next < this.tasks.length ? String(next) : null,
    };
    if (this.tagged) {
      page.tag = JSON.stringify(page).length.toString();
      if (page.tag === tag) return 'notModified' as const;
    }
    return page;
  }
  async get(id: string) {
    this.asked.push(`get ${id}`);
    this.before(-1);
    return this.tasks.find((task) => task.id === id);
  }
  async check() {}
  async disable(): Promise<ControlAnswer> {
    return { outcome: 'gone' };
  }
  async enable(): Promise<ControlAnswer> {
    return { outcome: 'gone' };
  }
}

/** A task as it is listed: alive, and owned by Ana. */
export function listed(name: string, changes: Partial<ListedTask> = {}): ListedTask {
  return {
    id: `connect/${name}`,
    kind: 'service',
    enabled: true,
    createdAt: START - 1_000 * HOUR,
    owners: ['ana@example.com'],
    dataPlane: 'connect',
    shards: [{ id: '0', status: 'PRIMARY' }],
    revision: 'r1',
    restarts: 0,
    ...changes,
  };
}

const SETTINGS: ControlPlaneSettings[] = readControlPlanes(
  JSON.stringify([
    {
      type: 'http',
      name: 'connect',
      prefix: 'connect/',
      dataPlane: 'connect',
      url: 'https://connect.example.com',
    },
  ]),
);

/** A stage with one control plane that is listed, at the start of a day. */
export function listedStage(options: { controlPlanes?: ControlPlaneSettings[] } = {}) {
  const table = new CountedTable({ freeze: true });
  const planes = new Map<string, FakeControlPlane>();
  const planeOf = (name: string): FakeControlPlane => {
    const plane = planes.get(name) ?? new FakeControlPlane();
    planes.set(name, plane);
    return plane;
  };
  let now = at(0);
  let ids = 0;
  const next = (): string => {
    ids += 1;
    return String(ids).padStart(23, '0');
  };
  const queue: OutgoingMessage[] = [];
  const alerts: OperatorAlert[] = [];
  const metrics: string[] = [];
  const system: System = buildSystem('a test', {
    clock: { now: () => now },
    random: { next: () => 0.5, id: () => `id-${next()}` },
    table,
    queues: {
      send: async (name, messages) => {
        if (name === 'listing') queue.push(...messages);
      },
    },
    operators: {
      notify: async (alert, others = []) => {
        alerts.push(alert, ...others);
      },
    },
    telemetry: { log: () => {}, metric: (name) => metrics.push(name) },
    openControlPlane: ({ name }: ListedSettings) => planeOf(name),
    config: { ...SIMULATED_CONFIG, controlPlanes: options.controlPlanes ?? SETTINGS },
  });
  let messages = 0;
  const work = async (message: OutgoingMessage, receiveCount = 1): Promise<Outcome> => {
    messages += 1;
    const delivery = { body: message.body, messageId: `m${messages}`, receiveCount, maxReceives: 10 };
    return processMessage(system, listerConsumer, delivery);
  };
  return {
    system,
    table,
    queue,
    alerts,
    metrics,
    plane: planeOf('connect'),
    planeOf,
    setNow: (instant: Instant) => {
      now = instant;
    },
    pass: (minutes: number) => {
      now += minutes * MINUTE;
    },
    now: () => now,
    work,
    /** One tick of the scanner. */
    scan: (): Promise<ScanReport> => runScan(system, { scheduledAt: now, remainingMs: () => 240_000 }),
    /** Works messages of the listing queue until there are none; answers their outcomes. */
    async drain(): Promise<string[]> {
      const outcomes: string[] = [];
      for (let message = queue.shift(); message; message = queue.shift())
        outcomes.push((await work(message)).reason);
      return outcomes;
    },
    task: (name: string): Promise<TaskRecord | undefined> => loadTask(table, `connect/${name}`),
    record: () => loadListing(table, 'connect'),
    ends: () => loadListingEnds(table, 'connect', 10),
  };
}
