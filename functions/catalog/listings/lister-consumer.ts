import { isListed, type ListedSettings } from '../../platform/control-plane-settings.ts';
import type { System } from '../../platform/system.ts';
import { loadListing } from '../../store/listings.ts';
import type { Consumer, Outcome } from '../../work/consumer.ts';
import { type ListingMessage, listingMessage, parseMessage } from '../../work/read-messages.ts';
import { beginListing } from './begin-listing.ts';
import { runListing } from './run-listing.ts';

/**
 * Works the queue `listing`: a message hints at a control plane whose row says how far its listing is. A control plane that
 * is away is no failure: its listing is put off, and its message is done with.
 */
export const listerConsumer: Consumer<ListingMessage> = {
  queue: 'listing',
  parse: (body) => parseMessage(listingMessage, body),
  nameOf: ({ key, listing }) => (listing === undefined ? key : `${key}#${listing}`),
  notAfter: ({ notAfter }) => notAfter,
  // A scan takes up again what does not move; a start of each message is not worth a write.
  queuedAgainFromState: false,
  restsOnTableAlone: true,
  async act(system, { key, listing }, delivery) {
    const settings = settingsOf(system, key);
    if (!settings) return { outcome: 'skipped', reason: 'not-configured' };
    if (listing === undefined) return beginDue(system, settings);
    const end = await runListing(system, settings, listing, delivery);
    return end === 'over' || end === 'paused' || end === 'put-off'
      ? { outcome: 'skipped', reason: end }
      : { outcome: 'done', reason: end };
  },
};

function settingsOf({ config }: System, name: string): ListedSettings | undefined {
  return config.controlPlanes?.filter(isListed).find((settings) => settings.name === name);
}

async function beginDue(system: System, settings: ListedSettings): Promise<Outcome> {
  const now = system.clock.now();
  const listing = await loadListing(system.table, settings.name);
  const begun = await beginListing(system, settings, listing, { now, tolerance: 0, id: settings.name });
  return begun ? { outcome: 'done', reason: begun } : { outcome: 'skipped', reason: 'not-due' };
}
