import { PolicyBook } from '../functions/abandonment/policy-book.ts';
import { tenantOf } from '../functions/abandonment/task.ts';
import { DAY, type Instant, MINUTE } from '../functions/abandonment/time.ts';
import { taskRecordFrom } from '../functions/catalog/task-entry.ts';
import { newDataPlane } from '../functions/store/data-planes.ts';
import { keys } from '../functions/store/keys.ts';
import { policyWrite } from '../functions/store/policies.ts';
import { ROW_VERSION } from '../functions/store/rows.ts';
import type { Row } from '../functions/store/table/table.port.ts';
import { type TaskRecord, taskWrite } from '../functions/store/tasks.ts';

/** When the fleet is as it was loaded. */
export const LOADED: Instant = Date.parse('2026-03-02T09:00:00Z');

const TENANTS = 100;
const PLANES = 10;
/** Every so many-th task fails; of these, every so many-th is past its threshold. */
const FAILING = 100;
const PAST = 10;
/** Tasks past their threshold that share an owner. */
const SHARED_BY = 10;
const THRESHOLD = 14 * DAY;
const POLICY = { mode: 'disable' };

const book = PolicyBook.fromDocuments(new Map([['', POLICY]]));

/** What the fleet of a scan benchmark is made of. */
export function describeFleet(tasks: number): Record<string, unknown> {
  return {
    tasks,
    failing: Math.ceil(tasks / FAILING),
    pastThreshold: Math.ceil(tasks / FAILING / PAST),
    tenants: TENANTS,
    dataPlanes: PLANES,
    ownersOfThosePast: Math.ceil(tasks / FAILING / PAST / SHARED_BY),
    stage: POLICY.mode,
  };
}

/** The rows of the tasks, one by one: 1 % fail, losses spread evenly over time; 0.1 % are past the threshold. */
export function* taskRows(tasks: number): Generator<Row> {
  for (let place = 0; place < tasks; place += 1) {
    const record = recordOf(place, tasks);
    yield { ...taskWrite(record, book.global).put, w: '01KF21M300012NXV4E290YBDEC' };
  }
}

/** The rows of tasks that a spike holds since the day their date came: warned a week before, each past its threshold. */
export function* heldRows(tasks: number): Generator<Row> {
  for (let held = 0; held < tasks; held += 1) {
    const record = recordOf(held * FAILING * PAST, tasks * FAILING * PAST);
    yield { ...taskWrite(heldFrom(record), book.global).put, w: '01KF21M300012NXV4E290YBDEC' };
  }
}

function heldFrom(record: TaskRecord): TaskRecord {
  const [firedAt, heldAt] = [LOADED - 8 * DAY, LOADED - DAY];
  return {
    ...record,
    episodes: 1,
    open: {
      number: 1,
      firedAt,
      since: record.evidence.lostAt ?? firedAt,
      warnAfter: THRESHOLD,
      grace: 1,
      disableAfter: 7 * DAY,
      told: {},
      dates: [{ at: firedAt, disableAt: heldAt, grace: 1, after: 7 * DAY }],
      rungs: [],
      mails: [],
      cell: 'disable failed',
      warned: true,
      brake: { heldAt },
      holds: [{ reason: 'blast-radius', from: heldAt, to: null }],
      graceMode: 'disable',
    },
    hold: { reason: 'blast-radius', since: heldAt },
    next: { at: heldAt, why: 'disable' },
  };
}

/** What is stored beside the tasks: the policy, the data planes heard of just now, and their counters. */
export function settingRows(tasks: number, now: Instant): Row[] {
  const policy = policyWrite('', POLICY);
  const rows: Row[] = 'put' in policy ? [policy.put] : [];
  for (let plane = 0; plane < PLANES; plane += 1) {
    const record = { ...newDataPlane(planeName(plane), LOADED), lifeSignAt: now - MINUTE, rev: 1 };
    rows.push({ ...keys.dataPlane(record.name), v: ROW_VERSION, ...record });
  }
  return [...rows, ...countRows(tasks)];
}

function countRows(tasks: number): Row[] {
  const counts = new Map<string, { plane: string; tenant: string; eligible: number; alive: number }>();
  for (let place = 0; place < tasks; place += 1) {
    const plane = planeName(planeOf(place));
    const tenant = tenantOf(idOf(place));
    const count = counts.get(`${plane} ${tenant}`) ?? { plane, tenant, eligible: 0, alive: 0 };
    count.eligible += 1;
    if (place % FAILING !== 0) count.alive += 1;
    counts.set(`${plane} ${tenant}`, count);
  }
  return [...counts.values()].map(({ plane, tenant, eligible, alive }) => ({
    ...keys.count(plane, tenant),
    eligible,
    alive,
  }));
}

function recordOf(place: number, tasks: number): TaskRecord {
  const failing = place % FAILING === 0;
  const past = place % (FAILING * PAST) === 0;
  const since = failing ? lossOf(place, tasks, past) : undefined;
  const entry = {
    id: idOf(place),
    kind: 'capture' as const,
    enabled: true,
    createdAt: LOADED - 400 * DAY,
    observedSince: LOADED - 200 * DAY,
    owners: [
      past
        ? `data.engineer.${Math.floor(place / (FAILING * PAST * SHARED_BY))}@example.com`
        : 'data.platform.team@example.com',
    ],
    dataPlane: planeName(planeOf(place)),
    shards: [{ id: '0', status: failing ? ('FAILED' as const) : ('PRIMARY' as const) }],
    ...(since === undefined ? {} : { lastPrimaryAt: since }),
  };
  const record = taskRecordFrom(entry, LOADED, book.global);
  return since === undefined ? record : { ...record, evidence: { ...record.evidence, lostAt: since } };
}

/** Spread evenly: over the threshold's length before now (no threshold is passed in the next hours), or before that. */
function lossOf(place: number, tasks: number, past: boolean): Instant {
  const share = ((place / FAILING) * 0.618_034 + place / tasks) % 1;
  const age = past ? THRESHOLD * (1.001 + share) : THRESHOLD * 0.99 * share;
  return Math.floor(LOADED - age);
}

function idOf(place: number): string {
  const number = String(place).padStart(7, '0');
  return `tenant-${String(tenantNumber(place)).padStart(3, '0')}/production/europe/orders/capture-from-postgres-replica-in-eu-central-${number}`;
}

/** Mixed, so that failing tasks belong to all tenants and planes. */
function tenantNumber(place: number): number {
  return Math.floor(place / 7) % TENANTS;
}

function planeOf(place: number): number {
  return Math.floor(place / 13) % PLANES;
}

function planeName(plane: number): string {
  return `aws-eu-central-1-production-${plane}`;
}
