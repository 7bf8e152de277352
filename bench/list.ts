import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { MINUTE } from '../functions/abandonment/time.ts';
import { MemoryTable } from '../functions/store/table/memory-table.ts';
import type { Key, Row, Table, TransactResult, Write } from '../functions/store/table/table.port.ts';
import { DEPLOYED, ROOT, temporaryFolder } from './bundle-options.ts';
import { CapacityMeter } from './capacity.ts';
import { CountingTable, queryUnits } from './counting-table.ts';
import { itemSize } from './item-size.ts';
import type { ListDone, ListOrder } from './list-process.ts';
import { machine, median, print, printFigure, rounded } from './output.ts';
import { LOADED, taskRows } from './sample-fleet.ts';
import { serveTable } from './table-over-ipc.ts';

/** Large enough that the code is warm. */
const SMALL = 50_000;
/** Passes of each kind whose median counts, in turns. */
const REPEATED = 3;
const GOALS = { reads: 1 / 50, time: 1.15, memory: 1.2 };

/** A table that keeps all but the rows of tasks and their counters, whose number is not to be held here. */
class WithoutTasks implements Table {
  readonly #inner = new MemoryTable({ pageRows: 1_000 });
  /** Rows of tasks that were written. */
  tasksWritten = 0;

  get(key: Key): Promise<Row | undefined> {
    return this.#inner.get(key);
  }

  batchGet(keys: Key[]): Promise<Row[]> {
    return this.#inner.batchGet(keys);
  }

  query: Table['query'] = (query) => this.#inner.query(query);

  scan: Table['scan'] = (cursor) => this.#inner.scan(cursor);

  transact(writes: Write[], writer: string): Promise<TransactResult> {
    const kept = writes.filter(
      (write) => !('add' in write) && !('put' in write && write.put.pk.startsWith('T#')),
    );
    this.tasksWritten += writes.filter((write) => 'put' in write && write.put.pk.startsWith('T#')).length;
    return kept.length === 0 ? Promise.resolve({ outcome: 'applied' }) : this.#inner.transact(kept, writer);
  }
}

/** One fleet: its control plane, and what is stored of its listings. */
interface Fleet {
  tasks: number;
  table: WithoutTasks;
  meter: CapacityMeter;
  served: Table;
  program: string;
  port: number;
  now: number;
}

interface Steady {
  onlyList: ListDone[];
  listing: ListDone[];
  first: ListDone;
  /** What a listing in which nothing changed holds at most. */
  heldBytes: number;
  readUnits: number;
  writeUnits: Record<string, number>;
}

/**
 * What a listing in which nothing changed reads and writes, against one read of all rows of its tasks; its time against only
 * asking for its pages over HTTP; its memory for a large against a small fleet.
 */
export async function benchList(tasks: number): Promise<void> {
  const [program, serverProgram] = [await bundled('list-process'), await bundled('list-server')];
  const server = fork(serverProgram, { execArgv: [] });
  const port = await new Promise<number>((resolve) =>
    server.once('message', (announced: { port: number }) => resolve(announced.port)),
  );
  try {
    const small = await passesOf(fleetOf(SMALL, program, port));
    const large = tasks === SMALL ? small : await passesOf(fleetOf(tasks, program, port));
    report(small, large, tasks);
  } finally {
    server.disconnect();
  }
}

async function bundled(name: string): Promise<string> {
  const { build } = await import('esbuild');
  const outfile = join(temporaryFolder(), `${name}.mjs`);
  await build({ ...DEPLOYED, entryPoints: [join(ROOT, 'bench', `${name}.ts`)], outfile });
  return outfile;
}

function fleetOf(tasks: number, program: string, port: number): Fleet {
  const table = new WithoutTasks();
  const meter = new CapacityMeter();
  const served = new CountingTable(table, meter, (key) => table.get(key));
  return { tasks, table, meter, served, program, port, now: LOADED };
}

async function passesOf(fleet: Fleet): Promise<Steady> {
  const first = await passIn(fleet, 'listing', 'first listing');
  if (fleet.table.tasksWritten !== fleet.tasks)
    throw new Error(`${fleet.table.tasksWritten} tasks were written`);
  const onlyList: ListDone[] = [];
  const listing: ListDone[] = [];
  let readUnits = 0;
  let writeUnits: Record<string, number> = {};
  for (let turn = 0; turn < REPEATED; turn += 1) {
    onlyList.push(await passIn(fleet, 'only-list', 'only its pages'));
    fleet.meter.reset();
    listing.push(await passIn(fleet, 'listing', 'listing in which nothing changed'));
    readUnits = fleet.meter.total('read');
    writeUnits = fleet.meter.parts('write');
  }
  const { heldBytes } = await passIn(fleet, 'listing', 'the same, with its garbage collected', true);
  return { first, onlyList, listing, heldBytes, readUnits, writeUnits };
}

async function passIn(
  fleet: Fleet,
  pass: ListOrder['pass'],
  step: string,
  collects = false,
): Promise<ListDone> {
  fleet.now += 15 * MINUTE;
  const { tasks, now, port } = fleet;
  const child = fork(fleet.program, {
    serialization: 'advanced',
    execArgv: collects ? ['--expose-gc'] : [],
  });
  serveTable(child, fleet.served);
  const done = await doneBy(child, { pass, tasks, now, port, collects });
  const { seconds, cpuSeconds, peakBytes, heldBytes, ...counts } = done;
  print({
    bench: 'list',
    step,
    tasks,
    ...counts,
    seconds: rounded(seconds, 2),
    cpuSeconds: rounded(cpuSeconds, 2),
    peakRssMiB: rounded(peakBytes / 2 ** 20),
    ...(collects && { heldMiB: rounded(heldBytes / 2 ** 20, 1) }),
  });
  if (pass === 'listing' && done.outcome !== 'whole') throw new Error(`the listing ended as ${done.outcome}`);
  return done;
}

function doneBy(child: ChildProcess, order: ListOrder): Promise<ListDone> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('message', (message: { done?: ListDone }) => message.done && resolve(message.done));
    child.on(
      'exit',
      (code) => code !== 0 && reject(new Error(`the listing process ended with code ${code}`)),
    );
    child.send({ order });
  });
}

function report(small: Steady, large: Steady, tasks: number): void {
  reportReads(large, tasks);
  reportWrites(large, tasks);
  reportMemory(small, large, tasks);
  reportTime(large, tasks);
}

function reportReads({ readUnits }: Steady, tasks: number): void {
  const fullRead = queryUnits(sizesOf(tasks), false);
  const ratio = readUnits / fullRead;
  printFigure({
    bench: 'list',
    figure:
      'read units of a listing in which nothing changed, against one eventually consistent read of its task rows',
    details: { on: 'memory table, units computed from the sizes of rows', tasks, fullReadUnits: fullRead },
    value: readUnits,
    goal: '<= 1/50',
    met: ratio <= GOALS.reads,
    ratio: rounded(ratio, 5),
  });
}

function* sizesOf(tasks: number): Generator<number> {
  for (const row of taskRows(tasks)) yield itemSize(row);
}

function reportWrites({ writeUnits }: Steady, tasks: number): void {
  const { 'progress of listings': progress = 0, ...others } = writeUnits;
  const value = Object.values(others).reduce((sum, units) => sum + units, 0);
  printFigure({
    bench: 'list',
    figure: 'write units of tasks, planes and pages in a listing in which nothing changed',
    details: { tasks, progressWriteUnits: progress, parts: others },
    value,
    goal: '0',
    met: value === 0,
    ratio: value,
  });
}

function reportMemory(small: Steady, large: Steady, tasks: number): void {
  const peak = (passes: ListDone[]) => median(passes.map(({ peakBytes }) => peakBytes));
  const mib = (bytes: number) => rounded(bytes / 2 ** 20, 1);
  const ratio = large.heldBytes / small.heldBytes;
  printFigure({
    bench: 'list',
    figure: `memory that a listing of ${tasks} tasks holds, against one of ${SMALL}`,
    details: {
      smallMiB: mib(small.heldBytes),
      peakRssMiB: mib(peak(large.listing)),
      peakRssOfOnlyListingMiB: mib(peak(large.onlyList)),
      peakRssOfTheFirstListingMiB: mib(large.first.peakBytes),
    },
    value: mib(large.heldBytes),
    goal: '<= 1.2',
    met: ratio <= GOALS.memory,
    ratio: rounded(ratio, 2),
  });
}

/** By processor time: what else runs on the machine, and how fast the control plane answers, say nothing of the lister. */
function reportTime({ listing, onlyList }: Steady, tasks: number): void {
  const middle = (passes: ListDone[], of: (pass: ListDone) => number) => median(passes.map(of));
  const [cpu, alone] = [
    middle(listing, (pass) => pass.cpuSeconds),
    middle(onlyList, (pass) => pass.cpuSeconds),
  ];
  const wall = [middle(listing, (pass) => pass.seconds), middle(onlyList, (pass) => pass.seconds)] as const;
  const ratio = cpu / alone;
  printFigure({
    bench: 'list',
    figure: 'processor time to decide listed tasks against only listing them (HTTP)',
    details: {
      ...machine(),
      tasks,
      onlyListSeconds: rounded(alone, 2),
      wallSeconds: rounded(wall[0], 1),
      wallSecondsOfOnlyListing: rounded(wall[1], 1),
      wallRatio: rounded(wall[0] / wall[1], 2),
    },
    value: rounded(cpu, 2),
    goal: '<= 1.15',
    met: ratio <= GOALS.time,
    ratio: rounded(ratio, 2),
  });
}
