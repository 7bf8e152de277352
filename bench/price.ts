import { DAY, formatInstant, MINUTE } from '../functions/abandonment/time.ts';
import { runBreaker } from '../functions/breaker/run.ts';
import type { WorkerControl } from '../functions/breaker/worker-control.port.ts';
import { QUEUE_NAMES } from '../functions/platform/queues.ts';
import { MemoryTable } from '../functions/store/table/memory-table.ts';
import type { Key } from '../functions/store/table/table.port.ts';
import { parseConfig } from '../lib/config.ts';
import { type Fleet, IDLE, type Price, priceOf, recordedUnits, type Units } from '../lib/price/price.ts';
import { synthesizedResources } from '../lib/synthesize.ts';
import { deployedService } from '../simulation/engine/deployed-service.ts';
import { World } from '../simulation/engine/world.ts';
import { parseScenario } from '../simulation/scenario/scenario.ts';
import { benchSystem, KeptQueues } from './bench-system.ts';
import { CapacityMeter } from './capacity.ts';
import { CountingTable } from './counting-table.ts';
import { print, printFigure, rounded } from './output.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const IDLE_DAYS = 2;
const GOAL = 10;

const LEAST = {
  sender: 'warden@example.com',
  contact: 'the platform team',
  alarmEmails: ['ops@example.com'],
  ses: { identity: 'example.com' },
};

const MILLION: Fleet = { tasks: 1_000_000, failing: 0.01, observationsPerDay: 24, tasksPerEvent: 100 };

/** The price of a month: of an idle stage by what it uses on the memory table, and of a fleet by what a task's life takes. */
export async function benchPrice(): Promise<void> {
  const idle = await idleUnits();
  print({ bench: 'price', ...idle });
  const recorded = recordedUnits();
  const units = withMeasured(recorded, idle);
  const { scanEvery } = parseConfig('prod', LEAST);
  const resources = synthesizedResources(parseConfig('prod', LEAST));
  const ofFleet = priceOf(resources, MILLION, scanEvery, { units });
  printParts('1,000,000 tasks, 1 % failing, observed each hour', ofFleet);
  const ofIdle = priceOf(resources, IDLE, scanEvery, { units });
  printParts('an idle stage', ofIdle);
  const value = rounded(ofIdle.dollars, 2);
  printFigure({
    bench: 'price',
    figure: 'dollars a month of an idle stage',
    details: { region: ofIdle.region, prices: ofIdle.recorded, fleet: rounded(ofFleet.dollars, 2) },
    value,
    goal: `<= ${GOAL}`,
    met: value <= GOAL,
    ratio: rounded(value / GOAL, 2),
  });
}

function printParts(stage: string, { parts, dollars }: Price): void {
  for (const { part, of, dollars: own } of parts)
    print({ bench: 'price', stage, part, of, dollars: rounded(own, 4) });
  print({ bench: 'price', stage, part: 'all', dollars: rounded(dollars, 2) });
}

/** What one look of the breaker takes where no queue has anything to do. */
async function lookUnits(): Promise<{ lookReadUnits: number; lookWriteUnits: number }> {
  const meter = new CapacityMeter();
  const memory = new MemoryTable();
  const table = new CountingTable(memory, meter, (key: Key) => memory.get(key));
  const system = benchSystem({ table, now: START, queues: new KeptQueues(), seed: 1 });
  const looks = 10;
  for (let look = 0; look < looks; look += 1)
    await runBreaker(system, { control: QUIET_WORKERS }, START + look * MINUTE, QUEUE_NAMES);
  return {
    lookReadUnits: rounded(meter.total('read') / looks, 2),
    lookWriteUnits: rounded(meter.total('write') / looks, 2),
  };
}

const QUIET_WORKERS: WorkerControl = {
  isWaiting: async () => false,
  pause: async () => {},
  resume: async () => {},
  isPaused: async () => false,
  version: async () => '1',
  probe: async () => ({ outcome: 'passed', worked: 0 }),
  take: async () => undefined,
  hand: async () => ({ verdict: 'nothing', reason: 'none' }),
  remove: async () => {},
  copy: async () => {},
};

interface IdleUnits {
  lookReadUnits: number;
  lookWriteUnits: number;
  scanReadUnits: number;
  scanWriteUnits: number;
  canaryReadUnits: number;
  canaryWriteUnits: number;
}

function withMeasured(units: Units, idle: IdleUnits): Units {
  return {
    ...units,
    look: { ...units.look, readUnits: idle.lookReadUnits, writeUnits: idle.lookWriteUnits },
    scan: { ...units.scan, readUnits: idle.scanReadUnits, writeUnits: idle.scanWriteUnits },
    canary: { ...units.canary, readUnits: idle.canaryReadUnits, writeUnits: idle.canaryWriteUnits },
  };
}

/** What a scan and a canary take of a stage in which nothing happens, by the real code on the memory table. */
async function idleUnits(): Promise<IdleUnits> {
  const meters = { scan: new CapacityMeter(), canary: new CapacityMeter() };
  const counts = { scan: 0, canary: 0 };
  const outcome = await new World(idleScenario(), deployedService, {
    canaries: true,
    processOf(name, system) {
      const kind = name === 'scanner' ? 'scan' : 'canary';
      counts[kind] += 1;
      const { table } = system;
      return { ...system, table: new CountingTable(table, meters[kind], (key: Key) => table.get(key)) };
    },
  }).run();
  if (outcome.broken.length > 0) throw new Error(`not an idle stage: ${outcome.broken.join('; ')}`);
  const each = (kind: 'scan' | 'canary', what: 'read' | 'write') =>
    rounded(meters[kind].total(what) / Math.max(1, counts[kind]), 2);
  print({ bench: 'price', idleDays: IDLE_DAYS, ...counts });
  return {
    scanReadUnits: each('scan', 'read'),
    scanWriteUnits: each('scan', 'write'),
    canaryReadUnits: each('canary', 'read'),
    canaryWriteUnits: each('canary', 'write'),
    ...(await lookUnits()),
  };
}

function idleScenario() {
  const parsed = parseScenario({
    version: 1,
    start: formatInstant(START),
    until: formatInstant(START + IDLE_DAYS * DAY),
    scanEvery: '15m',
    policy: { mode: 'detect' },
    tasks: [
      {
        id: 'tenant/one',
        kind: 'capture',
        enabled: true,
        createdAt: '2025-06-01T00:00:00Z',
        owners: ['owner@tenant.example.com'],
        dataPlane: 'aws-eu-central-1',
        shards: [{ id: '0', status: 'PRIMARY' }],
      },
    ],
    events: [],
  });
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.scenario;
}
