import type { Instant } from '../abandonment/time.ts';
import { METRIC } from '../platform/names.ts';
import { recordable } from '../platform/recorded-text.ts';
import type { System } from '../platform/system.ts';
import type { Recording } from '../store/commit.ts';
import { keys } from '../store/keys.ts';
import { type KindOfOops, type OopsOccurrence, storeOops } from '../store/oops.ts';
import type { ReportReason } from '../store/oops-report.ts';
import { ROW_VERSION, recordIn } from '../store/rows.ts';
import { endingOf } from '../store/table/expiry.ts';
import type { Row, Write } from '../store/table/table.port.ts';
import { classOf, type FailureClass } from './failure-class.ts';
import { fingerprintOf, sampleOf, siteOf } from './oops-fingerprint.ts';
import { type Counting, takeSuccesses } from './successes.ts';

/** One failed attempt. */
export interface Oops {
  worker: string;
  /** The work item's name: ids, never addresses. */
  item: string;
  /** From 1; null where it was no attempt at work (a breaker that opens). */
  attempt: number | null;
  /** `fault`: something was thrown, and what it means is read from it; `died`: a start without an end. */
  cause: FailureClass | 'fault' | 'died';
  error: unknown;
  /** The version of the code that failed, where it is not the one that says so. */
  version?: string;
  /** It may as well have gone well: recorded all the same, but nothing for the breaker to judge by. */
  uncertain?: true;
  /** Since when the item's message is tried, where that is known. */
  since?: Instant | undefined;
}

interface Reported {
  kind: KindOfOops;
  occurrence: OopsOccurrence;
}

/** Only these say that the next item would fail like this one. */
const FEEDS_BREAKER = new Set(['environment', 'bug', 'died']);

/**
 * Leaves the record of a failed attempt (promise 12): to the log first, before anything is awaited, so that neither
 * a failing table nor a failing sink loses one; then as rows. Never throws: a record that cannot be written changes
 * nothing for the work. Gives the fingerprint.
 */
export async function recordOops(system: Recording, oops: Oops): Promise<string> {
  const reported = reportOf(system, oops);
  logOops(system, oops, reported);
  try {
    report(system, reported, (await storeOops(system, reported.kind, reported.occurrence)).report);
  } catch (error) {
    report(system, reported, 'not-stored');
    system.telemetry.log('warn', 'OOPS not stored', {
      fingerprint: reported.kind.fingerprint,
      error: recordable(String(error)),
    });
  }
  return reported.kind.fingerprint;
}

/** As `recordOops`, for who counts by the rows: throws where the table would not take it. */
export async function recordCountedOops(system: Recording, oops: Oops): Promise<void> {
  const reported = reportOf(system, oops);
  logOops(system, oops, reported);
  report(system, reported, (await storeOops(system, reported.kind, reported.occurrence)).report);
}

/** The row of an attempt that began. */
export interface StartRow {
  queue: string;
  item: string;
  messageId: string;
  attempt: number;
  startedAt: number;
  /** When its message was received first; absent in older rows. */
  since?: number;
  /** When its process is stopped at the latest. */
  endsBy: number;
  /** Null while it runs; when it ended without its message being done with, or was found dead. */
  endedAt: number | null;
  functionVersion: string;
}

/** The record in the row of an attempt that began; in older ones its message counts from there. */
export function startFromRow(row: Row): StartRow & { since: Instant } {
  const start = recordIn<StartRow>(row);
  return { ...start, since: start.since ?? start.startedAt };
}

/**
 * Leaves the record of an attempt that began and never ended, and marks its row in the same transaction, so that
 * whoever finds it first (the next attempt, the watchdog) counts it alone. False where somebody did before. Throws
 * where the table fails: the row stays, and so the death is found again.
 */
export async function recordDeath(system: Recording, row: Row): Promise<boolean> {
  const { queue, item, messageId, attempt, functionVersion, since } = startFromRow(row);
  const error = new Error(`attempt ${attempt} of version ${functionVersion} began and never ended`);
  const oops: Oops = { worker: queue, item, attempt, cause: 'died', error, version: functionVersion, since };
  const reported = reportOf(system, oops);
  const claim: Write = {
    put: {
      ...row,
      ...keys.work(queue, item, messageId),
      v: ROW_VERSION,
      endedAt: system.clock.now(),
      ...endingOf('attempts', system.clock.now()),
    },
    if: [{ equals: ['attempt', attempt] }, { equals: ['endedAt', null] }],
  };
  const stored = await storeOops(system, reported.kind, reported.occurrence, claim);
  if (!stored.counted) return false;
  logOops(system, oops, reported);
  report(system, reported, stored.report);
  return true;
}

/** Lets the alarm hear of a kind of failure that says something new; it needs no call, which might fail as well. */
function report(
  { telemetry }: Pick<System, 'telemetry'>,
  { kind: { fingerprint, worker }, occurrence: { version } }: Reported,
  why: ReportReason | 'not-stored' | null,
): void {
  if (why === null) return;
  const about = { fingerprint, worker, version, why };
  telemetry.log('warn', 'failure reported', about);
  telemetry.metric(METRIC.failureReported, 1, 'Count', about);
}

function reportOf(system: Counting, oops: Oops): Reported {
  const error = oops.error instanceof Error ? oops.error : new Error(String(oops.error));
  const attempt = oops.attempt ?? 0;
  const cause = oops.cause === 'fault' ? classOf(oops.error, attempt) : oops.cause;
  const named = { worker: oops.worker, cause, error: error.name, site: siteOf(error) };
  const kind = { ...named, fingerprint: fingerprintOf(named), sample: sampleOf(error.message) };
  const feedsBreaker = oops.attempt !== null && !oops.uncertain && FEEDS_BREAKER.has(cause);
  const occurrence: OopsOccurrence = {
    fingerprint: kind.fingerprint,
    at: system.clock.now(),
    worker: oops.worker,
    item: oops.item,
    attempt,
    version: oops.version ?? system.config.functionVersion,
    attempts: feedsBreaker ? 1 + takeSuccesses(system, oops.worker) : 1,
    feedsBreaker,
    ...(oops.since === undefined ? {} : { since: oops.since }),
  };
  return { kind, occurrence };
}

function logOops({ telemetry }: Pick<System, 'telemetry'>, oops: Oops, { kind, occurrence }: Reported): void {
  const { worker, cause, fingerprint, site, error } = kind;
  const { item, attempt, version } = occurrence;
  const message = recordable(oops.error instanceof Error ? oops.error.message : String(oops.error));
  telemetry.log('error', oops.attempt === null ? 'failure' : 'attempt failed', {
    fingerprint,
    worker,
    item,
    attempt,
    cause,
    error,
    message,
    site,
    functionVersion: version,
  });
  if (oops.attempt === null) return;
  telemetry.metric(METRIC.attemptFailed, 1, 'Count', { worker, cause, fingerprint });
}
