import { BOUNDS } from '../abandonment/bounds.ts';
import { withSpan } from '../abandonment/spans.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import { type DataPlaneRecord, newDataPlane } from '../store/data-planes.ts';

/** A data plane's row with the instant of its newest report, by which late reports are known. */
export type ReportedPlane = DataPlaneRecord & { reportedAt?: Instant };

export interface PlaneReport {
  dataPlane: string;
  state: DataPlaneRecord['state'];
  at: Instant;
  /** Since when it is in that state, where that is known to be earlier than the report. */
  since?: Instant;
  /** Whether an `up` counts as a life sign, after which silence is watched for. @default true */
  lifeSign?: boolean;
}

/**
 * A row to store, or undefined where nothing changes; `turned`: the state changed, so that all its tasks are
 * to be looked at.
 */
export interface PlaneChange {
  store: ReportedPlane | undefined;
  turned: boolean;
}

const NOTHING: PlaneChange = { store: undefined, turned: false };

/** A third of the threshold: life signs are written no more often than that. */
function worthWriting(from: Instant | null | undefined, to: Instant, silentAfter: Duration): boolean {
  return from === null || from === undefined || to - from >= silentAfter / 3;
}

/**
 * Whether a life sign may be the first that a plane is watched by: only a fresh one. One that comes late would make it
 * silent for a time in which nobody watched, and freeze clocks that ran.
 */
function startsWatch(at: Instant, { now, silentAfter }: Watch): boolean {
  return now - at < silentAfter;
}

/** By what silence is watched for: the present and the policy. */
export interface Watch {
  now: Instant;
  silentAfter: Duration;
}

/**
 * Takes a report in; one that is older than the newest known changes nothing, nor does one of a deletion that an operator
 * dismissed.
 */
export function planeReported(
  before: ReportedPlane | undefined,
  report: PlaneReport,
  watch: Watch,
): PlaneChange {
  const plane: ReportedPlane = before ?? firstReported(report);
  const newest = plane.reportedAt ?? Number.NEGATIVE_INFINITY;
  if (report.at < newest || (report.at === newest && report.state === plane.state)) return NOTHING;
  if (before && sameState(plane, report)) return repeated(plane, report, watch);
  if (isBeforeFoundSilence(plane, report)) return NOTHING;
  const { deletionDismissedAt, ...rest } = plane;
  if (report.state === 'deleted' && deletionDismissedAt !== undefined) return NOTHING;
  // That nothing is heard of what is gone is no news.
  if (plane.state === 'deleted' && report.state !== 'up') return NOTHING;
  return { store: turnedPlane(rest, report), turned: plane.state !== report.state };
}

/** Nobody knew it: how long it was what it is said to be is taken for as long as the report may reach back. */
function firstReported({ dataPlane, at, since = at }: PlaneReport): ReportedPlane {
  return newDataPlane(dataPlane, Math.max(since, at - BOUNDS.firstSince.most));
}

/**
 * A silence that was found, not reported, is another state than a reported one: a life sign ends only the
 * former.
 */
function sameState(plane: ReportedPlane, report: PlaneReport): boolean {
  return plane.state === report.state && !(report.state === 'silent' && plane.lifeSignAt !== null);
}

/** A silence that was found began after what this report is about: it is no end of it. */
function isBeforeFoundSilence({ state, lifeSignAt }: ReportedPlane, report: PlaneReport): boolean {
  return state === 'silent' && lifeSignAt !== null && report.state === 'up' && report.at <= lifeSignAt;
}

function repeated(plane: ReportedPlane, report: PlaneReport, watch: Watch): PlaneChange {
  const { silentAfter } = watch;
  const { deletionDismissedAt, ...rest } = plane;
  const counts = plane.lifeSignAt !== null || startsWatch(report.at, watch);
  const lifeSign = report.state === 'up' && report.lifeSign !== false && counts;
  const due =
    deletionDismissedAt !== undefined ||
    plane.reportedAt === undefined ||
    worthWriting(plane.reportedAt, report.at, silentAfter) ||
    (lifeSign && worthWriting(plane.lifeSignAt, report.at, silentAfter));
  if (!due) return NOTHING;
  // Of a deletion that is dismissed it is an end: it is there again.
  const store = { ...rest, reportedAt: report.at };
  if (lifeSign) store.lifeSignAt = Math.max(report.at, plane.lifeSignAt ?? report.at);
  return { store, turned: false };
}

function turnedPlane(plane: ReportedPlane, report: PlaneReport): ReportedPlane {
  if (report.state === 'up') {
    // Whatever it says of since when: clocks stood still until it was heard of.
    const from = Math.max(plane.since, report.at);
    const up = closed(plane, from);
    const lifeSignAt =
      report.lifeSign === false ? plane.lifeSignAt : Math.max(report.at, plane.lifeSignAt ?? 0);
    return { ...up, state: 'up', since: from, reportedAt: report.at, lifeSignAt };
  }
  const since = Math.max(report.since ?? report.at, lastKnown(plane, report.at));
  const before = plane.state === 'up' ? plane : closed(plane, Math.max(plane.since, since));
  return { ...before, state: report.state, since, reportedAt: report.at, lifeSignAt: null };
}

/** The newest instant at which the plane was known to be up, or not to be; what it was before is settled. */
function lastKnown(plane: ReportedPlane, at: Instant): Instant {
  const { reportedAt = 0, lifeSignAt, unknown } = plane;
  return Math.max(reportedAt, lifeSignAt ?? 0, unknown.at(-1)?.to ?? 0, Math.min(plane.since, at));
}

/** With its open span of unknown health closed, where there is one of any length; a plane that flaps fills no row. */
function closed(plane: ReportedPlane, to: Instant): ReportedPlane {
  if (plane.state === 'up' || to <= plane.since) return plane;
  return { ...plane, unknown: withSpan(plane.unknown, { from: plane.since, to }) };
}

/**
 * Takes a life sign in. It ends a silence that was found (from the last life sign on), never a reported
 * one, and is written at most every `silentAfter` / 3.
 */
export function planeHeard(
  plane: ReportedPlane | undefined,
  dataPlane: string,
  at: Instant,
  watch: Watch,
): PlaneChange {
  const { silentAfter } = watch;
  if (!plane) {
    const lifeSignAt = startsWatch(at, watch) ? at : null;
    return { store: { ...newDataPlane(dataPlane, at), lifeSignAt }, turned: false };
  }
  const { lifeSignAt } = plane;
  if (plane.state === 'up') {
    if (lifeSignAt === null && !startsWatch(at, watch)) return NOTHING;
    return worthWriting(lifeSignAt, at, silentAfter)
      ? { store: { ...plane, lifeSignAt: at }, turned: false }
      : NOTHING;
  }
  const found = plane.state === 'silent' && lifeSignAt !== null && at > lifeSignAt;
  return found
    ? { store: { ...closed(plane, at), state: 'up', since: at, lifeSignAt: at }, turned: true }
    : NOTHING;
}
