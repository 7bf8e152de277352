import { DAY, formatInstant, type Instant } from '../functions/abandonment/time.ts';
import { deployedService } from '../simulation/deployed-service.ts';
import { parseScenario } from '../simulation/scenario.ts';
import type { Scenario } from '../simulation/scenario-types.ts';
import { World } from '../simulation/world.ts';
import { CapacityMeter, type Use } from './capacity.ts';
import { CountingTable } from './counting-table.ts';
import { itemSize } from './item-size.ts';
import { print, printGoal, rounded } from './output.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
/** When the tasks lose `PRIMARY`. */
const LOST: Instant = START + DAY;
const TASKS = 4;
const GOAL = 60;

/** The days of one life under the default policy in stage `disable`, counted from the loss. */
const STEPS: Record<number, string> = {
  0: 'fail',
  14: 'fire and warn',
  18: 'first reminder',
  20: 'second reminder',
  21: 'disable',
};

/** Rows of a run or of the fleet, however many tasks it touches. */
const SHARED = new Set([
  'pauses, scans, pace, ramp',
  'runs',
  'data planes',
  'generators',
  'alerts to operators',
]);

/**
 * Row 2 of the budgets: write units of one task for one whole life, by the real ingest, scanner and workers on the
 * memory table, computed from the sizes of rows. Each task has an owner of its own, so that no mail is shared.
 */
export async function benchLife(): Promise<void> {
  const meters = new Map<string, CapacityMeter>();
  const bytes: number[] = [];
  const outcome = await new World(scenario(), deployedService, {
    processOf(name, system) {
      const day = Math.floor((system.clock.now() - LOST) / DAY);
      const step = STEPS[day] !== undefined && isStep(name, day, system.clock.now()) ? STEPS[day] : 'between';
      const meter = meters.get(`${step}/${name}`) ?? new CapacityMeter();
      meters.set(`${step}/${name}`, meter);
      const { table } = system;
      const peek = async (key: { pk: string; sk: string }) => {
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
  report(meters, bytes);
}

/** Repeated observations are no step of the life, but the first one and the confirmation are. */
function isStep(process: string, day: number, now: Instant): boolean {
  return process !== 'ingest' || (day === 0 && now === LOST) || day === 21;
}

function scenario(): Scenario {
  const tasks = Array.from({ length: TASKS }, (_, at) => ({
    id: `tenant${at}/production/orders/capture-from-postgres-${at}`,
    kind: 'capture',
    enabled: true,
    createdAt: '2025-06-01T00:00:00Z',
    owners: [`owner.${at}@tenant${at}.example.com`],
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
    policy: { stage: 'disable' },
    tasks,
    events,
  });
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.scenario;
}

function report(meters: Map<string, CapacityMeter>, bytes: number[]): void {
  const uses = [...meters].flatMap(([place, meter]) => meter.uses().map((use) => ({ ...use, place })));
  const writes = uses.filter(({ what, rows }) => what === 'write' && !SHARED.has(rows));
  const perTask = (some: Use[]) => rounded(some.reduce((sum, { units }) => sum + units, 0) / TASKS, 2);
  const life = writes.filter(({ place }) => !place.startsWith('between'));
  const between = writes.filter(({ place }) => place.startsWith('between/ingest'));
  for (const step of Object.values(STEPS)) {
    const mine = life.filter(({ place }) => place.startsWith(`${step}/`));
    print({ bench: 'scan', row: 2, step, writeUnits: perTask(mine), parts: partsOf(mine) });
  }
  const others = writes.filter((use) => !life.includes(use) && !between.includes(use));
  print({
    bench: 'scan',
    row: 2,
    step: 'evidence refreshed while it fails (21 days, observed every 9 h, stored at most every 12 h)',
    writeUnits: perTask(between),
    parts: partsOf(between),
    otherWriteUnits: perTask(others),
  });
  const value = perTask(life);
  const indexed = perTask(life.filter(({ by }) => by === 'index'));
  printGoal({
    bench: 'scan',
    figure: 'write units per task for one whole life (fail, fire, warn, 2 reminders, disable)',
    on: 'memory table with computed capacity units (DynamoDB Local answers a constant for transactions)',
    taskRowBytes: { first: bytes[0], largest: Math.max(...bytes) },
    mails: 4,
    ofThemOnIndexes: indexed,
    withEvidenceRefreshed: rounded(value + perTask(between), 2),
    value,
    goal: `<= ${GOAL}`,
    met: value <= GOAL,
  });

  function partsOf(some: (Use & { place: string })[]): Record<string, number> {
    const parts: Record<string, number> = {};
    for (const { place, rows, units } of some) {
      const name = `${place.split('/')[1]}: ${rows}`;
      parts[name] = rounded((parts[name] ?? 0) + units / TASKS, 2);
    }
    return parts;
  }
}
