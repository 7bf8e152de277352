import { isListed, type ListedSettings } from '../platform/control-plane-settings.ts';
import { type ListingRecord, loadListings } from '../store/listings.ts';
import { DONE, type Turn } from './generator.ts';
import type { Run } from './run.ts';
import { sweep } from './sweep.ts';

/** A control plane that is listed, and its newest listing. */
export interface Listed {
  id: string;
  settings: ListedSettings;
  record: ListingRecord | undefined;
}

/** Does something with each control plane that is listed. Nothing is read where none is. */
export async function eachListed(
  run: Run,
  name: string,
  work: (run: Run, listed: Listed) => Promise<void>,
): Promise<Turn> {
  const all = run.system.config.controlPlanes?.filter(isListed) ?? [];
  if (all.length === 0) return DONE;
  const records = await loadListings(run.system.table);
  const items = all.map((settings) => ({
    id: settings.name,
    settings,
    record: records.get(settings.name),
  }));
  return sweep(run, { name, partitions: [{ items, work: (settings) => work(run, settings) }], atOnce: 4 });
}
