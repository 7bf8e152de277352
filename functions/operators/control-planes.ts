import type { Instant } from '../abandonment/time.ts';
import { type ControlPlaneSettings, isListed } from '../platform/control-plane-settings.ts';
import type { System } from '../platform/system.ts';
import { type ControlPlaneBreakerRecord, loadControlPlaneBreaker } from '../store/control-plane-breakers.ts';
import { type ListingEnd, type ListingRecord, loadListing, loadListingEnds } from '../store/listings.ts';

/**
 * How a control plane stands: `heard`: by events, nobody lists it; `paused` by an operator; `held`: a listing shrank; `failing`: it
 * cannot be asked; `listing`: one is under way; `waiting` for its next listing; `new`: never listed.
 */
type Standing = 'heard' | 'paused' | 'held' | 'failing' | 'listing' | 'waiting' | 'new';

/** A control plane of the configuration, and what is known of it. */
export interface ControlPlaneStanding {
  settings: ControlPlaneSettings;
  standing: Standing;
  /** Absent where it is not listed, or was not yet. */
  listing?: ListingRecord;
  breaker?: ControlPlaneBreakerRecord;
}

/** The control planes of a stage, in the order of the configuration. */
export async function controlPlanesOf({
  config,
  table,
}: Pick<System, 'config' | 'table'>): Promise<ControlPlaneStanding[]> {
  return Promise.all(
    (config.controlPlanes ?? []).map(async (settings): Promise<ControlPlaneStanding> => {
      if (!isListed(settings)) return { settings, standing: 'heard' };
      const [listing, breaker] = await Promise.all([
        loadListing(table, settings.name),
        loadControlPlaneBreaker(table, settings.name),
      ]);
      const records = { ...(listing && { listing }), ...(breaker && { breaker }) };
      return { settings, standing: standingOf(records), ...records };
    }),
  );
}

function standingOf({ listing, breaker }: Pick<ControlPlaneStanding, 'listing' | 'breaker'>): Standing {
  if (listing?.paused) return 'paused';
  if (listing?.held && !listing.held.approved) return 'held';
  if (breaker || (listing?.failures ?? 0) > 0 || (listing?.current?.failures ?? 0) > 0) return 'failing';
  if (listing?.current) return 'listing';
  return listing?.whole ? 'waiting' : 'new';
}

/** Why it cannot be asked, and since when as far as that is known; undefined while it can. */
export function outageOf({
  listing,
  breaker,
}: Pick<ControlPlaneStanding, 'listing' | 'breaker'>): { why: string; since?: Instant } | undefined {
  if (breaker) return { why: breaker.why, since: breaker.since };
  const why = listing?.current?.why;
  return why ? { why } : undefined;
}

/** So many listings that ended are shown. */
const SHOWN = 10;

/** The newest listings that ended, the newest first. */
export function newestListings({ table }: Pick<System, 'table'>, name: string): Promise<ListingEnd[]> {
  return loadListingEnds(table, name, SHOWN);
}
