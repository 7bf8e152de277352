import { LONGEST_MEMORY, placeOfLeast } from '../../abandonment/spans.ts';
import type { OutageRecord } from '../../store/data-planes.ts';

/** So many outages a plane's row keeps (about 50 KB). */
const MOST_OUTAGES = 500;

/**
 * A plane's outages with one that begins: those that ended longer ago than any threshold reaches are left out, and of
 * more than the row is to keep the two that are nearest to each other (of equal ones the oldest) are taken for one.
 * Their members' clocks then stand still a little longer, never shorter (promise 5).
 *
 * @param most two at least
 */
export function withOutage(
  outages: readonly OutageRecord[],
  begun: OutageRecord,
  most: number = MOST_OUTAGES,
): OutageRecord[] {
  const kept = outages.filter(({ endedAt }) => endedAt === null || endedAt > begun.from - LONGEST_MEMORY);
  while (kept.length >= most) joinNearest(kept);
  return [...kept, begun];
}

function joinNearest(outages: OutageRecord[]): void {
  const gaps = outages.slice(1).map(({ from }, before) => from - (outages[before]?.endedAt ?? from));
  const place = placeOfLeast(gaps);
  const [first, next] = outages.slice(place, place + 2) as [OutageRecord, OutageRecord];
  outages.splice(place, 2, { ...next, from: first.from, members: first.members + next.members });
}
