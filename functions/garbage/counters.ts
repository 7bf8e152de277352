import { loadCounts, type PlaneCount } from '../store/counts.ts';
import { keys } from '../store/keys.ts';
import { type Collecting, collect, WRITER } from './collecting.ts';

/** Deletes the counters of a data plane that count nothing, of tenants who have no task there any more. */
export async function collectCounters(collecting: Collecting, dataPlane: string): Promise<void> {
  const counts = await loadCounts(collecting.system.table, dataPlane);
  for (const count of counts.filter(isNothing)) {
    if (collecting.spent()) return;
    await collectCounter(collecting, count);
  }
}

const isNothing = ({ eligible, alive, jobs }: PlaneCount) => eligible === 0 && alive === 0 && jobs === 0;

/** A task that comes in meanwhile makes it count again, and it stays. */
async function collectCounter(collecting: Collecting, { dataPlane, tenant }: PlaneCount): Promise<void> {
  const { table } = collecting.system;
  const key = keys.count(dataPlane, tenant);
  // Counters of before say nothing of jobs, and what a row does not say no condition can hold it to.
  const filled = await table.transact([{ add: key, by: { jobs: 0 } }], WRITER);
  if (filled.outcome !== 'applied') return;
  await collect(collecting, 'counters', {
    delete: key,
    if: [{ equals: ['eligible', 0] }, { equals: ['alive', 0] }, { equals: ['jobs', 0] }],
  });
}
