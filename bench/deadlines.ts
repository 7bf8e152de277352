import { PolicyBook } from '../functions/abandonment/policy-book.ts';
import { HOUR, type Instant, MINUTE } from '../functions/abandonment/time.ts';
import { taskRecordFrom } from '../functions/catalog/task-entry.ts';
import { setPolicy } from '../functions/operators/policies.ts';
import { runScan } from '../functions/scanner/scan.ts';
import { newDataPlane } from '../functions/store/data-planes.ts';
import { deadlineWrites } from '../functions/store/deadline-row.ts';
import { keys } from '../functions/store/keys.ts';
import { ROW_VERSION } from '../functions/store/rows.ts';
import { type Change, MemoryTable } from '../functions/store/table/memory-table.ts';
import type { Write } from '../functions/store/table/table.port.ts';
import { taskWrite } from '../functions/store/tasks.ts';
import { benchSystem, KeptQueues } from './bench-system.ts';
import { machine, print, printFigure } from './output.ts';

const NOW: Instant = Date.parse('2026-03-02T09:00:00Z');
const POLICY = { mode: 'notify', failAfter: '2h', stopNotice: '15m', atDeadline: 'alert' };
/** Each started within so long before `NOW`, evenly: none is near its end yet. */
const STARTED_WITHIN = 100 * MINUTE;
/** Jobs stored at once: with their places in the index of deadlines. */
const AT_ONCE = 50;
const PLANE = 'eu-1';

/**
 * Moves the deadlines of many jobs by one policy, and counts what that writes on them: nothing, neither by the change nor by
 * the scan after it; and the scan at which the new notice begins finds exactly those in it.
 */
export async function benchDeadlines(jobs: number): Promise<void> {
  const counted = { writes: 0 };
  const onCommit = (changes: readonly Change[]) => {
    counted.writes += changes.filter(({ after, before }) => isOfJob((after ?? before)?.pk)).length;
  };
  const table = new MemoryTable({ onCommit });
  const at = (now: Instant) => benchSystem({ table, now, queues: new KeptQueues(), seed: now / MINUTE });
  await load(table, jobs);
  await setPolicy(at(NOW), { scope: '', by: 'bench', set: POLICY, ceiling: 'disable' });
  await scanned(at, NOW);
  print({
    bench: 'deadlines',
    ...machine(),
    jobs,
    policy: POLICY,
    startedWithin: `${STARTED_WITHIN / MINUTE}m`,
  });
  counted.writes = 0;
  const changing = performance.now();
  await setPolicy(at(NOW), { scope: '', by: 'bench', set: { failAfter: '3h' }, ceiling: 'disable' });
  const changeMs = Math.round(performance.now() - changing);
  // By the old deadlines nearly a third of them would be announced here.
  const scan = await scanned(at, NOW + 30 * MINUTE);
  printFigure({
    bench: 'deadlines',
    figure: 'writes on jobs whose deadlines moved: failAfter 2h to 3h, and the scan after it',
    details: { jobs, changeMs, ...scan },
    value: counted.writes,
    goal: '0',
    met: counted.writes === 0,
    ratio: counted.writes / jobs,
  });
  await announcedByNewDeadlines(at, jobs);
}

type At = (now: Instant) => ReturnType<typeof benchSystem>;

async function announcedByNewDeadlines(at: At, jobs: number): Promise<void> {
  const now = NOW + 75 * MINUTE;
  const { figures, ms } = await scanned(at, now);
  // 3 h less the notice of 15 m; nobody started 3 h ago.
  const isInNotice = (place: number) => now - startOf(place, jobs) >= 165 * MINUTE;
  const expected = Array.from({ length: jobs }, (_, place) => place).filter(isInNotice).length;
  const announced = figures.notices ?? 0;
  printFigure({
    bench: 'deadlines',
    figure: 'jobs announced when the notice of the new deadline begins',
    details: { jobs, ms, considered: figures.considered ?? 0 },
    value: announced,
    goal: `${expected}`,
    met: announced === expected,
    ratio: announced / expected,
  });
}

async function scanned(at: At, now: Instant): Promise<{ ms: number; figures: Record<string, number> }> {
  const system = at(now);
  const before = performance.now();
  const report = await runScan(system, { scheduledAt: now, remainingMs: () => 900_000 });
  if (report.outcome !== 'completed') throw new Error(`the scan was ${report.outcome}`);
  const { figures } = report;
  return { ms: Math.round(performance.now() - before), figures };
}

function startOf(place: number, jobs: number): Instant {
  return NOW - Math.floor((place * STARTED_WITHIN) / jobs);
}

async function load(table: MemoryTable, jobs: number): Promise<void> {
  const policy = PolicyBook.fromDocuments(new Map([['', POLICY]])).global;
  const plane = { ...newDataPlane(PLANE, NOW), rev: 1 };
  await table.transact([{ put: { ...keys.dataPlane(PLANE), v: ROW_VERSION, ...plane } }], 'plane');
  for (let from = 0; from < jobs; from += AT_ONCE) {
    const writes: Write[] = [];
    for (let place = from; place < Math.min(jobs, from + AT_ONCE); place += 1) {
      const record = taskRecordFrom(jobEntry(place, jobs), NOW, policy);
      writes.push(taskWrite(record, policy), ...deadlineWrites(undefined, record));
    }
    const { outcome } = await table.transact(writes, `jobs ${from}`);
    if (outcome !== 'applied') throw new Error(`jobs could not be stored: ${outcome}`);
  }
}

function jobEntry(place: number, jobs: number): Parameters<typeof taskRecordFrom>[0] {
  return {
    id: `tenant${place % 100}/jobs/${place}`,
    kind: 'job',
    enabled: true,
    createdAt: NOW - 3 * HOUR,
    owners: [`owner${place % 1_000}@acme.test`],
    dataPlane: PLANE,
    startedAt: startOf(place, jobs),
  };
}

/** The rows of tasks, those of the index of deadlines among them, but no audit. */
function isOfJob(pk: string | undefined): boolean {
  return pk?.startsWith('T#') ?? false;
}
