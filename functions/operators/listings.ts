import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import { type ListingRecord, listingWrite, loadListing, newListingRecord } from '../store/listings.ts';
import { alertClosed } from '../store/operator-alerts.ts';
import type { Write } from '../store/table/table.port.ts';
import { listingMessageFor } from '../work/messages.ts';

/** What came of an operator's act. */
export type ListingAct = { done: true } | { done: false; reason: string };

/** Who acts on a control plane that is listed, by its name. */
export interface OnListing {
  controlPlane: string;
  by: string;
  reason?: string;
}

/** Asks for a listing at once; one that is under way goes on. */
export async function pollNow(system: System, on: OnListing): Promise<ListingAct> {
  const act = await change(system, on, 'poll', (record, now) => {
    if (record.paused) return 'it is paused';
    if (record.current) return 'a listing is under way';
    return { record: { ...record, pollAt: now } };
  });
  const from = { now: system.clock.now(), id: on.controlPlane };
  // A hint: where it is lost, the next scan begins it.
  if (act.done) await system.queues.send('listing', [listingMessageFor(from, on.controlPlane)]);
  return act;
}

/**
 * Lets a control plane be listed no more until it is resumed. The listing under way ends with the next scan; in time its data
 * planes are silent, and the clocks of their tasks stand still.
 */
export function pauseListings(system: System, on: OnListing): Promise<ListingAct> {
  return change(system, on, 'pause listings', (record, now) => {
    if (record.paused) return 'it is paused';
    return { record: { ...record, paused: { at: now, by: on.by } } };
  });
}

/** Lets a control plane be listed again, with the next scan. */
export function resumeListings(system: System, on: OnListing): Promise<ListingAct> {
  return change(system, on, 'resume listings', (record, now) => {
    if (!record.paused) return 'it is not paused';
    return { record: { ...record, paused: null, pollAt: now, notBefore: 0 } };
  });
}

/**
 * Says that the tasks which a listing misses, and which are held for that, are gone: the next whole listing deletes those of
 * them that it misses, too (docs/rules.md#listings).
 */
export function approveListing(system: System, on: OnListing): Promise<ListingAct> {
  return change(system, on, 'approve listing', (record, now) => {
    const { held, name } = record;
    if (!held || held.approved) return 'nothing of it is held';
    const approved = { ...held, approved: { at: now, by: on.by } };
    return {
      record: { ...record, held: approved, pollAt: record.current ? null : now },
      beside: alertClosed('listing-shrank', name, now),
    };
  });
}

/** Says that the tasks which a listing misses are there: they stay as they are, and no listing misses them again. */
export function dismissListing(system: System, on: OnListing): Promise<ListingAct> {
  return change(system, on, 'dismiss listing', (record, now) => {
    if (!record.held) return 'nothing of it is held';
    return {
      record: { ...record, held: null, pollAt: record.current ? null : now },
      beside: alertClosed('listing-shrank', record.name, now),
    };
  });
}

/** What a change comes to, or why there is none. */
type Change = { record: ListingRecord; beside?: Write[] } | string;

function change(
  system: System,
  { controlPlane, by, reason = '' }: OnListing,
  act: string,
  plan: (record: ListingRecord, now: number) => Change,
): Promise<ListingAct> {
  return commit<ListingAct>(system, `the listing of ${controlPlane}`, async () => {
    const now = system.clock.now();
    const before = await loadListing(system.table, controlPlane);
    const planned = plan(before ?? newListingRecord(controlPlane, now), now);
    if (typeof planned === 'string') return { value: { done: false, reason: planned } };
    const audit = auditWrite({
      subject: 'operators',
      at: now,
      act: `${act} ${controlPlane}`,
      by,
      reason,
      evidence: {},
      mails: [],
    });
    return {
      writes: [listingWrite(planned.record), ...(planned.beside ?? []), audit],
      value: { done: true },
    };
  });
}
