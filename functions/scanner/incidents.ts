import { DAY, type Duration, HOUR, type Instant, largestUnits, MINUTE } from '../abandonment/time.ts';
import { alertEntry } from '../platform/alert-codes.ts';
import type { OperatorAlertRecord } from '../store/operator-alerts.ts';
import type { OperatorIncidentRecord } from '../store/operator-incidents.ts';

/** Operators are notified of an alert that lasts each week. */
export const REPEATED_AFTER: Duration = 7 * DAY;

/** What flaps and is back within so long is the same incident; so its end is sent after as long. */
const QUIET: Duration = DAY;

/** One thing that operators are notified of, and what they know of it. */
export interface Followed {
  alert?: OperatorAlertRecord | undefined;
  incident?: OperatorIncidentRecord | undefined;
  /** When an operator ended what the alert said. */
  closedAt?: Instant | undefined;
}

/** An incident whose end operators are to hear of. */
export type EndedIncident = OperatorIncidentRecord & { endedAt: Instant };

/** What follows for what operators know. */
export type FollowUp =
  | { what: 'nothing' }
  | { what: 'note'; incident: OperatorIncidentRecord }
  | { what: 'notify'; ended: EndedIncident }
  /** Nothing is left of it. */
  | { what: 'forget' };

const NOTHING: FollowUp = { what: 'nothing' };

/**
 * Follows what is not to be sent now (decision 0063). Pure.
 *
 * @param isLasting whether what the alert says holds; undefined where that was not asked
 */
export function followUp(at: Followed, isLasting: boolean | undefined, now: Instant): FollowUp {
  const { alert, incident, closedAt } = at;
  if (!incident) return unnoted(at);
  const isBack = alert !== undefined && alert.endedAt === undefined && isLasting === true;
  if (isBack && incident.endedAt !== null) return { what: 'note', incident: goneOn(incident) };
  const endedAt = incident.endedAt ?? endOf(at, isLasting, now);
  if (endedAt === null) return NOTHING;
  if (incident.endToldAt !== undefined) return alert ? NOTHING : { what: 'forget' };
  const quiet = alertEntry(incident.code).flaps && closedAt === undefined ? QUIET : 0;
  if (now - endedAt >= quiet) return { what: 'notify', ended: { ...incident, endedAt } };
  return incident.endedAt === null ? { what: 'note', incident: { ...incident, endedAt } } : NOTHING;
}

/**
 * An alert of which others notified, or an earlier version of the code; or one that went before anybody was notified.
 */
function unnoted({ alert, closedAt }: Followed): FollowUp {
  if (!alert) return closedAt === undefined ? NOTHING : { what: 'forget' };
  const isOver = alert.toldAt === null || alert.endedAt !== undefined;
  if (isOver || alertEntry(alert.code).isEvent) return NOTHING;
  return { what: 'note', incident: incidentOf({ alert }, alert.toldAt ?? 0) };
}

/** When it was found to be over; null: it lasts, or nobody knows otherwise. */
function endOf({ alert, closedAt }: Followed, isLasting: boolean | undefined, now: Instant): Instant | null {
  if (!alert) return closedAt ?? now;
  return alert.endedAt ?? (isLasting === false ? now : null);
}

/** Whether an alert that was raised anew is of the incident that operators know: it flaps, and is back soon enough. */
export function isSameIncident({ alert, incident, closedAt }: Followed, now: Instant): boolean {
  if (!alert || !incident || incident.endToldAt !== undefined || closedAt !== undefined) return false;
  return alertEntry(alert.code).flaps === true && now - (incident.endedAt ?? now) < QUIET;
}

/** The incident before an alert that is sent now, where its end was not sent. */
export function endedBefore(at: Followed, now: Instant): EndedIncident | undefined {
  const { incident, closedAt } = at;
  if (!incident || incident.endToldAt !== undefined || isSameIncident(at, now)) return undefined;
  const endedAt = incident.endedAt ?? closedAt ?? null;
  return endedAt === null ? undefined : { ...incident, endedAt };
}

/** What operators know once they are notified of an alert at an instant. */
export function incidentOf(
  at: Followed & { alert: OperatorAlertRecord },
  toldAt: Instant,
): OperatorIncidentRecord {
  const { alert, incident } = at;
  const { code, subject } = alert;
  const goesOn = incident && incident.endToldAt === undefined && !endedBefore(at, toldAt);
  const since = goesOn ? incident.since : alert.since;
  return { code, subject, since, toldAt, endedAt: null, rev: incident?.rev ?? 0 };
}

/** The incident that was over, and is not. */
export function goneOn({ endToldAt: _, ...incident }: OperatorIncidentRecord): OperatorIncidentRecord {
  return { ...incident, endedAt: null };
}

const UNITS = [
  ['d', DAY],
  ['h', HOUR],
  ['min', MINUTE],
] as const;

/** How long something lasted, in its two largest units: `2 d 3 h`. */
export function lengthOf(duration: Duration): string {
  const parts = largestUnits(duration, UNITS).map(([count, unit]) => `${count} ${unit}`);
  return parts.join(' ') || 'less than a minute';
}
