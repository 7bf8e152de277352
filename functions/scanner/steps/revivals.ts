import { reviveSoftBounced } from '../../notices/feedback/soft-bounces.ts';
import { keys, sortable } from '../../store/keys.ts';
import { eachRow } from '../../store/rows.ts';
import type { Row } from '../../store/table/table.port.ts';
import { writeUnlessRefused } from '../../store/write-unless-refused.ts';
import { count } from '../evaluate-task.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';
import { sweep } from '../sweep.ts';

/** Revives addresses that soft bounces suppressed for a time, when that time is over. */
export const revivalsStep: Step = {
  name: 'revivals',
  run(run, budget, cursor) {
    const { pk } = keys.softDeath(run.now, '');
    const over = eachRow(run.system.table, { pk, sk: { to: `${sortable(run.now)}~` } });
    return sweep(run, {
      name: 'revivals',
      partitions: [{ items: over, work: (row) => revive(run, row) }],
      atOnce: 4,
      cursor,
      budget,
    });
  },
};

/** The row goes last, so that a scan that died in between is mended by the next. */
async function revive(run: Run, { pk, sk }: Row): Promise<void> {
  if (await reviveSoftBounced(run.system, sk.slice(sk.lastIndexOf('#') + 1))) count(run, 'revived');
  await writeUnlessRefused(run.system, [{ delete: { pk, sk } }], 'the end of a death for a time');
}
