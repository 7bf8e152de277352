import { type Explanation, explain } from '../../functions/operators/overview/explanation.ts';
import { type Moment, momentsOf } from '../../functions/operators/overview/moments.ts';
import { hasTask, loadHistory } from '../../functions/operators/overview/stored-history.ts';
import type { System } from '../../functions/platform/system.ts';
import { play } from './story.ts';

/** What `explain` and `history` say of a task at the end of a scenario, or of an instant before. */
export async function explained(
  scenario: Record<string, unknown> & { until: string },
  { id = 'acmeCo/a', of = scenario.until }: { id?: string; of?: string } = {},
): Promise<Explanation & { moments: Moment[] }> {
  let last: System | undefined;
  await play(scenario, {
    processOf: (_, system) => {
      last = system;
      return system;
    },
  });
  if (!last) throw new Error('nothing ran');
  const history = await loadHistory(last.table, id);
  if (!hasTask(history)) throw new Error(`no task ${id}`);
  const explanation = await explain(last.table, history, Date.parse(of), Date.parse(scenario.until));
  return { ...explanation, moments: momentsOf(history) };
}
