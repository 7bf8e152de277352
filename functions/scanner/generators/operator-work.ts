import { noteIdle } from '../../operator-work/idle.ts';
import { workPage } from '../../operator-work/work-page.ts';
import { count } from '../evaluate-task.ts';
import { DONE, type Generator } from '../generator.ts';

/** A turn works so many pages, of a hundred items at most: then others have theirs. */
const PAGES = 10;

/** Works bulk commands of operators, the most urgent and oldest first, a page at a time. */
export const operatorWorkGenerator: Generator = {
  name: 'operator-work',
  // Somebody waits for it, and thousands of tasks may be off by mistake.
  band: 'urgent',
  everySeconds: 60,
  // So a scan reads nothing for it where nobody gave a command.
  isWanted: (run) => run.view.pausesRecord.bulkWork !== undefined,
  async run(run, budget) {
    let worked = 0;
    let cursor: string | null = null;
    for (let page = 0; page < PAGES && !budget.spent(); page += 1) {
      const done = await workPage(run.system, { isSpent: () => budget.spent() });
      if (!done) {
        await noteIdle(run.system);
        return { ...DONE, worked };
      }
      worked += done.tried;
      if (done.tried > 0) count(run, 'operatorWork', done.tried);
      // The commands say themselves where they are.
      cursor = `${done.record.id}#${done.record.rev}`;
    }
    return { cursor, worked };
  },
};
