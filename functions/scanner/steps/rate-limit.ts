import { BOUNDS } from '../../abandonment/bounds.ts';
import { groupsOf } from '../../platform/groups.ts';
import { inLastDay } from '../../store/fleet-view.ts';
import { type RateLimitEntry, type RateLimitRecord, rateLimitWrite } from '../../store/rate-limits.ts';
import { runWrite } from '../../store/runs.ts';
import type { Write } from '../../store/table/table.port.ts';
import type { Run } from '../run.ts';
import type { Counted } from './blast-radius.ts';

/** A task that counts for the rate limit. */
type Limited = Counted & { approved: boolean };

/**
 * Sets the run's share of the day aside before anything is queued, so that a crash can only make it smaller.
 *
 * @param due the oldest first
 * @returns those that may be disabled now: at most `perRun`, and `perDay` in 24 h; none where it could not be stored
 */
export async function reserve<One extends Limited>(
  run: Run,
  due: readonly One[],
  rateLimit: RateLimitRecord,
): Promise<One[]> {
  const { perRun, perDay } = run.view.policies.global.blastRadius;
  const recent = rateLimit.runs.filter((entry) => inLastDay(entry.at, run.now));
  const used = recent.reduce((sum, entry) => sum + entry.count, 0);
  const paced = due.slice(0, Math.max(0, Math.min(perRun, perDay - used)));
  const chosen = withinRow(paced, recent);
  if (chosen.length === 0) return [];
  const unapproved = grouped(chosen.filter((task) => !task.approved));
  const entry = { at: run.now, run: run.id, count: chosen.length, unapproved };
  const writes = [rateLimitWrite({ ...rateLimit, runs: [...recent, entry] }), ...begun(run, chosen.length)];
  const reserved = await run.system.table.transact(writes, run.system.random.id(run.now));
  // Not reserved, nothing queued: the next scan asks again.
  return reserved.outcome === 'applied' ? chosen : [];
}

/** That the run disables: what it disabled is found by that, though it may not come to its end. */
function begun({ id, at, now }: Run, queuedToDisable: number): Write[] {
  return at === undefined ? [] : [runWrite(at, { run: id, figures: { queuedToDisable } }, now)];
}

/** Those, the oldest first, whose tenants and planes still find room on the row of the rate limit; the others wait. */
export function withinRow<One extends Limited>(
  due: readonly One[],
  recent: readonly RateLimitEntry[],
): One[] {
  const listed = recent.reduce((sum, { unapproved = [] }) => sum + unapproved.length, 0);
  const room = Math.max(0, BOUNDS.paced.most - listed);
  const groups = new Set<string>();
  const full = due.findIndex((task) => {
    if (!task.approved) groups.add(groupOf(task));
    return groups.size > room;
  });
  return due.slice(0, full < 0 ? due.length : full);
}

const groupOf = ({ tenant, dataPlane }: Counted): string => JSON.stringify([tenant, dataPlane]);

/**
 * One entry for all of one tenant and plane: the row has an end, whatever `perDay` is and however long their names are.
 */
function grouped(due: readonly Counted[]): NonNullable<RateLimitEntry['unapproved']> {
  const groups = groupsOf(due, groupOf);
  return [...groups.values()].map((some) => {
    const { tenant, dataPlane } = some[0] as Counted;
    return { tenant, dataPlane, count: some.length };
  });
}

/** What a run queued that nobody had approved, one for each task. */
export function unapprovedOf({ unapproved = [] }: RateLimitEntry): Counted[] {
  return unapproved.flatMap(({ tenant, dataPlane, count = 1 }) =>
    Array.from({ length: count }, () => ({ tenant, dataPlane })),
  );
}
