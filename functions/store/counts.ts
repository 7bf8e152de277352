import { isEligible } from '../abandonment/evidence.ts';
import { isHealthy } from '../abandonment/healthy-spells.ts';
import type { EffectivePolicy } from '../abandonment/policy.ts';
import { LONGEST_MEMORY } from '../abandonment/spans.ts';
import { tenantOf } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { keys, sortable } from './keys.ts';
import { eachRow } from './rows.ts';
import type { Table, Write } from './table/table.port.ts';
import type { TaskRecord } from './tasks.ts';

/** Eligible and alive tasks of one tenant on one data plane. */
export interface PlaneCount {
  dataPlane: string;
  tenant: string;
  eligible: number;
  alive: number;
}

interface Standing {
  dataPlane: string;
  tenant: string;
  eligible: number;
  alive: number;
}

function standingOf(record: TaskRecord | undefined, policy: EffectivePolicy): Standing | undefined {
  if (!record || !isEligible(record.task)) return undefined;
  const alive = isHealthy(record.evidence, policy) ? 1 : 0;
  return { dataPlane: record.task.dataPlane, tenant: tenantOf(record.task.id), eligible: 1, alive };
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
    const alive = next.alive - old.alive;
    return alive === 0 ? [] : [{ add: keys.count(next.dataPlane, next.tenant), by: { alive } }];
  }
  const writes: Write[] = [];
  if (old) {
    writes.push({ add: keys.count(old.dataPlane, old.tenant), by: { eligible: -1, alive: -old.alive } });
    const lostAt = before?.evidence.lostAt;
    if (lostAt !== undefined && inOutage)
      writes.push({
        add: keys.leftOutage(old.dataPlane, lostAt),
        by: { tasks: 1 },
        set: { ttl: Math.ceil((lostAt + LONGEST_MEMORY) / 1_000) },
      });
  }
  if (next)
    writes.push({ add: keys.count(next.dataPlane, next.tenant), by: { eligible: 1, alive: next.alive } });
  return writes;
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
      });
    }
    cursor = page.cursor;
  } while (cursor);
  return counts;
}
