import type { OpenedStage } from '../cli/stage.ts';
import { type Started, startConsole } from '../console/start.ts';
import { MINUTE } from '../functions/abandonment/time.ts';
import { MemoryTable } from '../functions/store/table/memory-table.ts';
import type { Key, Row } from '../functions/store/table/table.port.ts';
import { benchSystem, KeptQueues } from './bench-system.ts';
import { CapacityMeter } from './capacity.ts';
import { CountingTable } from './counting-table.ts';
import { machine, median, print, printFigure, rounded } from './output.ts';
import { describeFleet, heldRows, LOADED, settingRows, taskRows } from './sample-fleet.ts';

/** A page may take so long. */
const GOAL_MS = 1_000;
const NOW = LOADED + MINUTE;
const TIMES = 5;

/** So many tasks are held at once. */
const HELD = 5_000;

type Pages = readonly (readonly [page: string, path: string])[];

/** Pages that rest on what was read of the fleet. */
const OF_FLEET: Pages = [
  ['the overview once the fleet was read', '/'],
  ['the first page of all tasks once the fleet was read', '/tasks?state=all'],
];
/** Pages about what a spike holds, which is read for each. */
const OF_HELD: Pages = [
  ['all holds', '/holds'],
  ['the hold', '/holds/show?hold=blast-radius'],
  ['the confirmation of its approval', '/act/approve'],
];

/** How long a page of the console takes, of a fleet that was read and of many tasks that are held, and what reading costs, on a table in memory. */
export async function benchConsole(tasks: number): Promise<void> {
  print({ bench: 'console', ...machine(), ...describeFleet(tasks) });
  await benchPages([...settingRows(tasks, NOW), ...taskRows(tasks)], OF_FLEET, { tasks });
  await benchPages([...settingRows(HELD, NOW), ...heldRows(HELD)], OF_HELD, { held: HELD });
}

async function benchPages(rows: readonly Row[], pages: Pages, of: Record<string, number>): Promise<void> {
  const meter = new CapacityMeter();
  const console = await consoleOf(rows, meter);
  try {
    for (const [page, path] of pages) await benchPage(console, meter, { page, path, of });
  } finally {
    await console.close();
  }
}

async function consoleOf(rows: readonly Row[], meter: CapacityMeter): Promise<Started & { cookie: string }> {
  // One page: this table puts all of its rows in order for each page of a scan, which DynamoDB has not to do.
  const memory = new MemoryTable({ pageRows: 2 * rows.length });
  await load(memory, rows);
  const table = new CountingTable(memory, meter, (key: Key) => memory.get(key));
  const system = benchSystem({ table, now: NOW, queues: new KeptQueues(), seed: 1 });
  // These pages ask the table alone.
  const stage = { name: 'bench', modeCeiling: 'disable', system } as OpenedStage;
  const started = await startConsole({
    stage,
    operator: async () => 'bench',
    allowsChanges: true,
    port: 0,
    env: {},
  });
  const entered = await fetch(started.startUrl, { redirect: 'manual' });
  return { ...started, cookie: (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}

async function load(table: MemoryTable, rows: readonly Row[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 100)
    await table.transact(
      rows.slice(from, from + 100).map((put) => ({ put })),
      'bench',
    );
}

async function benchPage(
  { origin, cookie }: Started & { cookie: string },
  meter: CapacityMeter,
  { page, path, of }: { page: string; path: string; of: Record<string, number> },
): Promise<void> {
  const ask = async () => {
    const began = performance.now();
    const before = meter.total('read');
    const response = await fetch(`${origin}${path}`, { headers: { cookie } });
    const bytes = (await response.text()).length;
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
    return { ms: performance.now() - began, readUnits: meter.total('read') - before, bytes };
  };
  const first = await ask();
  const later = [];
  for (let time = 0; time < TIMES; time += 1) later.push(await ask());
  const value = Math.round(median(later.map(({ ms }) => ms)));
  printFigure({
    bench: 'console',
    figure: `milliseconds of ${page}`,
    details: {
      ...of,
      firstMs: Math.round(first.ms),
      firstReadUnits: rounded(first.readUnits, 1),
      readUnits: rounded(later[0]?.readUnits ?? 0, 1),
      bytes: first.bytes,
    },
    value,
    goal: `<= ${GOAL_MS}`,
    met: value <= GOAL_MS,
    ratio: rounded(value / GOAL_MS, 3),
  });
}
