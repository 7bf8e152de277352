import { loadCounts, type PlaneCount } from '../../store/counts.ts';
import { aggregation, plus } from '../aggregation.ts';
import { rowNameOf } from '../milestones-of.ts';

/** How many tasks there are and how many fail, by tenant and data plane, from the counters: no task is read. */
export const tasksAggregation = aggregation<PlaneCount>({
  name: 'tasks',
  isSnapshot: true,
  async *source({ table, planes }) {
    for (const plane of planes) yield* await loadCounts(table, plane);
  },
  key: ({ tenant, dataPlane }) => ({ row: rowNameOf(tenant, dataPlane), cell: 'all' }),
  fold: (figures, { eligible, alive, jobs }) =>
    plus(figures, { tasks: eligible + jobs, failing: Math.max(0, eligible - alive) }),
});
