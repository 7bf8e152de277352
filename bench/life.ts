import { DAY, formatInstant, type Instant } from '../functions/abandonment/time.ts';
import type { Key } from '../functions/store/table/table.port.ts';
import { deployedService } from '../simulation/engine/deployed-service.ts';
import { World } from '../simulation/engine/world.ts';
import { parseScenario } from '../simulation/scenario/scenario.ts';
import type { Scenario } from '../simulation/scenario/scenario-types.ts';
import { CapacityMeter, type Use } from './capacity.ts';
import { CountingTable } from './counting-table.ts';
import { itemSize } from './item-size.ts';
import { print, printFigure, rounded } from './output.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
/** When the tasks lose `PRIMARY`. */
const LOST: Instant = START + DAY;
const TASKS = 10;
const GOAL = 60;

/** The days of one life under the default policy in mode `disable`, counted from the loss. */
const STEPS: Record<number, string> = {
  0: 'fail',
  14: 'fire and warn',
  18: 'first reminder',
  20: 'second reminder',
  21: 'disable',
};
const REFRESHED =
  'evidence refreshed while it fails (21 days, observed every 9 h, stored at most every 12 h)';

/** Rows of a run or of the fleet, however many tasks it touches. */
const SHARED = new Set([
  'pauses, scans, pace, feeds',
  'runs',
  'data planes',
  'steps',
  'generators',
  'canaries',
]);

/** A row a day for each tenant and data plane, however many tasks they have; here each task has a tenant of its own. */
const FACTS = 'facts';

/** Written units per task and where they went. */
interface Life {
  units: number;
  onIndexes: number;
  refreshed: number;
  facts: number;
  steps: { step: string; units: number; parts: Record<string, number> }[];
  rowBytes: { first: number; largest: number };
}

/**
 * Write units of one task for one whole life, by the real ingest, scanner and workers on the
 * memory table, computed from the sizes of rows: of tasks with an owner each, so that no mail is shared, and of tasks
 * that share one owner and their mails.
 */
export async function benchLife(): Promise<void> {
  const shared = await lifeOf(1);
  const alone = await lifeOf(TASKS);
  for (const { step, units, parts } of alone.steps) {
    print({ bench: 'scan', step, tasksPerOwner: 1, writeUnits: units, parts });
  }
  for (const { step, units } of shared.steps) {
    print({ bench: 'scan', step, tasksPerOwner: TASKS, writeUnits: units });
  }
  printFigure({
    bench: 'scan',
    figure: 'write units per task for one whole life (fail, fire, warn, 2 reminders, disable; 4 mails)',
    details: {
      on: 'memory table, units computed from the sizes of rows (DynamoDB Local answers 16 for any transaction)',
      tasksPerOwner: 1,
      taskRowBytes: alone.rowBytes,
      ofThemOnIndexes: alone.onIndexes,
      evidenceRefreshedBeside: alone.refreshed,
      factsOfItsTenantBeside: alone.facts,
      where10TasksShareAnOwner: shared.units,
    },
    value: alone.units,
    goal: `<= ${GOAL}`,
    met: alone.units <= GOAL,
    ratio: rounded(alone.units / GOAL, 2),
  });
}

type PlacedUse = Use & { step: string; process: string };

async function lifeOf(owners: number): Promise<Life> {
  const meters = new Map<string, CapacityMeter>();
  const bytes: number[] = [];
  const outcome = await new World(scenario(owners), deployedService, {
    processOf(name, system) {
      const place = `${stepOf(name, system.clock.now())}/${name}`;
      const meter = meters.get(place) ?? new CapacityMeter();
      meters.set(place, meter);
      const { table } = system;
      const peek = async (key: Key) => {
        const row = await table.get(key);
        if (row?.sk === 'T') bytes.push(itemSize(row));
        return row;
      };
      return { ...system, table: new CountingTable(table, meter, peek) };
    },
  }).run();
  if (outcome.broken.length > 0 || outcome.summary.disabled !== TASKS) {
    throw new Error(`not one whole life each: ${JSON.stringify(outcome.summary)}`);
  }
  const uses = [...meters].flatMap(([place, meter]) => {
    const [step = '', process = ''] = place.split('/');
    return meter.uses().map((use) => ({ ...use, step, process }));
  });
  return summed(
    uses.filter(({ what, rows }) => what === 'write' && !SHARED.has(rows)),
    bytes,
  );
}

function summed(all: PlacedUse[], bytes: number[]): Life {
  const facts = all.filter(({ rows }) => rows === FACTS);
  const writes = all.filter(({ rows }) => rows !== FACTS);
  const life = writes.filter(({ step }) => step !== REFRESHED);
  return {
    units: perTask(life),
    onIndexes: perTask(life.filter(({ by }) => by === 'index')),
    facts: perTask(facts),
    refreshed: perTask(writes.filter(({ step }) => step === REFRESHED)),
    steps: [...Object.values(STEPS), REFRESHED].map((step) => {
      const mine = writes.filter((use) => use.step === step);
      return { step, units: perTask(mine), parts: partsOf(mine) };
    }),
    rowBytes: { first: bytes[0] ?? 0, largest: Math.max(...bytes) },
  };
}

function perTask(uses: readonly Use[]): number {
  return rounded(uses.reduce((sum, { units }) => sum + units, 0) / TASKS, 2);
}

function partsOf(uses: readonly PlacedUse[]): Record<string, number> {
  const parts: Record<string, number> = {};
  for (const use of uses) {
    const name = `${use.process}: ${use.rows}`;
    parts[name] = rounded((parts[name] ?? 0) + use.units / TASKS, 2);
  }
  return parts;
}

/** What ingest takes in between is the repeated observation; what is written on other days is left to the last step. */
function stepOf(process: string, now: Instant): string {
  const day = Math.floor((now - LOST) / DAY);
  if (process === 'ingest' && day !== 21 && now !== LOST) return REFRESHED;
  return STEPS[day] ?? 'between';
}

function scenario(owners: number): Scenario {
  const tasks = Array.from({ length: TASKS }, (_, at) => ({
    id: `tenant${at}/production/orders/capture-from-postgres-${at}`,
    kind: 'capture',
    enabled: true,
    createdAt: '2025-06-01T00:00:00Z',
    owners: [`owner.${at % owners}@tenant.example.com`],
    dataPlane: `aws-eu-central-${at}`,
    shards: [{ id: '0', status: 'PRIMARY' }],
  }));
  const events = tasks.map(({ id }) => ({
    at: formatInstant(LOST),
    type: 'shards',
    task: id,
    shards: [{ id: '0', status: 'FAILED' }],
  }));
  const parsed = parseScenario({
    version: 1,
    start: formatInstant(START),
    until: formatInstant(LOST + 23 * DAY),
    scanEvery: '1h',
    policy: { mode: 'disable' },
    tasks,
    events,
  });
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.scenario;
}
