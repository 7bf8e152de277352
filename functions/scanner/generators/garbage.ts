import { DAY, SECOND } from '../../abandonment/time.ts';
import { type Collecting, isPast, retentionOf } from '../../garbage/collecting.ts';
import { collectCounters } from '../../garbage/counters.ts';
import { collectTask } from '../../garbage/deleted-tasks.ts';
import { collectListing, leftListings } from '../../garbage/left-listings.ts';
import { collectRecipient } from '../../garbage/recipients.ts';
import { METRIC } from '../../platform/names.ts';
import { inBuckets } from '../../store/buckets.ts';
import { loadGivenUp } from '../../store/given-up.ts';
import { index, keys } from '../../store/keys.ts';
import { eachRow } from '../../store/rows.ts';
import type { Budget, Generator, Turn } from '../generator.ts';
import { isStillGivenUp } from '../given-up.ts';
import type { Run } from '../run.ts';
import { dueIn } from '../steps/due.ts';
import { sweep } from '../sweep.ts';

/**
 * Collects what ended and what no row can say the end of: deleted tasks with what was kept beside them, recipients whom
 * nothing waits for, counters of nothing, pages of control planes that are configured no more, and marks of work that
 * is wanted no more (docs/retention.md#what-is-collected). What has an end on its row is DynamoDB's to delete.
 */
export const garbageGenerator: Generator = {
  name: 'garbage',
  band: 'garbage',
  everySeconds: DAY / SECOND,
  mostSeconds: (8 * DAY) / SECOND,
  run: collectGarbage,
};

/** One thing that may be over, by its name. */
interface Job {
  id: string;
  work(): Promise<void>;
}

async function collectGarbage(run: Run, budget: Budget, cursor: string | null): Promise<Turn> {
  const { system, now } = run;
  const collecting: Collecting = { system, now, spent: () => budget.spent(), collected: new Map() };
  const jobs = [
    ...inBuckets((bucket) => deletedTasksIn(run, collecting, bucket)),
    ...inBuckets((bucket) => recipientsIn(collecting, bucket)),
    countersOf(run, collecting),
    listingsLeft(collecting),
    marks(collecting),
  ];
  const partitions = jobs.map((items) => ({ items, work: (job: Job) => job.work() }));
  const turn = await sweep(run, { name: 'garbage', partitions, atOnce: 8, cursor, budget });
  return { ...turn, worked: reportCollected(collecting) };
}

async function* deletedTasksIn(run: Run, collecting: Collecting, bucket: number): AsyncIterable<Job> {
  const until = run.now - retentionOf(collecting).tasks;
  for await (const { pk } of dueIn(run, index.ended(bucket), until)) {
    const id = pk.slice(keys.task('').pk.length);
    yield { id, work: () => collectTask(collecting, id) };
  }
}

/** Those that are suppressed are not read: they stay. */
async function* recipientsIn(collecting: Collecting, bucket: number): AsyncIterable<Job> {
  const reachable = { index: 'g2', pk: index.recipients(bucket), sk: { prefix: 'alive#' } } as const;
  for await (const { pk } of eachRow(collecting.system.table, reachable)) {
    const id = pk.slice(keys.recipient('').pk.length);
    yield { id, work: () => collectRecipient(collecting, id) };
  }
}

function* countersOf(run: Run, collecting: Collecting): Iterable<Job> {
  for (const { name } of run.view.planes) yield { id: name, work: () => collectCounters(collecting, name) };
}

async function* listingsLeft(collecting: Collecting): AsyncIterable<Job> {
  for (const left of await leftListings(collecting))
    yield { id: left.name, work: () => collectListing(collecting, left) };
}

/** What is wanted no more is taken up by who asks for it. */
async function* marks(collecting: Collecting): AsyncIterable<Job> {
  const { system, collected } = collecting;
  for (const mark of (await loadGivenUp(system.table)).values()) {
    if (!isPast(collecting, 'markers', mark.at)) continue;
    const work = async () => {
      if (!(await isStillGivenUp(system, mark)))
        collected.set('markers', (collected.get('markers') ?? 0) + 1);
    };
    yield { id: mark.item, work };
  }
}

/** Says how many rows of each kind went; gives how many in all. */
function reportCollected({ system, collected }: Collecting): number {
  let all = 0;
  for (const [kind, rows] of collected) {
    system.telemetry.metric(METRIC.rowsCollected, rows, 'Count', { kind });
    all += rows;
  }
  if (all > 0) system.telemetry.log('info', 'garbage collected', Object.fromEntries(collected));
  return all;
}
