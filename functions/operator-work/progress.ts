import { type Duration, type Instant, MINUTE } from '../abandonment/time.ts';
import {
  type ItemCounts,
  type ItemResult,
  leftOf,
  type OperatorWorkRecord,
  type StoredItem,
  type WorkPartRecord,
} from '../store/operator-work.ts';

/** So often the items of a command are gone through: what still fails then has failed. */
export const MOST_ROUNDS = 8;

/** What failed for now waits so long, twice as long after each round. */
const FIRST_WAIT: Duration = MINUTE;
const LONGEST_WAIT: Duration = 60 * MINUTE;

/** Whether an item is still to be worked: never was, or failed before an operator asked for another attempt. */
export function isLeft({ result }: { result?: ItemResult }, attempt: number): boolean {
  return result === undefined || (result.outcome === 'failed' && result.attempt < attempt);
}

/** What an item came to, by its place in its part; null: it was tried, and is to be tried again. */
export type Tried = ReadonlyMap<number, ItemResult | null>;

/**
 * The part with what its items came to; what somebody else noted meanwhile stands. Of one that is never worked again its name
 * alone is kept: the rest may say who owns a task.
 */
export function withResults(part: WorkPartRecord, tried: Tried, attempt: number): WorkPartRecord {
  const items = part.items.map((item, place) => {
    const result = tried.get(place);
    if (result === undefined || !isLeft(item, attempt)) return item;
    if (result === null) return heardOf(item);
    return result.outcome === 'failed' ? { ...heardOf(item), result } : { id: item.id, result };
  });
  return { ...part, items };
}

/** The item once somebody who began it was heard of. */
function heardOf(item: StoredItem): StoredItem {
  if (item.begun === undefined) return item;
  const { begun: _, ...heard } = item;
  return heard;
}

/** Whoever begins an item dies so often: then nobody begins it again. */
export const MOST_DEATHS = 3;

/**
 * The part with the claim of an item that is about to be begun, and the claim before it lifted; undefined where as many as are
 * allowed died in it.
 */
export function withClaim(
  part: WorkPartRecord,
  { place, before }: { place: number; before: number | undefined },
): WorkPartRecord | undefined {
  const begun = part.items[place]?.begun ?? 0;
  if (begun >= MOST_DEATHS) return undefined;
  const items = part.items.map((item, at) => {
    if (at === place) return { ...item, begun: begun + 1 };
    return at === before ? heardOf(item) : item;
  });
  return { ...part, items };
}

/** How many items of a part came to what. */
function countsOf({ items }: WorkPartRecord, attempt: number): ItemCounts {
  const counts = { done: 0, skipped: 0, failed: 0 };
  for (const item of items) {
    if (item.result && !isLeft(item, attempt)) counts[item.result.outcome] += 1;
  }
  return counts;
}

/** What a turn did with a part. */
export interface PageWorked {
  before: WorkPartRecord;
  after: WorkPartRecord;
  /** Whether each of its items that was left was tried. */
  wasAllTried: boolean;
  /** Who worked it. */
  holder: string;
  now: Instant;
}

/**
 * The command once a part was worked. What its items came to counts whoever holds it now, and though it was cancelled meanwhile;
 * its cursor is moved by its holder alone.
 */
export function afterPage(record: OperatorWorkRecord, page: PageWorked): OperatorWorkRecord {
  const { attempt } = record;
  const [before, after] = [countsOf(page.before, attempt), countsOf(page.after, attempt)];
  const { counts } = record;
  const counted: OperatorWorkRecord = {
    ...record,
    workedAt: page.now,
    counts: {
      done: counts.done + after.done - before.done,
      skipped: counts.skipped + after.skipped - before.skipped,
      failed: counts.failed + after.failed - before.failed,
    },
  };
  if (record.lease?.holder !== page.holder) return counted;
  const free = { ...counted, lease: null };
  if (free.state !== 'open' || !page.wasAllTried) return free;
  const { hasDied: _, ...alive } = free;
  const next = page.after.part + 1;
  return next < alive.parts ? { ...alive, next } : afterRound(alive, page.now);
}

/** Every part was gone through: it is at its end, or what is left waits for the next round. */
function afterRound(record: OperatorWorkRecord, now: Instant): OperatorWorkRecord {
  const round = record.round + 1;
  if (leftOf(record) === 0 || round >= MOST_ROUNDS) return { ...record, state: 'done', endedAt: now };
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** record.round);
  return { ...record, round, next: 0, notBefore: now + wait };
}

/** How many items are worked in a minute, from the first to the newest; null where that says nothing yet. */
export function ratePerMinute({ counts, startedAt, workedAt }: OperatorWorkRecord): number | null {
  if (startedAt === null || workedAt === null || workedAt <= startedAt) return null;
  return ((counts.done + counts.skipped + counts.failed) * MINUTE) / (workedAt - startedAt);
}
