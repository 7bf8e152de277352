import { type Duration, type Instant, MINUTE } from '../abandonment/time.ts';
import { WORK_BUCKETS } from '../store/keys.ts';
import { eachRow } from '../store/rows.ts';
import type { Row } from '../store/table.port.ts';
import { recordDeath } from '../work/oops.ts';
import { faultOf } from './faults.ts';
import { DONE, type Generator } from './generator.ts';
import { untilSpent } from './ladder.ts';
import { count, eachOf } from './look.ts';
import type { Run } from './run.ts';

/** Clocks may differ by so much: nobody is taken for dead earlier. */
const CLOCK_SKEW: Duration = 5 * MINUTE;

/**
 * Finds attempts that began and were never heard of again after their process must have been stopped: those whose
 * message does not come back count here, each once, whoever finds it first.
 */
export const watchdogGenerator: Generator = {
  name: 'watchdog',
  band: 25,
  async run(run, budget, cursor) {
    for (let bucket = cursor === null ? 0 : Number(cursor); bucket < WORK_BUCKETS; bucket += 1) {
      const rows = untilSpent(eachRow(run.system.table, { pk: `W#${bucket}` }), budget);
      await eachOf(overdue(rows, run.now), 4, (row) => bury(run, row), faultOf(run, 'watchdog'));
      if (budget.spent()) return { cursor: String(bucket) };
    }
    return DONE;
  },
};

async function* overdue(rows: AsyncIterable<Row>, now: Instant): AsyncGenerator<Row> {
  for await (const row of rows) {
    if (row.endedAt === null && Number(row.endsBy) + CLOCK_SKEW <= now) yield row;
  }
}

async function bury(run: Run, row: Row): Promise<void> {
  if (await recordDeath(run.system, row)) count(run, 'died');
}
