import { decide } from '../abandonment/decide.ts';
import { tenantOf } from '../abandonment/task.ts';
import { BUCKETS, index, sortable } from '../store/keys.ts';
import { eachRow } from '../store/rows.ts';
import type { Query, Row } from '../store/table.port.ts';
import { type Candidate, loadTasks } from '../store/tasks.ts';
import { faultOf } from './faults.ts';
import { DONE, type Generator } from './generator.ts';
import { untilSpent } from './ladder.ts';
import { count, eachOf, lookAt } from './look.ts';
import type { Run } from './run.ts';

/** How many candidates are looked at at once. */
const AT_ONCE = 16;

/**
 * Fires for the tasks whose time is over. Reads only what can fire: the index of candidates from the oldest to
 * now − `warnAfter`, and for scopes with a lower threshold their tenants' part of it.
 */
export const abandonmentGenerator: Generator = {
  name: 'abandonment',
  band: 50,
  async run(run, budget, cursor) {
    const queries = queriesOf(run);
    for (let at = cursor === null ? 0 : Number(cursor); at < queries.length; at += 1) {
      const { query, scope } = queries[at] as ScopedQuery;
      const rows = untilSpent(eachRow(run.system.table, query), budget);
      await eachOf(rows, AT_ONCE, (row) => consider(run, row, scope), faultOf(run, 'abandonment'));
      if (budget.spent()) return { cursor: String(at) };
    }
    return DONE;
  },
};

interface ScopedQuery {
  query: Omit<Query, 'cursor'>;
  /** Only tasks of this prefix or id. */
  scope: string;
}

function queriesOf(run: Run): ScopedQuery[] {
  const global = run.now - run.view.policies.global.warnAfter;
  const queries: ScopedQuery[] = Array.from({ length: BUCKETS }, (_, bucket) => ({
    query: { index: 'g1', pk: index.canFire(bucket), sk: { to: `${sortable(global)}~` } },
    scope: '',
  }));
  for (const { scope, warnAfter } of run.view.policies.lowerThresholdScopes()) {
    const sk = { from: sortable(global), to: `${sortable(run.now - warnAfter)}~` };
    queries.push({ query: { index: 'g2', pk: index.canFireOfTenant(tenantOf(scope)), sk }, scope });
  }
  return queries;
}

/** Decides from what the index carries; only a task about to change is read. */
async function consider(run: Run, row: Row, scope: string): Promise<void> {
  const id = (row.pk as string).slice(2);
  if (scope.endsWith('/') ? !id.startsWith(scope) : scope !== '' && id !== scope) return;
  count(run, 'considered');
  const hint = row.p as unknown as Candidate;
  const evidence = { ...hint.evidence, observedAt: run.now };
  const decision = decide(run.view.bareCase({ ...hint, evidence, open: null }), run.now);
  const detect = run.view.policies.for(id).stage === 'detect';
  const held = decision.answer === 'hold' && !detect ? decision.reason : null;
  const endsAt = decision.answer === 'hold' ? decision.nextLookAt : null;
  const isJudged = decision.answer === 'healthy' && hint.evidence.spells !== undefined;
  if (decision.answer !== 'fire' && !isJudged && held === hint.hold && endsAt === null) return;
  const record = (await loadTasks(run.system.table, [id])).get(id);
  if (record) await lookAt(run, record);
}
