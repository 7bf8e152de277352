import { type Html, table, taskLink } from '../parts.ts';

/** As many tasks are named in a confirmation; the page that leads to it has all. */
const NAMED = 20;

/** The tasks that an act is about, the first ones where they are many. */
export function namedTasks(tasks: readonly string[]): Html {
  return table({
    caption:
      tasks.length > NAMED ? `The first ${NAMED} of ${tasks.length.toLocaleString('en')}` : 'All of them',
    rows: tasks.slice(0, NAMED),
    none: 'It holds no task.',
    columns: [['Task', taskLink]],
  });
}
