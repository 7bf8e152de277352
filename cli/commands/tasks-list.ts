import { type Command, Option } from 'commander';
import { addCommand, type Cli, onStage } from '../command.ts';
import type { Columns } from '../output.ts';
import { listTasks, TASK_STATES, type TaskLine, type TaskState } from '../task-list.ts';

/** Adds `tasks list`. */
export function registerTasksList(tasks: Command, cli: Cli): void {
  addCommand(tasks, {
    usage: 'list',
    description: 'the tasks in a state, by id; "disabled" and "all" read the whole table',
    examples: ['tasks list', 'tasks list --state open --prefix acmeCo/', 'tasks list --state all --json'],
  })
    .option('--prefix <prefix>', 'only ids that begin so', '')
    .addOption(new Option('--state <state>', 'which tasks').choices(TASK_STATES).default('failing'))
    .action(
      onStage<[], { prefix: string; state: TaskState }>(cli, async ({ system, out }, { prefix, state }) => {
        const lines = await listTasks(system.table, state, prefix, system.clock.now());
        out.list(
          lines,
          COLUMNS,
          `${NONE[state]}${prefix === '' ? '' : ' there'}; --state all lists every task`,
        );
      }),
    );
}

const NONE: Record<TaskState, string> = {
  open: 'no task has an open episode',
  failing: 'no task fails',
  disabled: 'no task is disabled',
  all: 'there are no tasks',
};

const COLUMNS: Columns<TaskLine> = [
  ['TASK', ({ task }) => task],
  ['STATE', ({ state, disabledByUs }) => (disabledByUs ? `${state} (by us)` : state)],
  ['NOT PRIMARY SINCE', ({ notPrimarySince }) => notPrimarySince ?? '-'],
  ['EPISODE', ({ episode }) => (episode === null ? '-' : `#${episode}`)],
  ['DECISION', ({ decision, reason }) => `${decision}: ${reason}`],
  ['DISABLE AT', ({ disableAt }) => disableAt ?? '-'],
];
