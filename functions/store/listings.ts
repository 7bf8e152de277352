import type { Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { allRows, ROW_VERSION, recordIn, revised } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** What a listing came to so far. */
export interface ListingCounts {
  pages: number;
  /** Tasks that were listed and taken. */
  tasks: number;
  /** Tasks that were not known. */
  added: number;
  /** Tasks of which something was written. */
  changed: number;
  /** Tasks that are deleted since. */
  gone: number;
  refused: number;
}

export const NOTHING_LISTED: ListingCounts = {
  pages: 0,
  tasks: 0,
  added: 0,
  changed: 0,
  gone: 0,
  refused: 0,
};

/** A task that was not taken, and why. */
export interface RefusedTask {
  task: string;
  reason: string;
}

/** A listing under way: what of it is done stands here before anything is queued. */
export interface ListingProgress {
  /** From 1; of the control plane. */
  number: number;
  startedAt: Instant;
  /** `pages`: they are asked for; `ending`: all were, and what is missing is judged. */
  step: 'pages' | 'ending';
  /** The page to ask for next, from 0, and where it begins. */
  page: number;
  cursor: string | null;
  /** When it moved last. */
  movedAt: Instant;
  /** Since it moved last: how often the control plane could not be asked, why, and until when it is let be. */
  failures: number;
  why: string | null;
  notBefore: Instant;
  /** How often the generator took it up since it moved last. */
  takenUp: number;
  counts: ListingCounts;
  /** The first ones. */
  refused: RefusedTask[];
  /** Data planes that its tasks live in. */
  planes: string[];
}

/** A listing that went through to its end; the pages that it found are what the next one is compared with. */
interface WholeListing {
  number: number;
  startedAt: Instant;
  endedAt: Instant;
  pages: number;
  tasks: number;
}

/** Tasks that are missing since a listing that shrank: nothing is concluded until operators say so, or they are back. */
export interface HeldListing {
  /** The listing that missed them; the rows under its number name them. */
  number: number;
  since: Instant;
  missing: number;
  /** How many tasks there were before. */
  before: number;
  /** What an operator said: the next whole listing carries it out. */
  approved?: { at: Instant; by: string };
}

/** How a control plane that is listed fares. */
export interface ListingRecord {
  /** Of the control plane, as the configuration has it. */
  name: string;
  /** When it was first heard of. */
  knownSince: Instant;
  /** The number of the newest listing; 0 before the first. */
  number: number;
  current: ListingProgress | null;
  /** The start of the newest listing that ended, however it did. */
  lastStartedAt: Instant | null;
  whole: WholeListing | null;
  /** When its data planes were last known to live: the end of the newest listing that was whole and not held. */
  heardAt: Instant | null;
  /** Data planes that its tasks live in, as the newest whole listing has them. */
  planes: string[];
  /** Listings in a row that came to no end, and until when it is let be for that. */
  failures: number;
  notBefore: Instant;
  held: HeldListing | null;
  /** Tasks that the newest whole listing missed, and that are there: the next one judges them again. */
  doubtful: string[];
  /** An operator's pause: nothing is listed. */
  paused: { at: Instant; by: string } | null;
  /** When an operator asked for a listing at once. */
  pollAt: Instant | null;
  rev: number;
}

/** One that was never listed. */
export function newListingRecord(name: string, now: Instant): ListingRecord {
  return {
    name,
    knownSince: now,
    number: 0,
    current: null,
    lastStartedAt: null,
    whole: null,
    heardAt: null,
    planes: [],
    failures: 0,
    notBefore: 0,
    held: null,
    doubtful: [],
    paused: null,
    pollAt: null,
    rev: 0,
  };
}

/** The record in the row of a control plane that is listed. */
export const listingFromRow = (row: Row): ListingRecord => recordIn(row);

export const listingWrite = (record: ListingRecord): Write => revised(keys.listing(record.name), record);

export async function loadListing(table: Table, name: string): Promise<ListingRecord | undefined> {
  const row = await table.get(keys.listing(name));
  return row && listingFromRow(row);
}

/** All control planes that were ever listed, by name. */
export async function loadListings(table: Table): Promise<Map<string, ListingRecord>> {
  const rows = await allRows(table, { pk: keys.listing('').pk, consistent: true });
  return new Map(rows.map((row) => [row.sk, listingFromRow(row)]));
}

/**
 * How a listing ended: `whole`; `held`: it shrank; `failed`: the control plane could not be asked; `stuck`: our own work at it
 * came to nothing; `late`: it did not end within its bound; `paused` by an operator.
 */
export type ListingOutcome = 'whole' | 'held' | 'failed' | 'stuck' | 'late' | 'paused';

/** A listing in the history. */
export interface ListingEnd {
  number: number;
  startedAt: Instant;
  endedAt: Instant;
  outcome: ListingOutcome;
  /** Why it came to no end. */
  why: string | null;
  counts: ListingCounts;
  /** The first tasks that were refused. */
  refused: RefusedTask[];
}

export function listingEndWrite(name: string, end: ListingEnd): Write {
  const ending = endingOf('listings', end.endedAt);
  return { put: { ...keys.listingEnd(name, end.number), v: ROW_VERSION, ...end, ...ending } };
}

/** The record in the row of a listing that ended. */
export const listingEndFromRow = (row: Row): ListingEnd => recordIn(row);

/** The newest listings of a control plane that ended, the newest first. */
export async function loadListingEnds(table: Table, name: string, most: number): Promise<ListingEnd[]> {
  const { pk } = keys.listingEnd(name, 0);
  const { rows } = await table.query({ pk, descending: true, limit: most, consistent: true });
  return rows.map(listingEndFromRow);
}
