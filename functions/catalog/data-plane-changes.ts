import { withSpan } from '../abandonment/spans.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import { newDataPlane } from '../store/records.ts';
import type { DataPlaneRecord } from '../store/rows.ts';

/** A data plane's row with the instant of its newest report, by which late reports are known. */
export type ReportedPlane = DataPlaneRecord & { reportedAt?: Instant };

export interface PlaneReport {
  dataPlane: string;
  state: 'up' | 'down' | 'silent';
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

/** Takes a report in; one that is older than the newest known changes nothing. */
export function planeReported(
  known: ReportedPlane | undefined,
  report: PlaneReport,
  silentAfter: Duration,
): PlaneChange {
  const plane: ReportedPlane = known ?? newDataPlane(report.dataPlane, report.since ?? report.at);
  const newest = plane.reportedAt ?? Number.NEGATIVE_INFINITY;
  if (report.at < newest || (report.at === newest && report.state === plane.state)) return NOTHING;
  if (known && sameState(plane, report)) return repeated(plane, report, silentAfter);
  return { store: turnedPlane(plane, report), turned: plane.state !== report.state };
}

/**
 * A silence that was found, not reported, is another state than a reported one: a life sign ends only the
 * former.
 */
function sameState(plane: ReportedPlane, report: PlaneReport): boolean {
  return plane.state === report.state && !(report.state === 'silent' && plane.lifeSignAt !== null);
}

function repeated(plane: ReportedPlane, report: PlaneReport, silentAfter: Duration): PlaneChange {
  const lifeSign = report.state === 'up' && report.lifeSign !== false;
  const due =
    plane.reportedAt === undefined ||
    worthWriting(plane.reportedAt, report.at, silentAfter) ||
    (lifeSign && worthWriting(plane.lifeSignAt, report.at, silentAfter));
  if (!due) return NOTHING;
  const store = { ...plane, reportedAt: report.at };
  if (lifeSign) store.lifeSignAt = Math.max(report.at, plane.lifeSignAt ?? report.at);
  return { store, turned: false };
}

function turnedPlane(plane: ReportedPlane, report: PlaneReport): ReportedPlane {
  const from = report.since ?? report.at;
  if (report.state === 'up') {
    const up = closed(plane, Math.max(plane.since, from));
    const lifeSignAt =
      report.lifeSign === false ? plane.lifeSignAt : Math.max(report.at, plane.lifeSignAt ?? 0);
    return { ...up, state: 'up', since: from, reportedAt: report.at, lifeSignAt };
  }
  const since = Math.max(from, plane.reportedAt ?? from);
  const before = plane.state === 'up' ? plane : closed(plane, Math.max(plane.since, since));
  return { ...before, state: report.state, since, reportedAt: report.at, lifeSignAt: null };
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
  known: ReportedPlane | undefined,
  dataPlane: string,
  at: Instant,
  silentAfter: Duration,
): PlaneChange {
  if (!known) return { store: { ...newDataPlane(dataPlane, at), lifeSignAt: at }, turned: false };
  const { lifeSignAt } = known;
  if (known.state === 'up') {
    return worthWriting(lifeSignAt, at, silentAfter)
      ? { store: { ...known, lifeSignAt: at }, turned: false }
      : NOTHING;
  }
  const found = known.state === 'silent' && lifeSignAt !== null && at > lifeSignAt;
  return found
    ? { store: { ...closed(known, at), state: 'up', since: at, lifeSignAt: at }, turned: true }
    : NOTHING;
}
