import { liveAgain } from '../notices/feedback/soft-bounces.ts';
import { keys, sortable } from '../store/keys.ts';
import { eachRow } from '../store/rows.ts';
import type { Row } from '../store/table.port.ts';
import { writeUnlessRefused } from '../store/write-unless-refused.ts';
import { faultOf } from './faults.ts';
import { DONE, type Generator } from './generator.ts';
import { untilSpent } from './ladder.ts';
import { count, eachOf } from './look.ts';
import type { Run } from './run.ts';

/** Lets addresses live again that soft bounces killed for a time, when that time is over. */
export const revivalsGenerator: Generator = {
  name: 'revivals',
  band: 15,
  async run(run, budget) {
    const { pk } = keys.softDeath(run.now, '');
    const over = eachRow(run.system.table, { pk, sk: { to: `${sortable(run.now)}~` } });
    await eachOf(untilSpent(over, budget), 4, (row) => revive(run, row), faultOf(run, 'revivals'));
    return budget.spent() ? { cursor: 'unread' } : DONE;
  },
};

/** The row goes last, so that a scan that died in between is mended by the next. */
async function revive(run: Run, { pk, sk }: Row): Promise<void> {
  if (await liveAgain(run.system, sk.slice(sk.lastIndexOf('#') + 1))) count(run, 'revived');
  await writeUnlessRefused(run.system, [{ delete: { pk, sk } }], 'the end of a death for a time');
}
