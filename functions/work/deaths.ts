import { type Duration, SECOND } from '../abandonment/time.ts';
import type { QueueName } from '../platform/ports.ts';
import { eachRowOf, inBuckets } from '../store/buckets.ts';
import type { Recording } from '../store/commit.ts';
import { keys, WORK_BUCKETS } from '../store/keys.ts';
import type { Query } from '../store/table/table.port.ts';
import { recordDeath } from './oops.ts';

/** The clocks of two functions differ by less. */
const CLOCK_SKEW: Duration = 15 * SECOND;

/** More deaths in one look say nothing new; the next look finds the others. */
const MOST_DEATHS = 50;

/**
 * Counts the attempts of a queue that began and were not heard of when their time was up, each once, whoever finds it
 * first: who waits for the next attempt to find them learns of them too late (docs/rules.md#failure-classes).
 */
export async function countDeaths(system: Recording, queue: QueueName): Promise<void> {
  const now = system.clock.now();
  let found = 0;
  const queries = inBuckets((bucket) => startsOf(queue, bucket), WORK_BUCKETS);
  for await (const row of eachRowOf(system.table, queries)) {
    if (row.endedAt !== null || Number(row.endsBy) + CLOCK_SKEW > now) continue;
    if (await recordDeath(system, row)) found += 1;
    if (found >= MOST_DEATHS) return;
  }
}

/** `$` follows `#`: all that begins with the queue's name. */
function startsOf(queue: QueueName, bucket: number): Query {
  return { pk: keys.workBucket(bucket), sk: { from: `${queue}#`, to: `${queue}$` } };
}
