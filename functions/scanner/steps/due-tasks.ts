import { hasLapsed, isHeldBySpike } from '../../abandonment/approval.ts';
import type { Decision } from '../../abandonment/decide.ts';
import { type HoldReason, tenantOf } from '../../abandonment/task.ts';
import type { Instant } from '../../abandonment/time.ts';
import { isOpen } from '../../episodes/open-task.ts';
import { inBuckets } from '../../store/buckets.ts';
import { bucketOf, index } from '../../store/keys.ts';
import type { Row } from '../../store/table/table.port.ts';
import { loadTasks } from '../../store/tasks.ts';
import { evaluateTask } from '../evaluate-task.ts';
import type { Budget } from '../generator.ts';
import { isDisablingGivenUp } from '../given-up.ts';
import type { Run } from '../run.ts';
import { sweep } from '../sweep.ts';
import type { Counted } from './blast-radius.ts';
import { dueIn } from './due.ts';

/** A task whose date has come. */
export interface Due extends Counted {
  id: string;
  order: string;
  disableAt: Instant;
  /** Due, but quiet hours or silent feedback hold it: counted, not disabled. */
  waits: boolean;
  approved: boolean;
  /** A spike holds it already. */
  braked: boolean;
  /** Held again, for its approval ended before it was used up: it never counts towards a spike again (promise 10). */
  lapsed: boolean;
}

/** All that is due, the oldest first; undefined where the budget was spent before. */
export async function gatherDue(run: Run, budget: Budget): Promise<Due[] | undefined> {
  const due: Due[] = [];
  const work = async (row: Row) => {
    const task = await dueOf(run, row);
    if (task) due.push(task);
  };
  const partitions = inBuckets((bucket) => ({
    items: dueIn(run, index.toDisable(bucket), run.now),
    work,
  }));
  const { cursor } = await sweep(run, { name: 'disabling', partitions, atOnce: 16, budget });
  return cursor === null ? due.sort((a, b) => (a.order < b.order ? -1 : 1)) : undefined;
}

async function dueOf(run: Run, row: Row): Promise<Due | undefined> {
  const id = (row.pk as string).slice(2);
  const record = (await loadTasks(run.system.table, [id])).get(id);
  if (!record) return undefined;
  const seen = await evaluateTask(run, record);
  if (!seen || !isOpen(seen.record) || seen.record.open.disabling || !isDue(seen.decision)) return undefined;
  if (await isDisablingGivenUp(run, seen.record)) return undefined;
  const { decision } = seen;
  const { brake } = seen.record.open;
  const braked = isHeldBySpike(brake, run.now);
  return {
    id,
    order: row.g1sk as string,
    disableAt: decision.facts.disableAt ?? run.now,
    tenant: shortTenant(id),
    dataPlane: seen.record.task.dataPlane,
    waits: decision.answer === 'hold',
    approved: brake !== undefined && !braked,
    braked,
    lapsed: hasLapsed(brake, run.now),
  };
}

/** So long a name of a tenant stands as it is where tenants are only told apart. */
const LONGEST_PLAIN = 40;

function shortTenant(id: string): string {
  const tenant = tenantOf(id);
  if (tenant.length <= LONGEST_PLAIN) return tenant;
  return `${tenant.slice(0, 24)}#${bucketOf(tenant, 2 ** 32).toString(36)}`;
}

/** Holds of tasks whose date has come, which count towards a spike all the same. */
const COUNTED: readonly HoldReason[] = ['blast-radius', 'feedback-silent', 'quiet-hours'];

function isDue(decision: Decision): boolean {
  return decision.answer === 'disable' || (decision.answer === 'hold' && COUNTED.includes(decision.reason));
}
