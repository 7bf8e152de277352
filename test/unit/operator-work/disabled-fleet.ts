import { DAY } from '../../../functions/abandonment/time.ts';
import { beginWork, type GivenWork } from '../../../functions/operator-work/begin-work.ts';
import { undoKind } from '../../../functions/operator-work/kinds/undo.ts';
import { eachWorkedItem } from '../../../functions/operator-work/results.ts';
import { type Asking, workPage } from '../../../functions/operator-work/work-page.ts';
import { keys } from '../../../functions/store/keys.ts';
import { loadOperatorWork } from '../../../functions/store/operator-work.ts';
import { loadTask, type TaskRecord } from '../../../functions/store/tasks.ts';
import { day, failingFleet, T } from '../cli/cli-stage.ts';

/** The scan that disabled the tasks, and the instant at which tests begin. */
export const DISABLED_BY = day(21);
export const NOW = T + 22 * DAY;

/** So many tasks may be disabled at once. */
const UNBOUND = ['blastRadius.share=1', 'blastRadius.perRun=10000', 'blastRadius.perDay=10000'];

/** A stage whose tasks were disabled by one scan, a day ago. */
export async function disabledFleet(ids: string[]) {
  const stage = await failingFleet(ids, [
    'stage=disable',
    'evidenceMaxAge=365d',
    'scanEvery=30d',
    ...UNBOUND,
  ]);
  await stage.scanOn(14);
  await stage.scanOn(21);
  stage.setNow(NOW);
  const { system } = stage;
  const command = { kind: undoKind, what: 'undo', by: 'olga', reason: 'by mistake' };
  const task = async (id: string) => (await loadTask(stage.table, id))!;
  return {
    ...stage,
    task,
    /** Which of them are enabled. */
    enabled: async () => {
      const records = await Promise.all(ids.map(task));
      return records.filter((record) => record.task.enabled).map((record) => record.task.id);
    },
    /** Changes the row of a task. */
    change: async (id: string, changed: (record: TaskRecord) => Partial<TaskRecord>) => {
      const row = (await stage.table.get(keys.task(id)))!;
      const { rev } = await task(id);
      await stage.table.transact(
        [{ put: { ...row, ...changed(await task(id)), rev: rev + 1 } }],
        `changed ${id} ${rev}`,
      );
    },
    /** A bulk command that undoes the disabling of tasks. */
    undo: (tasks: string[] = ids, more: Partial<GivenWork> = {}) =>
      beginWork(system, { ...command, items: tasks.map((id) => ({ id, of: DISABLED_BY })), ...more }),
    /** One page of the first command that is due. */
    page: (asking: Partial<Asking> = {}) => workPage(system, { isSpent: () => false, ...asking }),
    work: async (id: string) => (await loadOperatorWork(stage.table, id))!,
    /** What each item came to. */
    results: async (id: string) => {
      const texts: string[] = [];
      for await (const { id: item, result } of eachWorkedItem(
        system,
        (await loadOperatorWork(stage.table, id))!,
      ))
        texts.push([item, result?.outcome ?? 'left', ...(result?.why ? [result.why] : [])].join(': '));
      return texts;
    },
  };
}

/** `acmeCo/t000`, `acmeCo/t001`, … */
export const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `acmeCo/t${String(at).padStart(3, '0')}`);
