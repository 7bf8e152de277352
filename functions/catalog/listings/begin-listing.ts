import type { Duration, Instant } from '../../abandonment/time.ts';
import type { ListedSettings } from '../../platform/control-plane-settings.ts';
import type { System } from '../../platform/system.ts';
import { type ListingRecord, listingEndWrite, newListingRecord } from '../../store/listings.ts';
import { listingMessageFor } from '../../work/messages.ts';
import {
  begun,
  brokenOff,
  isDue,
  isStalled,
  isUnderWay,
  type Listing,
  longestListing,
  takenUp,
} from './progress.ts';
import { store } from './store-listing.ts';

/** When a listing is to begin or to go on. */
export interface Due {
  now: Instant;
  /** How much earlier than `pollEvery` says it may begin. */
  tolerance: Duration;
  /** The name under which the message is traced. */
  id: string;
}

/**
 * Lets a control plane be listed where that is due: a listing begins, or one that does not move is taken up again, or ended
 * where it takes too long. What is stored comes first; a message that is lost is made up for by the next scan.
 *
 * @returns what was done; undefined where nothing is due
 */
export async function beginListing(
  system: System,
  settings: ListedSettings,
  before: ListingRecord | undefined,
  due: Due,
): Promise<'begun' | 'taken-up' | 'ended' | undefined> {
  const record = before ?? newListingRecord(settings.name, due.now);
  if (isUnderWay(record)) return watch(system, settings, record, due);
  if (!isDue(record, settings, due.now, due.tolerance)) return undefined;
  const listing = begun(record, due.now);
  if (!(await store(system, listing, []))) return undefined;
  await send(system, listing, due);
  return 'begun';
}

async function watch(
  system: System,
  settings: ListedSettings,
  record: Listing,
  due: Due,
): Promise<'taken-up' | 'ended' | undefined> {
  const { now } = due;
  if (record.paused) return end(system, record, 'paused', now);
  if (now - record.current.startedAt > longestListing(settings)) return end(system, record, 'late', now);
  if (!isStalled(record, now)) return undefined;
  const again = takenUp(record, now);
  if (!again) return end(system, record, 'stuck', now);
  if (!(await store(system, again, []))) return undefined;
  await send(system, again, due);
  return 'taken-up';
}

async function end(
  system: System,
  record: Listing,
  outcome: 'paused' | 'late' | 'stuck',
  now: Instant,
): Promise<'ended' | undefined> {
  const broken = brokenOff(record, outcome, record.current.why, now);
  const stored = await store(system, broken.record, [listingEndWrite(record.name, broken.end)]);
  return stored && 'ended';
}

async function send(system: System, { name, current }: Listing, { now, id }: Due): Promise<void> {
  await system.queues.send('listing', [listingMessageFor({ now, id }, name, current.number)]);
}
