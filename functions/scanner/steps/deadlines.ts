import { ownDeadline, reachOf } from '../../abandonment/deadlines.ts';
import type { EffectivePolicy } from '../../abandonment/policy.ts';
import type { Task } from '../../abandonment/task.ts';
import { tenantOf } from '../../abandonment/task.ts';
import type { Duration, Instant } from '../../abandonment/time.ts';
import { inBuckets } from '../../store/buckets.ts';
import { deadlineHintIn } from '../../store/deadline-row.ts';
import { index, sortable } from '../../store/keys.ts';
import { eachRow } from '../../store/rows.ts';
import type { Query, Row } from '../../store/table/table.port.ts';
import { loadTasks } from '../../store/tasks.ts';
import { count, evaluateTask } from '../evaluate-task.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';
import { type Part, sweep } from '../sweep.ts';

/**
 * Announces the deadlines of tasks that come within their notice, and fires for what outlives them. Reads only what a
 * policy may ask for now: the index of what owning systems said, and of jobs by their start, each to as far ahead as
 * some policy reaches. Before what is due is disabled, so that an announced deadline is kept with the scan that finds
 * it.
 */
export const deadlinesStep: Step = {
  name: 'deadlines',
  run: (run, budget, cursor) =>
    sweep(run, {
      name: 'deadlines',
      partitions: queriesOf(run).map(
        (query): Part<Row> => ({
          items: eachRow(run.system.table, query),
          work: (row) => consider(run, row),
        }),
      ),
      atOnce: 16,
      cursor,
      budget,
    }),
};

type IndexQuery = Omit<Query, 'cursor'>;

function queriesOf(run: Run): IndexQuery[] {
  const { policies } = run.view;
  const global = startReach(policies.global);
  const scopes = policies.scopes().filter((scope) => scope !== '');
  const ends = furthest([policies.global, ...scopes.map((scope) => policies.for(scope))].map(endReach));
  const ending = ends === null ? [] : inBuckets((bucket) => upTo('g1', index.endsAt(bucket), run.now + ends));
  const started =
    global === null ? [] : inBuckets((bucket) => upTo('g2', index.startedAt(bucket), run.now + global));
  return [...ending, ...started, ...startedInScopes(run, scopes, global)];
}

/** Of tenants with a scope whose jobs are to be found by a later start than those of all. */
function startedInScopes(run: Run, scopes: readonly string[], global: Duration | null): IndexQuery[] {
  const byTenant = new Map<string, Duration>();
  for (const scope of scopes) {
    const reach = startReach(run.view.policies.for(scope));
    if (reach === null || (global !== null && reach <= global)) continue;
    const tenant = tenantOf(scope);
    byTenant.set(tenant, Math.max(reach, byTenant.get(tenant) ?? reach));
  }
  return [...byTenant].map(([tenant, reach]) => ({
    index: 'g3' as const,
    pk: index.startedOfTenant(tenant),
    sk: {
      ...(global === null ? {} : { from: `${sortable(run.now + global)}~` }),
      to: `${sortable(run.now + reach)}~`,
    },
  }));
}

function upTo(name: 'g1' | 'g2', pk: string, until: Instant): IndexQuery {
  return { index: name, pk, sk: { to: `${sortable(until)}~` } };
}

/** How far ahead of now a deadline may lie that a policy asks for; null: it asks for none. */
function endReach(policy: EffectivePolicy): Duration | null {
  return reachOf(policy)?.lead ?? null;
}

/** How far from now, mostly before it, the start of a job may lie whose deadline a policy asks for. */
function startReach(policy: EffectivePolicy): Duration | null {
  const lead = endReach(policy);
  return lead === null || policy.failAfter === null ? null : lead - policy.failAfter;
}

function furthest(reaches: readonly (Duration | null)[]): Duration | null {
  const some = reaches.filter((reach) => reach !== null);
  return some.length > 0 ? Math.max(...some) : null;
}

/** Decides from what the index carries; only a task whose own policy asks for it now is read. */
async function consider(run: Run, row: Row): Promise<void> {
  const id = row.pk.slice(2);
  count(run, 'considered');
  const policy = run.view.policies.for(id);
  const deadline = ownDeadline(hinted(row), policy);
  // What is past and nothing is asked of is evaluated once, and set aside until something changes.
  const from = deadline === null ? null : deadline - (endReach(policy) ?? 0);
  if (from === null || run.now < from) return;
  const record = (await loadTasks(run.system.table, [id])).get(id);
  if (record) await evaluateTask(run, record);
}

/** A task as far as the index says by when it ends: one that is on and, where it was started, a job that runs. */
function hinted(row: Row): Task {
  const ends = deadlineHintIn(row);
  const kind = ends.startedAt === undefined ? 'service' : 'job';
  const none = { dekaf: false, owners: [], dataPlane: '', createdAt: 0, version: 0, firstSeenAt: 0 };
  return { id: row.pk.slice(2), kind, enabled: true, ...none, ...ends };
}
