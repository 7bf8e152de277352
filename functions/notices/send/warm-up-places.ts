import { BOUNDS } from '../../abandonment/bounds.ts';
import { placeOfLeast } from '../../abandonment/spans.ts';
import type { Instant } from '../../abandonment/time.ts';
import { isTopic } from '../../abandonment/topics.ts';
import type { System } from '../../platform/system.ts';
import { commit } from '../../store/commit.ts';
import { type FleetView, inLastDay } from '../../store/fleet-view.ts';
import {
  loadWarmUpLimit,
  type RateLimitEntry,
  type RateLimitRecord,
  warmUpLimitWrite,
} from '../../store/rate-limits.ts';
import { type ReachableRecipient, type RecipientRecord, recipientWrite } from '../../store/recipients.ts';
import type { Waiting } from './waiting.ts';
import { windowOpensAt } from './windows.ts';

/** Whether the warm-up limit let a recipient be warned within the last 24 h, or they were warned then. */
export function isAdmitted({ admittedAt, lastWarnedAt }: RecipientRecord, now: Instant): boolean {
  return (
    (admittedAt !== null && inLastDay(admittedAt, now)) ||
    (lastWarnedAt !== null && inLastDay(lastWarnedAt, now))
  );
}

/** How many more recipients may newly be warned now. */
export function placesLeft(record: RateLimitRecord, rampPerDay: number, now: Instant): number {
  const recent = record.runs.filter(({ at }) => inLastDay(at, now));
  return Math.max(0, rampPerDay - recent.reduce((sum, { count }) => sum + count, 0));
}

/**
 * The warm-up limit with so many more who are newly warned. What is more than its row keeps is joined where the time
 * between is shortest, at the later instant: the share of the day may then be free later, never earlier.
 */
export function withAdmitted(record: RateLimitRecord, count: number, now: Instant): RateLimitRecord {
  const runs = [...record.runs.filter(({ at }) => inLastDay(at, now)), { at: now, count }];
  while (runs.length > BOUNDS.admissions.most) joinNearest(runs);
  return { ...record, runs };
}

function joinNearest(runs: RateLimitRecord['runs']): void {
  const place = placeOfLeast(runs.slice(1).map(({ at }, before) => at - (runs[before]?.at ?? at)));
  const [first, next] = runs.slice(place, place + 2) as [RateLimitEntry, RateLimitEntry];
  runs.splice(place, 2, { ...next, count: first.count + next.count });
}

/**
 * Lets one take a place whom the scan gave none because `digestEvery` delayed them, now that they may be mailed again.
 * Gives the recipient's record as it is then; unchanged where there is no place, and the next scan decides.
 */
export async function admitDelayed(
  system: System,
  view: FleetView,
  recipient: ReachableRecipient,
  pending: readonly Waiting[],
  now: Instant,
): Promise<ReachableRecipient> {
  if (!wasDelayed(view, recipient, pending, now)) return recipient;
  return commit(system, 'the warm-up limit', async () => {
    const limit = await loadWarmUpLimit(system.table);
    if (placesLeft(limit, view.policies.global.rampPerDay, now) === 0) return { value: recipient };
    const admitted = { ...recipient, admittedAt: now };
    return {
      writes: [warmUpLimitWrite(withAdmitted(limit, 1, now)), recipientWrite(admitted)],
      value: { ...admitted, rev: recipient.rev + 1 },
      // The recipient changed meanwhile: the next scan decides.
      refused: (index) => (index === 1 ? { value: recipient } : undefined),
    };
  });
}

function wasDelayed(
  view: FleetView,
  recipient: RecipientRecord,
  pending: readonly Waiting[],
  now: Instant,
): boolean {
  if (isAdmitted(recipient, now)) return false;
  const opened = windowOpensAt(recipient, view.policies.global.digestEvery);
  const { claimed } = view.scans;
  if (opened > now || claimed === null || opened <= claimed) return false;
  return pending.some(
    ({ address, pending: { notice, since } }) =>
      notice === 'warning' && since <= claimed && !isTopic(address),
  );
}
