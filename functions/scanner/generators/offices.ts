import { type Move, oldOfficeMoves } from '../../store/people.ts';
import { count } from '../evaluate-task.ts';
import type { Generator } from '../generator.ts';
import type { Run } from '../run.ts';
import { sweep } from '../sweep.ts';

/** Moves subscriptions and admins of an earlier version to where one query finds all of a tenant. */
export const officesGenerator: Generator = {
  name: 'offices',
  band: 'normal',
  everySeconds: 0,
  // Learned on the way, where a scan asked for people.
  isWanted: (run) => run.view.hasOldOffices(),
  async run(run, budget) {
    const moves = await oldOfficeMoves(run.system.table);
    return sweep(run, {
      name: 'offices',
      partitions: [{ items: moves, work: (office) => move(run, office) }],
      atOnce: 4,
      budget,
    });
  },
};

/** Refused where an operator changed it meanwhile, who moved it; busy, the next scan does it. */
async function move(run: Run, { writes }: Move): Promise<void> {
  const { outcome } = await run.system.table.transact(writes, run.system.random.id(run.now));
  if (outcome === 'applied') count(run, 'officesMoved');
}
