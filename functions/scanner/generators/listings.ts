import { beginListing } from '../../catalog/listings/begin-listing.ts';
import { planesOf, silence, silentSince } from '../../catalog/listings/living-planes.ts';
import { isListed, type ListedSettings } from '../../platform/control-plane-settings.ts';
import { loadDataPlane } from '../../store/data-planes.ts';
import { type ListingRecord, loadListings } from '../../store/listings.ts';
import { DONE, type Generator } from '../generator.ts';
import { count, scanEveryOf } from '../look.ts';
import type { Run } from '../run.ts';
import { sweep } from '../sweep.ts';

/** A part of `scanEvery`: so much earlier a listing may begin, for no two scans are apart to the second. */
const EARLY = 1 / 4;

/** Lets each control plane that is listed be listed when that is due; after the decisions, which rest on what is known. */
export const listingsGenerator: Generator = {
  name: 'listings',
  band: 65,
  run: (run) => ofEach(run, 'listings', begin),
};

/**
 * Takes the data planes of a control plane that is listed for silent where no listing of it came to its end in time. Before
 * anything is decided: the clocks of their tasks stand still since the newest whole listing.
 */
export const listingSilenceGenerator: Generator = {
  name: 'silence',
  band: 0,
  run: (run) => ofEach(run, 'silence', watch),
};

interface Listed {
  id: string;
  settings: ListedSettings;
  record: ListingRecord | undefined;
}

/** Nothing is read where no control plane is listed. */
async function ofEach(run: Run, name: string, work: (run: Run, listed: Listed) => Promise<void>) {
  const all = run.system.config.controlPlanes?.filter(isListed) ?? [];
  if (all.length === 0) return DONE;
  const records = await loadListings(run.system.table);
  const items = all.map((settings) => ({
    id: settings.name,
    settings,
    record: records.get(settings.name),
  }));
  return sweep(run, { name, partitions: [{ items, work: (one) => work(run, one) }], atOnce: 4 });
}

async function begin(run: Run, { settings, record }: Listed): Promise<void> {
  const tolerance = EARLY * scanEveryOf(run.system, run.view);
  const due = { now: run.now, tolerance, id: run.id };
  if (await beginListing(run.system, settings, record, due)) count(run, 'listings');
}

async function watch(run: Run, { settings, record }: Listed): Promise<void> {
  if (!record) return;
  const { system, view, now } = run;
  const { silentAfter } = view.policies.global;
  const rhythm = { pollEvery: settings.pollEvery, scanEvery: scanEveryOf(system, view), silentAfter };
  const since = silentSince(record, rhythm, now);
  if (since === undefined) return;
  for (const plane of planesOf(record, settings)) {
    if ((view.planeOf(plane)?.state ?? 'up') !== 'up') continue;
    await silence(system, plane, { since, now, book: view.policies });
    const silent = await loadDataPlane(system.table, plane);
    if (silent) view.setPlane(plane, silent);
  }
}
