import { isRunningJob } from '../abandonment/deadlines.ts';
import { isEligible } from '../abandonment/evidence.ts';
import { isHealthy } from '../abandonment/healthy-spells.ts';
import type { EffectivePolicy } from '../abandonment/policy.ts';
import { tenantOf } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { keys, sortable } from './keys.ts';
import { eachRow } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Table, Write } from './table/table.port.ts';
import type { TaskRecord } from './tasks.ts';

/** Eligible and alive tasks of one tenant on one data plane. */
export interface PlaneCount {
  dataPlane: string;
  tenant: string;
  eligible: number;
  alive: number;
  /** Jobs that run: they are no part of outages, and count as eligible where it is asked how much is disabled. */
  jobs: number;
}

interface Standing {
  dataPlane: string;
  tenant: string;
  eligible: number;
  alive: number;
  jobs: number;
}

function standingOf(record: TaskRecord | undefined, policy: EffectivePolicy): Standing | undefined {
  if (!record) return undefined;
  const place = { dataPlane: record.task.dataPlane, tenant: tenantOf(record.task.id) };
  if (isRunningJob(record.task)) return { ...place, eligible: 0, alive: 0, jobs: 1 };
  if (!isEligible(record.task)) return undefined;
  return { ...place, eligible: 1, alive: isHealthy(record.evidence, policy) ? 1 : 0, jobs: 0 };
}

/**
 * The additions that carry a task's change over to the counters of its data plane; to be written in the same
 * transaction. Empty where nothing changes. `before` is undefined for a task not stored yet; `inOutage` is false where
 * the caller knows that its data plane has no correlated outage to leave.
 */
export function countWrites(
  before: TaskRecord | undefined,
  after: TaskRecord,
  policy: EffectivePolicy,
  inOutage = true,
): Write[] {
  const old = standingOf(before, policy);
  const next = standingOf(after, policy);
  if (old && next && old.dataPlane === next.dataPlane) {
    const by = additions(next, old);
    return Object.keys(by).length === 0 ? [] : [{ add: keys.count(next.dataPlane, next.tenant), by }];
  }
  const writes: Write[] = [];
  if (old) {
    writes.push({ add: keys.count(old.dataPlane, old.tenant), by: takenOff(old) });
    const lostAt = before?.evidence.lostAt;
    if (lostAt !== undefined && inOutage && old.eligible > 0)
      writes.push({
        add: keys.leftOutage(old.dataPlane, lostAt),
        by: { tasks: 1 },
        set: endingOf('outages', lostAt),
      });
  }
  if (next) writes.push({ add: keys.count(next.dataPlane, next.tenant), by: putOn(next) });
  return writes;
}

/** The part of a task of each kind in the counters of its plane. */
function putOn({ eligible, alive, jobs }: Standing): Record<string, number> {
  return jobs > 0 ? { eligible, alive, jobs } : { eligible, alive };
}

function takenOff(old: Standing): Record<string, number> {
  return Object.fromEntries(Object.entries(putOn(old)).map(([name, by]) => [name, -by]));
}

function additions(next: Standing, old: Standing): Record<string, number> {
  const by = {
    eligible: next.eligible - old.eligible,
    alive: next.alive - old.alive,
    jobs: next.jobs - old.jobs,
  };
  return Object.fromEntries(Object.entries(by).filter(([, change]) => change !== 0));
}

/** How many tasks of a plane that lost `PRIMARY` in [from, to] have ceased to be eligible. */
export async function loadLeft(table: Table, dataPlane: string, from: Instant, to: Instant): Promise<number> {
  let left = 0;
  const sk = { from: sortable(from), to: sortable(to) };
  for await (const row of eachRow(table, { pk: keys.leftOutage(dataPlane, from).pk, sk }))
    left += Number(row.tasks);
  return left;
}

/** The counters of one data plane, one entry per tenant. */
export async function loadCounts(table: Table, dataPlane: string): Promise<PlaneCount[]> {
  const counts: PlaneCount[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.query({ pk: keys.count(dataPlane, '').pk, ...(cursor ? { cursor } : {}) });
    for (const row of page.rows) {
      counts.push({
        dataPlane,
        tenant: row.sk,
        eligible: Number(row.eligible ?? 0),
        alive: Number(row.alive ?? 0),
        jobs: Number(row.jobs ?? 0),
      });
    }
    cursor = page.cursor;
  } while (cursor);
  return counts;
}
