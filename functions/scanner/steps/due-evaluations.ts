import { withoutStaleRefusal } from '../../episodes/disabling.ts';
import { inBuckets } from '../../store/buckets.ts';
import { index } from '../../store/keys.ts';
import type { Row } from '../../store/table/table.port.ts';
import { loadTasks } from '../../store/tasks.ts';
import { sendDisable, sendEnable } from '../dispatch.ts';
import { count, evaluateTask } from '../evaluate-task.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';
import { type Part, sweep } from '../sweep.ts';
import { dueIn } from './due.ts';

/** Looks again at the tasks whose instant has come: resolves, reminds, lets holds end; queues stuck work again. */
export const dueEvaluationsStep: Step = {
  name: 'ladder',
  run: (run, budget, cursor) =>
    sweep(run, {
      name: 'ladder',
      partitions: inBuckets(
        (bucket): Part<Row> => ({
          items: dueIn(run, index.lookAt(bucket), run.now),
          work: (row) => evaluateById(run, row.pk.slice(2)),
        }),
      ),
      atOnce: 16,
      cursor,
      budget,
    }),
};

/** Checks one task, if there is such a one, and queues its disabling again where that is due. */
export async function evaluateById(run: Run, id: string): Promise<void> {
  const record = (await loadTasks(run.system.table, [id])).get(id);
  if (!record) return;
  count(run, 'looked');
  await sendEnable(run, record);
  const seen = await evaluateTask(run, withoutStaleRefusal(record, run.now));
  const disabling = seen?.record.open?.disabling;
  if (seen && disabling && seen.record.next && seen.record.next.at <= run.now)
    await sendDisable(run, seen.record);
}
