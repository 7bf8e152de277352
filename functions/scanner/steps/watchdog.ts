import { type Duration, type Instant, MINUTE } from '../../abandonment/time.ts';
import { inBuckets } from '../../store/buckets.ts';
import { keys, WORK_BUCKETS } from '../../store/keys.ts';
import { eachRow } from '../../store/rows.ts';
import type { Row } from '../../store/table/table.port.ts';
import { recordDeath } from '../../work/oops.ts';
import { count } from '../evaluate-task.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';
import { type Part, sweep } from '../sweep.ts';

/** Clocks may differ by so much: nobody is taken for dead earlier. */
const CLOCK_SKEW: Duration = 5 * MINUTE;

/**
 * Finds attempts that began and were never heard of again after their process must have been stopped: those whose
 * message does not come back count here, each once, whoever finds it first.
 */
export const watchdogStep: Step = {
  name: 'watchdog',
  run: (run, budget, cursor) =>
    sweep(run, {
      name: 'watchdog',
      partitions: inBuckets((bucket) => attemptsIn(run, bucket), WORK_BUCKETS),
      atOnce: 4,
      cursor,
      budget,
    }),
};

function attemptsIn(run: Run, bucket: number): Part<Row> {
  return {
    items: eachRow(run.system.table, { pk: keys.workBucket(bucket) }),
    isWanted: (row) => isOverdue(row, run.now),
    work: (row) => recordDied(run, row),
  };
}

function isOverdue({ endedAt, endsBy }: Row, now: Instant): boolean {
  return endedAt === null && Number(endsBy) + CLOCK_SKEW <= now;
}

async function recordDied(run: Run, row: Row): Promise<void> {
  if (await recordDeath(run.system, row)) count(run, 'died');
}
