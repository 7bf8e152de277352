import { PolicyBook } from '../functions/abandonment/policy-book.ts';
import { DAY, type Instant, MINUTE, SECOND } from '../functions/abandonment/time.ts';
import { taskRecordFrom } from '../functions/catalog/task-entry.ts';
import { runScan } from '../functions/scanner/scan.ts';
import { alertWrite } from '../functions/store/alerts.ts';
import { auditWrite } from '../functions/store/audit.ts';
import { newDataPlane } from '../functions/store/data-planes.ts';
import { keys } from '../functions/store/keys.ts';
import { ROW_VERSION } from '../functions/store/rows.ts';
import { type Change, MemoryTable } from '../functions/store/table/memory-table.ts';
import type { Row, Write } from '../functions/store/table/table.port.ts';
import { type TaskRecord, taskWrite } from '../functions/store/tasks.ts';
import { benchSystem, KeptQueues } from './bench-system.ts';
import { machine, print, printFigure, rounded } from './output.ts';

const START: Instant = Date.parse('2029-03-02T09:00:00Z');
const EVERY = 15 * MINUTE;
const PLANE = 'eu-1';
const POLICY = PolicyBook.fromDocuments(new Map()).global;
/** The retention of deleted tasks, and of what stands beside them, as docs/retention.md says. */
const RETENTION = 400 * DAY;
/** The time that the scanner's function has. It leaves two seconds of it to what is no decision. */
const TIME_LIMIT = 17 * SECOND;
/** A deleted task and what an earlier version left beside it: an alert, and two acts. */
const ROWS_OF_TASK = 4;
/** One of so many tasks is not to go: it is younger, or kept, or there; of the last some begin to fail during the scans. */
const ONE_STAYS_OF = 10;
/** One more task is abandoned with each of the first scans, while what was observed of them is fresh. */
const FAILING = 90;
const MOST_SCANS = 300;

/** What became of the rows, seen by each commit: by name alone, which says what is to stay. */
class Watch {
  collected = 0;
  wrong = 0;

  commit(changes: readonly Change[]): void {
    for (const { before, after } of changes) {
      if (!before || after || !before.pk.startsWith('T#')) continue;
      if (before.pk.includes('/ended/')) this.collected += 1;
      else if (before.sk !== 'D') this.wrong += 1;
    }
  }
}

/**
 * Collects many ended rows while scans go on: each scan comes to its end and fires what is due with it, nothing younger than its
 * retention goes, and nothing that is there.
 */
export async function benchGarbage(rows: number): Promise<void> {
  const watch = new Watch();
  let now = START;
  const table = new MemoryTable({
    pageRows: 1_000,
    now: () => now,
    onCommit: (changes) => watch.commit(changes),
  });
  const tasks = Math.ceil(rows / ROWS_OF_TASK);
  const loading = performance.now();
  const staying = await load(table, tasks);
  const loadMs = Math.round(performance.now() - loading);
  print({ bench: 'garbage', ...machine(), rows, timeLimitSeconds: TIME_LIMIT / SECOND, loadMs });
  const ended = tasks * ROWS_OF_TASK;
  const scans = { all: 0, completed: 0, late: 0, slowestMs: 0 };
  const began = performance.now();
  for (; scans.all < MOST_SCANS && watch.collected < ended; now += EVERY) {
    const { outcome, fired, ms } = await scanned(table, now, scans.all);
    scans.all += 1;
    scans.completed += outcome === 'completed' ? 1 : 0;
    scans.late += fired === expectedAt(now) ? 0 : 1;
    scans.slowestMs = Math.max(scans.slowestMs, ms);
  }
  const seconds = (performance.now() - began) / 1_000;
  const details = {
    rows: ended,
    scans: scans.all,
    slowestScanMs: scans.slowestMs,
    rowsPerSecond: Math.round(watch.collected / seconds),
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1_024),
  };
  figure('ended rows that are still there', details, ended - watch.collected);
  figure(
    'scans that did not come to their end, or fired late',
    details,
    scans.all - scans.completed + scans.late,
  );
  figure('rows that were deleted though they are younger, or there', details, watch.wrong);
  figure('rows that are to stay and are not there', details, staying.length - (await there(table, staying)));
}

function figure(what: string, details: Record<string, unknown>, value: number): void {
  printFigure({
    bench: 'garbage',
    figure: what,
    details,
    value,
    goal: '0',
    met: value === 0,
    ratio: rounded(value / Number(details.rows), 6),
  });
}

interface Scanned {
  outcome: string;
  fired: number;
  ms: number;
}

/** A scan with the time limit of its function, as this machine's clock runs. */
async function scanned(table: MemoryTable, now: Instant, seed: number): Promise<Scanned> {
  const began = performance.now();
  const system = benchSystem({ table, now, queues: new KeptQueues(), seed });
  const remainingMs = () => TIME_LIMIT - (performance.now() - began);
  const { outcome, ...report } = await runScan(system, { scheduledAt: now, remainingMs });
  const figures = 'figures' in report ? report.figures : {};
  return { outcome, fired: figures.fired ?? 0, ms: Math.round(performance.now() - began) };
}

/** With the first scan one is abandoned, and one more with each that follows. */
function expectedAt(now: Instant): number {
  return (now - START) / EVERY < FAILING ? 1 : 0;
}

/** Gives the keys of the rows that are to stay. */
async function load(table: MemoryTable, ended: number): Promise<{ pk: string; sk: string }[]> {
  const plane = { ...newDataPlane(PLANE, START), rev: 1 };
  await stored(table, [{ put: { ...keys.dataPlane(PLANE), v: ROW_VERSION, ...plane } }]);
  for (let place = 0; place < ended; place += 1) {
    const endedAt = START - RETENTION - place * 100;
    await stored(table, rowsOf(`acmeCo/ended/${place}`, { deletedAt: endedAt, beside: endedAt }));
  }
  const staying: { pk: string; sk: string }[] = [];
  for (let place = 0; place < ended / ONE_STAYS_OF; place += 1) {
    const writes = stayingRows(place, START - RETENTION - place * 100);
    staying.push(...writes.map(({ put: { pk, sk } }) => ({ pk, sk })));
    await stored(table, writes);
  }
  for (let place = 0; place < FAILING; place += 1) await stored(table, [failing(place)]);
  return staying;
}

/** One of each kind of what looks old and is not over. */
function stayingRows(place: number, longAgo: Instant): { put: Row }[] {
  const young = START - RETENTION + MOST_SCANS * EVERY + (place + 1) * SECOND;
  const keep = { kind: 'keep' as const, until: young, by: 'ana', at: longAgo };
  switch (place % 4) {
    case 0:
      return rowsOf(`acmeCo/young/${place}`, { deletedAt: young, beside: young });
    case 1:
      return rowsOf(`acmeCo/kept/${place}`, { deletedAt: longAgo, keep, beside: young });
    case 2:
      return rowsOf(`acmeCo/there/${place}`, { beside: longAgo });
    default:
      // The task is over, and an alert of it is not: it numbers the episodes, and stays.
      return rowsOf(`acmeCo/told/${place}`, { deletedAt: longAgo, beside: young });
  }
}

function rowsOf(
  id: string,
  { deletedAt, keep = null, beside }: { deletedAt?: Instant; beside: Instant; keep?: TaskRecord['keep'] },
): { put: Row }[] {
  const made = taskRecordFrom(entryOf(id, 'PRIMARY'), START, POLICY);
  const record = {
    ...made,
    keep,
    task: { ...made.task, ...(deletedAt !== undefined && { deletedAt }) },
  };
  const act = (at: Instant) =>
    auditWrite({ task: id, at, act: 'keep', by: 'ana', reason: '', evidence: {}, mails: [] }) as { put: Row };
  const rows = [{ put: taskWrite(record, POLICY).put }, alertOf(id, beside), act(beside), act(beside - 1)];
  // As an earlier version stored them: without an end.
  return rows.map(({ put: { ttl: _, ...row } }) => ({ put: row as Row }));
}

function alertOf(task: string, resolvedAt: Instant): { put: Row } {
  const firedAt = resolvedAt - 30 * DAY;
  return alertWrite({
    task,
    episode: 1,
    type: 'task_abandoned',
    stage: 'disable',
    since: firedAt - 14 * DAY,
    firedAt,
    resolvedAt,
    reason: 'deleted',
    evidence: {},
    mails: [],
    run: null,
    untold: [],
    holders: [],
  });
}

/** Fails so long that it is abandoned with the scan of its number. */
function failing(place: number): { put: Row } {
  const since = START - POLICY.warnAfter + place * EVERY;
  const seen = { lastPrimaryAt: since, observedSince: since, observedAt: START };
  const entry = { ...entryOf(`acmeCo/failing/${place}`, 'FAILED'), ...seen };
  return { put: taskWrite(taskRecordFrom(entry, START, POLICY), POLICY).put };
}

function entryOf(id: string, status: 'PRIMARY' | 'FAILED'): Parameters<typeof taskRecordFrom>[0] {
  return {
    id,
    kind: 'capture',
    enabled: true,
    createdAt: START - 900 * DAY,
    owners: ['ana@acme.test'],
    dataPlane: PLANE,
    shards: [{ status }],
  };
}

async function stored(table: MemoryTable, writes: Write[]): Promise<void> {
  const { outcome } = await table.transact(writes, 'load');
  if (outcome !== 'applied') throw new Error(`rows could not be stored: ${outcome}`);
}

async function there(table: MemoryTable, wanted: readonly { pk: string; sk: string }[]): Promise<number> {
  let found = 0;
  for (const key of wanted) if (await table.get(key)) found += 1;
  return found;
}
