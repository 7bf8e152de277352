/**
 * One pass over a control plane in a process of its own, for `list.ts`: asks for all pages alone, or lists them with the real
 * lister, and answers how long it took, and how much memory at most.
 */
import { beginListing } from '../functions/catalog/listings/begin-listing.ts';
import { listerConsumer } from '../functions/catalog/listings/lister-consumer.ts';
import type {
  ControlAnswer,
  ListedControlPlane,
  ListedTask,
  ListingPage,
} from '../functions/platform/control-plane.port.ts';
import { isListed } from '../functions/platform/control-plane-settings.ts';
import { buildSystem, type System } from '../functions/platform/system.ts';
import { loadListing } from '../functions/store/listings.ts';
import { processMessage } from '../functions/work/pipeline.ts';
import { SeededRandom } from '../simulation/engine/seeded-random.ts';
import { SIMULATED_CONFIG } from '../simulation/engine/sim-system.ts';
import { KeptQueues } from './bench-system.ts';
import { CONTROL_PLANES } from './list-fleet.ts';
import { TableOverIpc } from './table-over-ipc.ts';

/** What is to be done, at which instant, and where the control plane answers. */
export interface ListOrder {
  pass: 'only-list' | 'listing';
  tasks: number;
  now: number;
  port: number;
  /** Whether garbage is collected every some pages, to see what is held: takes time. */
  collects: boolean;
}

/** What became of it. */
export interface ListDone {
  seconds: number;
  cpuSeconds: number;
  peakBytes: number;
  /** At most, of what was held once garbage was collected; 0 where it was not. */
  heldBytes: number;
  pages: number;
  messages: number;
  outcome: string;
}

const SAMPLED_EVERY = 5;

/** As little as a client can do: one call a page, and its JSON read. */
class BenchControlPlane implements ListedControlPlane {
  readonly #order: ListOrder;
  pages = 0;
  heldBytes = 0;

  constructor(order: ListOrder) {
    this.#order = order;
  }

  async list(cursor: string | null): Promise<ListingPage> {
    const { port, tasks } = this.#order;
    this.pages += 1;
    if (this.#order.collects && this.pages % SAMPLED_EVERY === 0) this.#sample();
    const response = await fetch(`http://127.0.0.1:${port}/?tasks=${tasks}&page=${cursor ?? '0'}`);
    return (await response.json()) as ListingPage;
  }

  #sample(): void {
    (globalThis as { gc?: () => void }).gc?.();
    const { heapUsed, external } = process.memoryUsage();
    this.heldBytes = Math.max(this.heldBytes, heapUsed + external);
  }

  get(): Promise<ListedTask | undefined> {
    return Promise.reject(new Error('no task is missing here'));
  }

  async check(): Promise<void> {}

  disable(): Promise<ControlAnswer> {
    return Promise.resolve({ outcome: 'gone' });
  }

  enable(): Promise<ControlAnswer> {
    return Promise.resolve({ outcome: 'gone' });
  }
}

async function onlyList(plane: BenchControlPlane): Promise<{ outcome: string; messages: number }> {
  let cursor: string | null = null;
  do {
    const page: ListingPage = await plane.list(cursor);
    cursor = page.cursor;
  } while (cursor !== null);
  return { outcome: 'listed', messages: 0 };
}

async function listing(
  plane: BenchControlPlane,
  now: number,
): Promise<{ outcome: string; messages: number }> {
  const queues = new KeptQueues();
  const system: System = buildSystem('a bench', {
    clock: { now: () => now },
    random: new SeededRandom(now / 1_000),
    table: new TableOverIpc(),
    queues,
    openControlPlane: () => plane,
    config: { ...SIMULATED_CONFIG, controlPlanes: CONTROL_PLANES },
  });
  const [settings] = CONTROL_PLANES.filter(isListed);
  if (!settings) throw new Error('no control plane is listed');
  const stored = await loadListing(system.table, settings.name);
  await beginListing(system, settings, stored, { now, tolerance: 0, id: 'bench' });
  let messages = 0;
  let outcome = 'not begun';
  for (let sent = queues.sent.shift(); sent; sent = queues.sent.shift()) {
    messages += 1;
    const delivery = { body: sent.message.body, messageId: `m${messages}`, receiveCount: 1, maxReceives: 10 };
    outcome = (await processMessage(system, listerConsumer, delivery)).reason;
  }
  return { outcome, messages };
}

async function pass(order: ListOrder): Promise<ListDone> {
  const plane = new BenchControlPlane(order);
  const cpu = process.cpuUsage();
  const started = performance.now();
  const done = order.pass === 'only-list' ? await onlyList(plane) : await listing(plane, order.now);
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const peakBytes = process.resourceUsage().maxRSS * 1_024;
  const { pages, heldBytes } = plane;
  return { seconds, cpuSeconds: (user + system) / 1e6, peakBytes, heldBytes, pages, ...done };
}

process.on('message', async (message: { order?: ListOrder }) => {
  if (!message.order) return;
  process.send?.({ done: await pass(message.order) }, () => process.disconnect());
});
