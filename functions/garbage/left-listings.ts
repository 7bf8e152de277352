import { keys } from '../store/keys.ts';
import { type ListingRecord, loadListings } from '../store/listings.ts';
import { eachRow } from '../store/rows.ts';
import { type Collecting, collect, isPast } from './collecting.ts';

/** The control planes that were listed and that the configuration names no more since long ago. */
export async function leftListings(collecting: Collecting): Promise<ListingRecord[]> {
  const { system } = collecting;
  const configured = new Set((system.config.controlPlanes ?? []).map(({ name }) => name));
  const left = [...(await loadListings(system.table)).values()].filter(({ name }) => !configured.has(name));
  return left.filter((record) => isPast(collecting, 'listings', lastMoveOf(record)) && !isWaitedFor(record));
}

/** Somebody said, or is to say, what is to become of it. */
const isWaitedFor = ({ held, paused }: ListingRecord) => held !== null || paused !== null;

function lastMoveOf({ knownSince, lastStartedAt, whole, heardAt, current, pollAt }: ListingRecord): number {
  const moves = [lastStartedAt, whole?.endedAt, heardAt, current?.movedAt, pollAt].map((at) => at ?? 0);
  return Math.max(knownSince, ...moves);
}

/** Deletes the pages that such a control plane was known by, and last what says that they are there. */
export async function collectListing(collecting: Collecting, { name, rev }: ListingRecord): Promise<void> {
  const { pk } = keys.listedPage(name, 0, 0);
  for await (const { sk } of eachRow(collecting.system.table, { pk, consistent: true })) {
    if (collecting.spent()) return;
    if (!(await collect(collecting, 'listings', { delete: { pk, sk } }))) return;
  }
  await collect(collecting, 'listings', { delete: keys.listing(name), if: [{ equals: ['rev', rev] }] });
}
