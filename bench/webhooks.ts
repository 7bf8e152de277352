import { PolicyBook } from '../functions/abandonment/policy-book.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../functions/abandonment/time.ts';
import { taskRecordFrom } from '../functions/catalog/task-entry.ts';
import { setPolicy } from '../functions/operators/policies.ts';
import { addWebhook, webhookHistory } from '../functions/operators/webhooks.ts';
import { METRIC } from '../functions/platform/names.ts';
import type { WebhookSecretStore } from '../functions/platform/ports.ts';
import type { System } from '../functions/platform/system.ts';
import { webhookSecretOf } from '../functions/platform/webhook-signature.ts';
import { runScan } from '../functions/scanner/scan.ts';
import { newDataPlane } from '../functions/store/data-planes.ts';
import { keys } from '../functions/store/keys.ts';
import { ROW_VERSION } from '../functions/store/rows.ts';
import { MemoryTable } from '../functions/store/table/memory-table.ts';
import { taskWrite } from '../functions/store/tasks.ts';
import { webhookConsumer } from '../functions/webhooks/webhook-consumer.ts';
import { processMessage } from '../functions/work/pipeline.ts';
import { benchSystem, KeptQueues } from './bench-system.ts';
import { distant } from './distant-table.ts';
import { machine, print, printFigure, rounded } from './output.ts';

const START: Instant = Date.parse('2026-03-02T00:00:00Z');
const TICK = 15 * MINUTE;
/** Its server is gone for so long from the start, in which all tasks come to fire, evenly. */
const GONE = 7 * DAY;
const WATCHED = GONE + DAY;
const PLANE = 'eu-1';
const POLICY = { mode: 'detect', evidenceMaxAge: '365d' };
const SECRET = webhookSecretOf(Buffer.alloc(32, 1));
const SECRETS: WebhookSecretStore = { make: () => SECRET, write: async () => 1, remove: async () => {} };
/** One tick of so many is measured on a table that is as far away as DynamoDB. */
const DISTANT_EVERY = 16;
/** A message is received so often. */
const RECEIVES = 10;

/**
 * One event for each of many tasks while a webhook's server is gone for seven days: messages in flight, what each event comes
 * to, and how long the ticks take until their scan is completed against ticks without a webhook: as the clock goes where each
 * call to the table takes its time, and by the processor where it takes none.
 */
export async function benchWebhooks(tasks: number, tableLatencyMs: number): Promise<void> {
  print({ bench: 'webhooks', ...machine(), tasks, gone: '7d', ticks: WATCHED / TICK });
  // The first run of all warms the code up.
  await inTurns([await new Course(0).begin(tasks, true)]);
  const [without, hooked] = await inTurns([
    await new Course(tableLatencyMs).begin(tasks, false),
    await new Course(tableLatencyMs).begin(tasks, true),
  ]);
  if (!without || !hooked) throw new Error('nothing was measured');
  const { sent = 0, expired = 0, ...open } = hooked.ends;
  const isAllEnded = sent + expired === tasks && Object.keys(open).length === 0;
  const figure = { bench: 'webhooks', details: { tasks, calls: hooked.calls, ...hooked.ends } };
  printFigure({
    ...figure,
    figure: 'messages in flight at most, for one webhook',
    value: hooked.mostInFlight,
    goal: '1',
    met: hooked.mostInFlight === 1,
    ratio: hooked.mostInFlight,
  });
  printFigure({
    ...figure,
    figure: 'events that were told or ended with a reason',
    value: sent + expired,
    goal: `${tasks}`,
    met: isAllEnded,
    ratio: (sent + expired) / tasks,
  });
  reportTime(without, hooked, tableLatencyMs);
}

/** What has a goal is a tick as it is deployed; what a webhook costs the processor stands beside it. */
function reportTime(without: Week, hooked: Week, tableLatencyMs: number): void {
  const ratio = rounded(hooked.distant.ms / without.distant.ms, 3);
  printFigure({
    bench: 'webhooks',
    figure: 'time until the scan of a tick is completed, with a webhook against without',
    details: {
      tableLatencyMs,
      ticks: hooked.distant.ticks,
      withMs: rounded(hooked.distant.ms),
      withoutMs: rounded(without.distant.ms),
      withoutLatency: {
        ticks: hooked.near.ticks,
        withProcessorMs: rounded(hooked.near.ms),
        withoutProcessorMs: rounded(without.near.ms),
        ratio: rounded(hooked.near.ms / without.near.ms, 3),
      },
    },
    value: ratio,
    goal: '<= 1.1',
    met: ratio <= 1.1,
    ratio,
  });
}

/** Until scans were completed, all together. */
interface Spent {
  ticks: number;
  ms: number;
}

interface Week {
  /** By the processor, on the table alone. */
  near: Spent;
  /** By the clock, on a table that is far away. */
  distant: Spent;
  mostInFlight: number;
  calls: number;
  /** By state or reason, how many events ended so. */
  ends: Record<string, number>;
}

/** One fleet over the days that are watched, tick by tick. */
class Course {
  readonly #table = new MemoryTable();
  readonly #result: Week = {
    near: { ticks: 0, ms: 0 },
    distant: { ticks: 0, ms: 0 },
    mostInFlight: 0,
    calls: 0,
    ends: {},
  };
  readonly #tableLatencyMs: number;
  #webhook: string | undefined;
  #flying: Flying[] = [];

  constructor(tableLatencyMs: number) {
    this.#tableLatencyMs = tableLatencyMs;
  }

  async begin(tasks: number, isHooked: boolean): Promise<this> {
    await load(this.#table, tasks);
    const system = this.#systemAt(START);
    await setPolicy(system, { scope: '', by: 'bench', set: POLICY, ceiling: 'disable' });
    if (isHooked) this.#webhook = await hooked(system);
    return this;
  }

  async tick(now: Instant): Promise<void> {
    const queues = new KeptQueues();
    const system = this.#systemAt(now, queues);
    await this.#scan(system, now);
    const sent = queues.sent.filter(({ queue }) => queue === 'webhook');
    this.#flying.push(...sent.map(({ message }) => ({ body: message.body, receives: 0 })));
    const result = this.#result;
    result.mostInFlight = Math.max(result.mostInFlight, this.#flying.length);
    this.#flying = await work(calling(system, now >= START + GONE, result), this.#flying);
  }

  async end(): Promise<Week> {
    if (this.#webhook !== undefined) this.#result.ends = await endsOf(this.#systemAt(START), this.#webhook);
    return this.#result;
  }

  async #scan(system: System, now: Instant): Promise<void> {
    const latency = this.#tableLatencyMs;
    const isDistant = latency > 0 && ((now - START) / TICK) % DISTANT_EVERY === 0;
    const scanned = isDistant ? { ...system, table: distant(system.table, latency) } : system;
    const spent = isDistant ? this.#result.distant : this.#result.near;
    spent.ticks += 1;
    spent.ms += (await completed(scanned, now))[isDistant ? 'wall' : 'processor'];
  }

  #systemAt(now: Instant, queues = new KeptQueues()): System {
    return benchSystem({ table: this.#table, now, queues, seed: now / MINUTE });
  }
}

/** Takes each tick in all of them, by turns: what else runs on the machine slows them alike. */
async function inTurns(courses: readonly Course[]): Promise<Week[]> {
  for (let now = START; now < START + WATCHED; now += TICK) {
    const isOdd = ((now - START) / TICK) % 2 === 1;
    for (const course of isOdd ? [...courses].reverse() : courses) await course.tick(now);
  }
  return Promise.all(courses.map((course) => course.end()));
}

/** Runs one tick, and answers how many milliseconds it took until its scan was completed. */
async function completed(system: System, now: Instant): Promise<{ wall: number; processor: number }> {
  const before = { wall: performance.now(), processor: process.cpuUsage() };
  let ms: { wall: number; processor: number } | undefined;
  const metric = (name: string) => {
    if (name !== METRIC.scanCompleted) return;
    const { user, system: ofSystem } = process.cpuUsage(before.processor);
    ms = { wall: performance.now() - before.wall, processor: (user + ofSystem) / 1_000 };
  };
  const telemetry = { log: () => {}, metric };
  await runScan({ ...system, telemetry }, { scheduledAt: now, remainingMs: () => 900_000 });
  if (!ms) throw new Error('a scan was not completed');
  return ms;
}

function calling(system: System, isThere: boolean, result: Week): System {
  const call = async () => {
    result.calls += 1;
    return isThere
      ? ({ outcome: 'answered', status: 204, retryAfter: null, body: '' } as const)
      : ({ outcome: 'failed', reason: 'not-connected', detail: 'connect ECONNREFUSED' } as const);
  };
  return { ...system, webhooks: { call, secrets: { read: async () => SECRET } } };
}

/** A message on its way. */
interface Flying {
  body: string;
  receives: number;
}

/** Works what is in flight; answers what is to be tried again with the next tick. */
async function work(system: System, flying: Flying[]) {
  const again: Flying[] = [];
  for (const { body, receives } of flying) {
    const delivery = { body, messageId: 'm', receiveCount: receives + 1, maxReceives: RECEIVES };
    const endsBy = system.clock.now() + 60 * SECOND;
    const { outcome } = await processMessage(system, webhookConsumer, { ...delivery, endsBy });
    if (outcome === 'retry') again.push({ body, receives: receives + 1 });
  }
  return again;
}

async function hooked(system: System): Promise<string> {
  const webhook = { url: 'https://hooks.acme.test/', prefix: '', types: [], format: 'standard' as const };
  const added = await addWebhook(system, SECRETS, webhook, 'bench');
  if (added.outcome === 'refused') throw new Error(added.problem);
  return added.webhook.id;
}

async function endsOf({ table }: System, id: string): Promise<Record<string, number>> {
  const ends: Record<string, number> = {};
  for (const { state, ended } of await webhookHistory(table, id, { limit: Number.POSITIVE_INFINITY })) {
    const end = ended?.reason ?? state;
    ends[end] = (ends[end] ?? 0) + 1;
  }
  return ends;
}

async function load(table: MemoryTable, tasks: number): Promise<void> {
  const policy = PolicyBook.fromDocuments(new Map([['', POLICY]])).global;
  const plane = { ...newDataPlane(PLANE, START), rev: 1 };
  await table.transact([{ put: { ...keys.dataPlane(PLANE), v: ROW_VERSION, ...plane } }], 'plane');
  for (let place = 0; place < tasks; place += 1) {
    const firesAt = START + HOUR + ((GONE - 2 * HOUR) * place) / tasks;
    const entry = {
      id: `tenant${place % 100}/t${place}`,
      kind: 'capture' as const,
      enabled: true,
      createdAt: START - 100 * DAY,
      owners: [],
      dataPlane: PLANE,
      shards: [{ id: '0', status: 'FAILED' as const }],
      lastPrimaryAt: Math.floor(firesAt) - policy.warnAfter,
    };
    const record = taskRecordFrom(entry, START, policy);
    const { outcome } = await table.transact([taskWrite(record, policy)], `task ${place}`);
    if (outcome !== 'applied') throw new Error(`a task could not be stored: ${outcome}`);
  }
}
