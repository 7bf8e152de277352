import { countDays } from '../../facts/count-days.ts';
import { DONE, type Generator } from '../generator.ts';
import { count } from '../look.ts';

/** Counts what happened on each day that is over. Where it came to is a row of its own: a cursor of days, not of a turn. */
export const factsGenerator: Generator = {
  name: 'facts',
  band: 62,
  async run(run, budget) {
    const { system, view, now } = run;
    const { written, isOver } = await countDays({
      table: system.table,
      telemetry: system.telemetry,
      planes: view.planes.map(({ name }) => name),
      now,
      name: `facts#${run.id}`,
      isSpent: () => budget.spent(),
    });
    if (written > 0) count(run, 'facts', written);
    return isOver ? DONE : { cursor: 'more' };
  },
};
