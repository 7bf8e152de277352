import type { PolicyBook } from '../../abandonment/policy-book.ts';
import type { Duration, Instant } from '../../abandonment/time.ts';
import type { ListedSettings } from '../../platform/control-plane-settings.ts';
import type { System } from '../../platform/system.ts';
import { loadDataPlane } from '../../store/data-planes.ts';
import type { ListingRecord } from '../../store/listings.ts';
import { hearListing, reportDataPlane } from '../data-planes.ts';

/** What bounds how long a control plane may be without a whole listing. */
interface Rhythm extends Pick<ListedSettings, 'pollEvery'> {
  scanEvery: Duration;
  silentAfter: Duration;
}

/**
 * How long after its newest whole listing the data planes of a control plane are taken for silent: two listings, each begun
 * by a scan and as long as the newest one, and `silentAfter`.
 */
function silentAfterListing({ whole }: ListingRecord, rhythm: Rhythm): Duration {
  const lasted = whole ? whole.endedAt - whole.startedAt : 0;
  return 2 * (Math.max(rhythm.pollEvery, rhythm.scanEvery) + lasted) + rhythm.silentAfter;
}

/** Since when nothing is known of the tasks of a control plane; undefined while listings come. */
export function silentSince(record: ListingRecord, rhythm: Rhythm, now: Instant): Instant | undefined {
  const heardAt = record.heardAt ?? record.knownSince;
  return now - heardAt >= silentAfterListing(record, rhythm) ? heardAt : undefined;
}

/** The data planes that the tasks of a control plane live in; its own while none of its tasks is known. */
export function planesOf(
  { planes, current }: ListingRecord,
  { dataPlane }: Pick<ListedSettings, 'dataPlane'>,
): string[] {
  const named = [...new Set([...planes, ...(current?.planes ?? [])])];
  return named.length > 0 ? named : [dataPlane];
}

/** A whole listing is the life sign of its data planes, and of its own where that was taken for silent before any was known. */
export async function hearPlanes(
  system: System,
  { planes, own, at, book }: { planes: readonly string[]; own: string; at: Instant; book: PolicyBook },
): Promise<void> {
  const isSilent = ((await loadDataPlane(system.table, own))?.state ?? 'up') !== 'up';
  // What a busy table does not take the next listing says again.
  for (const plane of new Set(isSilent ? [...planes, own] : planes))
    await hearListing(system, plane, at, book);
}

/** Nothing is known of a data plane since an instant: the clocks of its tasks stand still from there. */
export async function silence(
  system: System,
  plane: string,
  { since, now, book }: { since: Instant; now: Instant; book: PolicyBook },
): Promise<void> {
  await reportDataPlane(system, { dataPlane: plane, state: 'silent', at: now, since }, book);
}
