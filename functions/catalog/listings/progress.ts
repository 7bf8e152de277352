import type { Duration, Instant } from '../../abandonment/time.ts';
import { MINUTE, SECOND } from '../../abandonment/time.ts';
import type { ListedSettings } from '../../platform/control-plane-settings.ts';
import { recordable } from '../../platform/recorded-text.ts';
import {
  type ListingCounts,
  type ListingEnd,
  type ListingOutcome,
  type ListingProgress,
  type ListingRecord,
  NOTHING_LISTED,
  type RefusedTask,
} from '../../store/listings.ts';

/** A control plane with a listing under way. */
export type Listing = ListingRecord & { current: ListingProgress };

/** The first refused tasks of a listing are kept by name. */
const MOST_NAMED = 10;

/** After so many attempts in a row at one page that came to nothing the listing is given up. */
const MOST_FAILURES = 6;

/** A listing that nobody moved for so long is taken up again. */
const STALLED_AFTER: Duration = 10 * MINUTE;
/** So often, without its moving; then our own code cannot work it. */
const MOST_TAKEN_UP = 6;

const FIRST_WAIT: Duration = 30 * SECOND;
const LONGEST_WAIT: Duration = 15 * MINUTE;
const LONGEST_REST: Duration = 60 * MINUTE;

/** Whether a listing is under way. */
export function isUnderWay(record: ListingRecord): record is Listing {
  return record.current !== null;
}

/**
 * Whether a listing is to begin: an operator asked for it, or `pollEvery` is over since the newest one began.
 *
 * @param tolerance how much earlier it may begin, for scans do not come to the second
 */
export function isDue(
  record: ListingRecord,
  { pollEvery }: Pick<ListedSettings, 'pollEvery'>,
  now: Instant,
  tolerance: Duration,
): boolean {
  if (record.paused || record.current) return false;
  if (record.pollAt !== null) return true;
  if (now < record.notBefore) return false;
  return record.lastStartedAt === null || now + tolerance >= record.lastStartedAt + pollEvery;
}

/** A listing begins. */
export function begun(record: ListingRecord, now: Instant): Listing {
  const number = record.number + 1;
  const current: ListingProgress = {
    number,
    startedAt: now,
    step: 'pages',
    page: 0,
    cursor: null,
    movedAt: now,
    failures: 0,
    why: null,
    notBefore: 0,
    takenUp: 0,
    counts: NOTHING_LISTED,
    refused: [],
    planes: [],
  };
  return { ...record, number, current, pollAt: null };
}

/** What became of a page. */
export interface WorkedPage {
  next: string | null;
  counts: Omit<ListingCounts, 'pages' | 'gone'>;
  refused: readonly RefusedTask[];
  planes: readonly string[];
}

/** A page is worked: the next one is asked for, or, after the last one, what is missing is judged. */
export function pageWorked(record: Listing, worked: WorkedPage, now: Instant): Listing {
  const { current } = record;
  const { counts } = current;
  const sum: ListingCounts = {
    ...counts,
    pages: counts.pages + 1,
    tasks: counts.tasks + worked.counts.tasks,
    added: counts.added + worked.counts.added,
    changed: counts.changed + worked.counts.changed,
    refused: counts.refused + worked.counts.refused,
  };
  const moved: ListingProgress = {
    ...unhindered(current, now),
    step: worked.next === null ? 'ending' : 'pages',
    page: current.page + 1,
    cursor: worked.next,
    counts: sum,
    refused: named(current.refused, worked.refused),
    planes: worked.planes.every((plane) => current.planes.includes(plane))
      ? current.planes
      : [...new Set([...current.planes, ...worked.planes])],
  };
  return { ...record, current: moved };
}

function unhindered(current: ListingProgress, now: Instant): ListingProgress {
  return { ...current, movedAt: now, failures: 0, why: null, notBefore: 0, takenUp: 0 };
}

function named(before: RefusedTask[], refused: readonly RefusedTask[]): RefusedTask[] {
  const room = MOST_NAMED - before.length;
  if (room <= 0 || refused.length === 0) return before;
  const short = refused.slice(0, room).map(({ task, reason }) => ({
    task: recordable(task).slice(0, MOST_SHOWN),
    reason: recordable(reason).slice(0, MOST_SHOWN),
  }));
  return [...before, ...short];
}

const MOST_SHOWN = 200;

/**
 * The control plane could not be asked: the listing is put off, each time for longer, or for as long as it says; nothing
 * where it could not be asked too often, so that the listing is to end.
 *
 * @param chance in [0, 1), so that those that failed together do not come back together
 */
export function putOff(
  record: Listing,
  { why, retryAfterSeconds }: { why: string; retryAfterSeconds?: number | undefined },
  now: Instant,
  chance: number,
): Listing | undefined {
  const failures = record.current.failures + 1;
  if (failures >= MOST_FAILURES) return undefined;
  const full = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - 1));
  const wait = Math.max(full / 2 + (full / 2) * chance, (retryAfterSeconds ?? 0) * SECOND);
  const notBefore = now + Math.round(Math.min(LONGEST_WAIT, wait));
  return { ...record, current: { ...record.current, failures, notBefore, why: shown(why) } };
}

const shown = (why: string): string => recordable(why).slice(0, MOST_SHOWN);

/** Whether a listing has not moved, though nothing keeps it: its message was lost, or its lister died. */
export function isStalled({ current }: Listing, now: Instant): boolean {
  return now - Math.max(current.movedAt, current.notBefore) >= STALLED_AFTER;
}

/** It is taken up again; undefined where that did not help often enough. */
export function takenUp(record: Listing, now: Instant): Listing | undefined {
  const { current } = record;
  if (current.takenUp >= MOST_TAKEN_UP) return undefined;
  return { ...record, current: { ...current, takenUp: current.takenUp + 1, notBefore: now } };
}

/** How long a listing may take. */
export function longestListing({ pollEvery }: Pick<ListedSettings, 'pollEvery'>): Duration {
  return Math.max(6 * 60 * MINUTE, 4 * pollEvery);
}

/** A listing that came to no end: nothing is concluded from it, and the next one begins later the more of them there were. */
export function brokenOff(
  record: Listing,
  outcome: Exclude<ListingOutcome, 'whole' | 'held'>,
  why: string | null,
  now: Instant,
): { record: ListingRecord; end: ListingEnd } {
  const failures = outcome === 'paused' ? record.failures : record.failures + 1;
  const rest = outcome === 'paused' ? 0 : Math.min(LONGEST_REST, MINUTE * 2 ** Math.min(failures, 10));
  return {
    record: { ...over(record), failures, notBefore: now + rest },
    end: endOf(record, outcome, why === null ? null : shown(why), now),
  };
}

/** The record without its listing. */
export function over(record: Listing): ListingRecord {
  return { ...record, current: null, lastStartedAt: record.current.startedAt };
}

/** A listing as the history has it. */
export function endOf(
  { current }: Listing,
  outcome: ListingOutcome,
  why: string | null,
  now: Instant,
): ListingEnd {
  const { number, startedAt, counts, refused } = current;
  return { number, startedAt, endedAt: now, outcome, why, counts, refused };
}
