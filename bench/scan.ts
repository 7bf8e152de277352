import { MINUTE } from '../functions/abandonment/time.ts';
import { itemSize } from './item-size.ts';
import { benchLife } from './life.ts';
import { machine, median, print, printFigure, rounded } from './output.ts';
import { describeFleet, LOADED, settingRows, taskRows } from './sample-fleet.ts';
import type { ScanDone } from './scan-process.ts';
import { bundleScanProcess, hearPlanes, mailWhatWasQueued, scanIn } from './scan-runs.ts';
import { type ScannedTable, tableInDynamoDbLocal, tableInMemory } from './scanned-table.ts';

const SCAN_EVERY = 15 * MINUTE;
/** Steady scans whose median counts. */
const REPEATED = 5;
const SMALL = 10_000;
const GOALS = { reads: 1 / 500, memory: 1.2 };

/** What the scans of one fleet came to. */
interface Scans {
  fullRead: number;
  first: Measured;
  steady: Measured[];
  scanned: ScannedTable;
}

interface Measured extends ScanDone {
  /** As DynamoDB Local reports it, or as computed on the memory table. */
  reads: number;
  writes: number;
}

/**
 * What a scan reads in the steady state against one read of all tasks, what one
 * life of a task writes, and the memory of a scan of a large against a small fleet.
 *
 * @param endpoint where DynamoDB Local answers; undefined: the memory table
 */
export async function benchScan(tasks: number, endpoint: string | undefined): Promise<void> {
  const program = await bundleScanProcess();
  const small = await scansOf(SMALL, endpoint, program);
  const large = tasks === SMALL ? small : await scansOf(tasks, endpoint, program);
  await benchLife();
  reportMemory(small, large, tasks);
  reportReads(large, tasks);
}

/** One steady scan of a small fleet, as DynamoDB Local reports it and as the counting table computes it. */
export async function compareScan(endpoint: string): Promise<void> {
  const program = await bundleScanProcess();
  const scans = await scansOf(SMALL, endpoint, program);
  await compare(scans, SMALL, program);
}

async function scansOf(tasks: number, endpoint: string | undefined, program: string): Promise<Scans> {
  const name = `bench-scan-${tasks}`;
  const scanned = endpoint === undefined ? tableInMemory(name) : await tableInDynamoDbLocal(endpoint, name);
  const started = performance.now();
  await scanned.load(taskRows(tasks));
  const fullRead = await scanned.fullRead();
  await scanned.load(settingRows(tasks, LOADED));
  print({
    bench: 'scan',
    step: 'loaded',
    on: scanned.on,
    ...machine(),
    ...describeFleet(tasks),
    rowBytes: rowBytes(tasks),
    fullReadUnits: fullRead,
    seconds: rounded((performance.now() - started) / 1000, 1),
  });
  const first = await measured(scanned, program, LOADED, tasks, 'first scan');
  const mails = await mailWhatWasQueued(scanned, first.sent, LOADED);
  print({ bench: 'scan', step: 'mails of the first scan', tasks, mails });
  await measured(scanned, program, LOADED + SCAN_EVERY, tasks, 'second scan');
  const steady: Measured[] = [];
  for (let run = 2; run < 2 + REPEATED; run += 1) {
    steady.push(await measured(scanned, program, LOADED + run * SCAN_EVERY, tasks, 'steady scan'));
  }
  return { fullRead, first, steady, scanned };
}

async function measured(
  scanned: ScannedTable,
  program: string,
  at: number,
  tasks: number,
  step: string,
): Promise<Measured> {
  await hearPlanes(scanned, at);
  scanned.meter.reset();
  const done = await scanIn(program, scanned, at, false);
  if (done.report.outcome !== 'completed') throw new Error(`the scan was ${done.report.outcome}`);
  const served = scanned.served !== undefined;
  const reads = served ? scanned.meter.total('read') : done.consumed.reads;
  const writes = served ? scanned.meter.total('write') : done.consumed.writes;
  print({
    bench: 'scan',
    step,
    tasks,
    readUnits: reads,
    ...(served ? { writeUnits: writes } : {}),
    figures: done.report.figures,
    messages: done.sent.length,
    seconds: rounded(done.seconds, 2),
    peakRssMiB: mib(done.memory.peak),
    beforeRssMiB: mib(done.memory.before),
  });
  return { ...done, reads, writes };
}

/** The same scan once more, with what the counting table computes beside what DynamoDB Local reports. */
async function compare({ scanned }: Scans, tasks: number, program: string): Promise<void> {
  const at = LOADED + (2 + REPEATED) * SCAN_EVERY;
  await hearPlanes(scanned, at);
  const { consumed, computed } = await scanIn(program, scanned, at, true);
  print({
    bench: 'scan',
    step: 'steady scan, computed beside reported (empty reads are billed and DynamoDB Local reports 0 for them)',
    tasks,
    reportedReadUnits: consumed.reads,
    computedReadUnits: computed.reads,
    parts: computed.readParts,
  });
}

function reportReads({ fullRead, first, steady, scanned }: Scans, tasks: number): void {
  const reads = median(steady.map((scan) => scan.reads));
  const value = reads / fullRead;
  printFigure({
    bench: 'scan',
    figure: 'read units of a steady scan against one read of all task rows (eventually consistent)',
    details: {
      on: scanned.on,
      ...describeFleet(tasks),
      readUnits: reads,
      fullReadUnits: fullRead,
      firstScanReadUnits: first.reads,
      firstScanRatio: rounded(first.reads / fullRead, 4),
      oneIn: Math.round(1 / value),
    },
    value: rounded(value, 6),
    goal: '<= 1/500',
    met: value <= GOALS.reads,
    ratio: rounded(value, 6),
  });
}

function reportMemory(small: Scans, large: Scans, tasks: number): void {
  const peak = (scans: Scans) => median(scans.steady.map((scan) => scan.memory.peak));
  const value = rounded(peak(large) / peak(small), 3);
  printFigure({
    bench: 'scan',
    figure: `peak memory (RSS) of the process of a steady scan, ${tasks} against ${SMALL} tasks`,
    details: {
      on: `${large.scanned.on}; the table is in another process`,
      of: `median of ${REPEATED}, a fresh process each, bundled as deployed`,
      peakMiB: mib(peak(large)),
      smallPeakMiB: mib(peak(small)),
      firstScanPeakMiB: mib(large.first.memory.peak),
      firstScanSmallPeakMiB: mib(small.first.memory.peak),
      firstScanRatio: rounded(large.first.memory.peak / small.first.memory.peak, 3),
    },
    value,
    goal: `<= ${GOALS.memory}`,
    met: value <= GOALS.memory,
    ratio: value,
  });
}

/** The mean size of the rows of healthy tasks and of those that fail. */
function rowBytes(tasks: number): { healthy: number; failing: number } {
  const sizes = { healthy: [0, 0], failing: [0, 0] };
  for (const row of taskRows(Math.min(tasks, 10_000))) {
    const of = row.g1pk === undefined ? sizes.healthy : sizes.failing;
    of[0] = (of[0] ?? 0) + itemSize(row);
    of[1] = (of[1] ?? 0) + 1;
  }
  const mean = ([sum = 0, count = 1]: number[]) => Math.round(sum / count);
  return { healthy: mean(sizes.healthy), failing: mean(sizes.failing) };
}

function mib(bytes: number): number {
  return rounded(bytes / 2 ** 20, 1);
}
