/**
 * One scan in a process of its own, for `scan.ts`: takes an order from the parent, runs the real `runScan`, and
 * answers what it sent, what it consumed and how much memory it took at most.
 */
import { runScan, type ScanReport } from '../functions/scanner/scan.ts';
import { DynamoDbTable, documentClient } from '../functions/store/table/dynamodb-table.ts';
import type { Table } from '../functions/store/table/table.port.ts';
import { benchSystem, KeptQueues, type Sent } from './bench-system.ts';
import { CapacityMeter } from './capacity.ts';
import { CountingTable } from './counting-table.ts';
import { ConsumedMeter, localClient, meteredClient } from './metered-client.ts';
import { TableOverIpc } from './table-over-ipc.ts';

/** What is to be scanned, and when. */
export interface ScanOrder {
  scheduledAt: number;
  /** Where DynamoDB Local answers; null: the parent's table. */
  endpoint: string | null;
  tableName: string;
  /** Whether units are computed here as well: costs memory and requests. */
  computes: boolean;
}

/** What became of it. */
export interface ScanDone {
  report: ScanReport;
  sent: Sent[];
  seconds: number;
  consumed: { reads: number; writes: number };
  computed: { reads: number; writes: number; readParts: Record<string, number> };
  memory: { before: number; peak: number };
}

const SAMPLED_EVERY_MS = 2;

async function scan(order: ScanOrder): Promise<ScanDone> {
  const consumed = new ConsumedMeter();
  const meter = new CapacityMeter();
  const table = tableOf(order, consumed, meter);
  // Connections and lazily loaded code are not the scan's.
  await table.get({ pk: 'none', sk: 'none' });
  consumed.reset();
  meter.reset();
  const queues = new KeptQueues();
  const { scheduledAt } = order;
  const system = benchSystem({ table, now: scheduledAt, queues, seed: scheduledAt / 1000 });
  const memory = { before: process.memoryUsage.rss(), peak: 0 };
  const sample = () => {
    memory.peak = Math.max(memory.peak, process.memoryUsage.rss());
  };
  const sampling = setInterval(sample, SAMPLED_EVERY_MS);
  const started = performance.now();
  const report = await runScan(system, { scheduledAt, remainingMs: () => 900_000 });
  const seconds = (performance.now() - started) / 1000;
  clearInterval(sampling);
  memory.peak = Math.max(memory.peak, process.resourceUsage().maxRSS * 1024);
  const computed = {
    reads: meter.total('read'),
    writes: meter.total('write'),
    readParts: meter.parts('read'),
  };
  const { reads, writes } = consumed;
  return { report, sent: queues.sent, seconds, consumed: { reads, writes }, computed, memory };
}

function tableOf(order: ScanOrder, consumed: ConsumedMeter, meter: CapacityMeter): Table {
  const { endpoint, tableName, computes } = order;
  if (endpoint === null) return new TableOverIpc();
  const table = new DynamoDbTable(documentClient(meteredClient(endpoint, consumed)), tableName);
  if (!computes) return table;
  const unmetered = new DynamoDbTable(documentClient(localClient(endpoint)), tableName);
  return new CountingTable(table, meter, (key) => unmetered.get(key));
}

process.on('message', async (message: { order?: ScanOrder }) => {
  if (!message.order) return;
  process.send?.({ done: await scan(message.order) }, () => process.disconnect());
});
