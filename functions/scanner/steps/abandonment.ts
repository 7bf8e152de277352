import { decide } from '../../abandonment/decide.ts';
import { tenantOf } from '../../abandonment/task.ts';
import { inBuckets } from '../../store/buckets.ts';
import { index, sortable } from '../../store/keys.ts';
import { eachRow } from '../../store/rows.ts';
import type { Query, Row } from '../../store/table/table.port.ts';
import { candidateIn, loadTasks } from '../../store/tasks.ts';
import { count, evaluateTask } from '../evaluate-task.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';
import { type Part, sweep } from '../sweep.ts';

/**
 * Fires for the tasks whose time is over. Reads only what can fire: the index of candidates from the oldest to
 * now − `warnAfter`, and for scopes with a lower threshold their tenants' part of it.
 */
export const abandonmentStep: Step = {
  name: 'abandonment',
  run: (run, budget, cursor) =>
    sweep(run, {
      name: 'abandonment',
      partitions: queriesOf(run).map(
        ({ query, scope }): Part<Row> => ({
          items: eachRow(run.system.table, query),
          work: (row) => consider(run, row, scope),
        }),
      ),
      atOnce: 16,
      cursor,
      budget,
    }),
};

interface ScopedQuery {
  query: Omit<Query, 'cursor'>;
  /** Only tasks of this prefix or id. */
  scope: string;
}

function queriesOf(run: Run): ScopedQuery[] {
  const { policies } = run.view;
  const global = run.now - policies.global.warnAfter;
  const ofAll = inBuckets((bucket): ScopedQuery => {
    const sk = { to: `${sortable(global)}~` };
    return { query: { index: 'g1', pk: index.canFire(bucket), sk }, scope: '' };
  });
  const ofScopes = policies.lowerThresholdScopes().map(({ scope, warnAfter }): ScopedQuery => {
    const sk = { from: sortable(global), to: `${sortable(run.now - warnAfter)}~` };
    return { query: { index: 'g2', pk: index.canFireOfTenant(tenantOf(scope)), sk }, scope };
  });
  return [...ofAll, ...ofScopes];
}

/** Decides from what the index carries; only a task about to change is read. */
async function consider(run: Run, row: Row, scope: string): Promise<void> {
  const id = (row.pk as string).slice(2);
  if (scope.endsWith('/') ? !id.startsWith(scope) : scope !== '' && id !== scope) return;
  count(run, 'considered');
  const hint = candidateIn(row);
  const evidence = { ...hint.evidence, observedAt: run.now };
  const decision = decide(run.view.bareCase({ ...hint, evidence, open: null }), run.now);
  const detect = run.view.policies.for(id).mode === 'detect';
  const held = decision.answer === 'hold' && !detect ? decision.reason : null;
  const endsAt = decision.answer === 'hold' ? decision.nextLookAt : null;
  const isJudged = decision.answer === 'healthy' && hint.evidence.spells !== undefined;
  if (decision.answer !== 'fire' && !isJudged && held === hint.hold && endsAt === null) return;
  const record = (await loadTasks(run.system.table, [id])).get(id);
  if (record) await evaluateTask(run, record);
}
