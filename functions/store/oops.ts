import type { Instant } from '../abandonment/time.ts';
import { commit, type Writing } from './commit.ts';
import { index, keys, sortable } from './keys.ts';
import { judgeOops, type OopsRate, type ReportReason } from './oops-report.ts';
import { allRows, ROW_VERSION, recordIn } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** All failures of one kind. */
export interface OopsRecord {
  fingerprint: string;
  worker: string;
  cause: string;
  /** The error's class, where it came from, and what it said without ids and addresses. */
  error: string;
  site: string;
  sample: string;
  firstSeenAt: Instant;
  lastSeenAt: Instant;
  count: number;
  lastItem: string;
  lastAttempt: number;
  lastVersion: string;
  /** When an operator said that it is mended; null again when it comes back. */
  resolvedAt: Instant | null;
  /** By what it is judged whether it says something new; absent in rows of before. */
  rate?: OopsRate;
  /** When it was last reported, and why; absent in rows of before. */
  reported?: { at: Instant; why: ReportReason };
  rev: number;
}

/** One failed attempt. */
export interface OopsOccurrence {
  fingerprint: string;
  at: Instant;
  worker: string;
  item: string;
  attempt: number;
  version: string;
  /** Attempts that this one stands for: itself, and those of its process that went well since the last failure. */
  attempts: number;
  /** Whether it feeds the breaker of its queue. */
  feedsBreaker: boolean;
  /** Since when the item's message is tried; absent where that is not known. */
  since?: Instant;
}

/** The record in the row of a kind of failure. */
export const oopsFromRow = (row: Row): OopsRecord => recordIn(row);

/** The record in the row of one failed attempt. */
export const occurrenceFromRow = (row: Row): OopsOccurrence => recordIn(row);

/** So often the row of a kind is read to be counted up; others may count it as fast. */
const MOST_READS = 3;

export type KindOfOops = Pick<OopsRecord, 'fingerprint' | 'worker' | 'cause' | 'error' | 'site' | 'sample'>;

/** How it was stored: whether it was counted here, and why its kind is to be reported; null where it says nothing new. */
export interface StoredOops {
  counted: boolean;
  report: ReportReason | null;
}

/**
 * Stores one occurrence and counts it with its kind. `claim` must hold for it to be stored at all: it is not counted where it
 * does not, for somebody else counted it.
 *
 * @throws TableBusy as `commit` does
 */
export async function storeOops(
  writing: Writing,
  kind: KindOfOops,
  occurrence: OopsOccurrence,
  claim?: Write,
): Promise<StoredOops> {
  let reads = 0;
  return commit<StoredOops>(writing, `an OOPS of kind ${kind.fingerprint}`, async () => {
    const before = await writing.table.get(keys.oops(kind.fingerprint));
    reads += 1;
    const { write, report } =
      before && reads > MOST_READS ? addOne(kind, occurrence) : kindWrite(kind, occurrence, before);
    const id = writing.random.id(writing.clock.now());
    return {
      writes: [...(claim ? [claim] : []), write, occurrenceWrite(occurrence, id)],
      value: { counted: true, report },
      refused: (at) => (claim && at === 0 ? { value: { counted: false, report: null } } : undefined),
    };
  });
}

interface KindWrite {
  write: Write;
  report: ReportReason | null;
}

/** Where others count the same kind at the same time, its row is only counted up. */
function addOne({ fingerprint }: KindOfOops, { at }: OopsOccurrence): KindWrite {
  const write = { add: keys.oops(fingerprint), by: { count: 1, rev: 1 }, set: endingOf('oops', at) };
  return { write, report: null };
}

function kindWrite(kind: KindOfOops, occurrence: OopsOccurrence, row: Row | undefined): KindWrite {
  const before = row && oopsFromRow(row);
  const { report, rate } = judgeOops(before, occurrence);
  const reported = report ? { at: occurrence.at, why: report } : before?.reported;
  const record: OopsRecord = {
    ...kind,
    firstSeenAt: before?.firstSeenAt ?? occurrence.at,
    lastSeenAt: Math.max(before?.lastSeenAt ?? 0, occurrence.at),
    count: (before?.count ?? 0) + 1,
    lastItem: occurrence.item,
    lastAttempt: occurrence.attempt,
    lastVersion: occurrence.version,
    resolvedAt: null,
    rate,
    ...(reported && { reported }),
    rev: (before?.rev ?? 0) + 1,
  };
  const put = {
    ...keys.oops(kind.fingerprint),
    v: ROW_VERSION,
    ...record,
    ...endingOf('oops', record.lastSeenAt),
  };
  return { write: { put, if: [before ? { equals: ['rev', before.rev] } : { absent: true }] }, report };
}

function occurrenceWrite(occurrence: OopsOccurrence, id: string): Write {
  const { fingerprint, at, worker, version, attempts, feedsBreaker, since = at } = occurrence;
  const p: FailurePlace = { version, attempts, since };
  const place = { g2pk: index.failures(worker), g2sk: `${sortable(at)}#${id}`, p };
  return {
    put: {
      ...keys.oopsOccurrence(fingerprint, at, id),
      v: ROW_VERSION,
      ...occurrence,
      ...endingOf('failures', at),
      ...(feedsBreaker ? place : {}),
    },
  };
}

/** What the index of failures shows of one: `since` is when its message was first tried, as far as that is known. */
export interface FailurePlace {
  version: string;
  attempts: number;
  since?: Instant;
}

/** What a row of the index of failures shows. */
export const failurePlaceIn = ({ p }: Row): FailurePlace => p as FailurePlace;

/** Every kind of failure, the newest first; resolved ones only when asked for. */
export async function listOops(table: Table, { resolved = false } = {}): Promise<OopsRecord[]> {
  const rows = await allRows(table, { pk: keys.oops('').pk });
  return rows
    .map(oopsFromRow)
    .filter(({ resolvedAt }) => resolved || resolvedAt === null)
    .sort((a, b) => b.lastSeenAt - a.lastSeenAt);
}

/** One kind of failure with its newest occurrences; undefined where there is none. */
export async function loadOops(
  table: Table,
  fingerprint: string,
  newest: number,
): Promise<{ kind: OopsRecord; occurrences: OopsOccurrence[] } | undefined> {
  const row = await table.get(keys.oops(fingerprint));
  if (!row) return undefined;
  const { pk } = keys.oopsOccurrence(fingerprint, 0, '');
  const { rows } = await table.query({ pk, descending: true, limit: newest });
  return { kind: oopsFromRow(row), occurrences: rows.map(occurrenceFromRow) };
}
