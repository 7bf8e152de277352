import { DAY, type Duration } from '../../abandonment/time.ts';
import { lastUseOf } from '../../catalog/data-planes.ts';
import { loadCounts, type PlaneCount } from '../../store/counts.ts';
import {
  type DataPlaneRecord,
  dataPlaneCountWrite,
  dataPlaneWrite,
  loadDataPlaneCount,
} from '../../store/data-planes.ts';
import { keys } from '../../store/keys.ts';
import type { Write } from '../../store/table/table.port.ts';
import { count } from '../evaluate-task.ts';
import type { Run } from '../run.ts';

/** A plane that nobody named for so long, and that has no eligible task, is forgotten. */
const UNUSED_AFTER: Duration = 30 * DAY;

/** So many counters go with the plane; what is left of them says nothing of a plane that comes back. */
const MOST_COUNTERS = 90;

/**
 * The plane, or undefined where nobody uses it and it was forgotten: so that names which a source once gave do not keep
 * those of others out for good.
 */
export async function withoutUnused(run: Run, plane: DataPlaneRecord): Promise<DataPlaneRecord | undefined> {
  if (run.now - lastUseOf(plane) < UNUSED_AFTER) return plane;
  const counts = await loadCounts(run.system.table, plane.name);
  const isUsed =
    counts.some(({ eligible, jobs }) => eligible + jobs > 0) ||
    plane.outages.some(({ endedAt }) => endedAt === null);
  if (isUsed) return noted(run, plane);
  if (!(await isForgotten(run, plane, counts))) return plane;
  run.view.setPlane(plane.name, null);
  return undefined;
}

async function isForgotten(run: Run, plane: DataPlaneRecord, counts: PlaneCount[]): Promise<boolean> {
  const counted = await loadDataPlaneCount(run.system.table);
  return isApplied(run, [
    { delete: keys.dataPlane(plane.name), if: [{ equals: ['rev', plane.rev] }] },
    dataPlaneCountWrite({ ...counted, count: Math.max(0, counted.count - 1) }),
    ...counts.slice(0, MOST_COUNTERS).map(
      ({ tenant }): Write => ({
        delete: keys.count(plane.name, tenant),
        if: [{ equals: ['eligible', 0] }],
      }),
    ),
  ]);
}

/** Looked at again as late as one that was named now. */
async function noted(run: Run, plane: DataPlaneRecord): Promise<DataPlaneRecord> {
  const used = { ...plane, usedAt: run.now };
  return (await isApplied(run, [dataPlaneWrite(used)])) ? { ...used, rev: plane.rev + 1 } : plane;
}

/** What another writer changed meanwhile, or a busy table refused, is judged again by the next scan. */
async function isApplied(run: Run, writes: Write[]): Promise<boolean> {
  const result = await run.system.table.transact(writes, run.system.random.id(run.now));
  if (result.outcome !== 'applied') count(run, 'conflicts');
  return result.outcome === 'applied';
}
