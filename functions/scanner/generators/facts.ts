import { countDays } from '../../facts/count-days.ts';
import type { Generator } from '../generator.ts';

/** Counts what happened on each day that is over. How far it came is a row of its own: a cursor of days, not of a turn. */
export const factsGenerator: Generator = {
  name: 'facts',
  band: 'facts',
  everySeconds: 3_600,
  // A day is over at an hour of its own: however long there was nothing, it is not to be missed by more.
  mostSeconds: 3_600,
  async run({ id, system, view, now }, budget) {
    const { written, isOver } = await countDays({
      table: system.table,
      telemetry: system.telemetry,
      planes: view.planes.map(({ name }) => name),
      now,
      name: `facts#${id}`,
      isSpent: () => budget.spent(),
    });
    return { cursor: isOver ? null : 'more', worked: written };
  },
};
