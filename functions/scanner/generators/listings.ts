import { beginListing } from '../../catalog/listings/begin-listing.ts';
import { isListed } from '../../platform/control-plane-settings.ts';
import { eachListed, type Listed } from '../each-listed.ts';
import { count, scanEveryOf } from '../evaluate-task.ts';
import type { Generator } from '../generator.ts';
import type { Run } from '../run.ts';

/** A part of `scanEvery`: so much earlier a listing may begin, for no two scans are apart to the second. */
const EARLY = 1 / 4;

/** Lets each control plane that is listed be listed when that is due. */
export const listingsGenerator: Generator = {
  name: 'listings',
  band: 'urgent',
  everySeconds: 0,
  isWanted: (run) => run.system.config.controlPlanes?.some(isListed) ?? false,
  run: (run) => eachListed(run, 'listings', begin),
};

async function begin(run: Run, { settings, record }: Listed): Promise<void> {
  const tolerance = EARLY * scanEveryOf(run.system, run.view);
  const due = { now: run.now, tolerance, id: run.id };
  if (await beginListing(run.system, settings, record, due)) count(run, 'listings');
}
