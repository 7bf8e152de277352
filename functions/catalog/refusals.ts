import { BOUNDS } from '../abandonment/bounds.ts';
import { formatDuration, formatInstant, type Instant } from '../abandonment/time.ts';
import { versionProblem } from '../abandonment/versions.ts';
import { domainOf } from '../platform/addresses.ts';
import { groupsOf } from '../platform/groups.ts';
import { METRIC } from '../platform/names.ts';
import { recordable } from '../platform/recorded-text.ts';
import type { System } from '../platform/system.ts';
import type { SourceRecord } from '../store/sources.ts';
import type { EVENT_REFUSALS } from '../work/failure-names.ts';
import type { BusEvent } from './events.ts';
import { maySpeakOfPlane, maySpeakOfTask } from './sources.ts';

export type RefusalReason = (typeof EVENT_REFUSALS)[number];

export interface Refusal {
  reason: RefusalReason;
  detail: string;
  /** The path of the key that is wrong, where it is not always the same for the reason. */
  key?: string;
}

/**
 * Whether an event of a source comes from its account; undefined where it does. Who may put events on a bus may write any
 * source on them; the account is written by EventBridge.
 */
export function accountRefusal(source: SourceRecord, account: string | undefined): Refusal | undefined {
  if (source.account === undefined || source.account === account) return undefined;
  return {
    reason: 'account-not-covered',
    detail: `source ${source.name} is registered for account ${source.account}, not for ${account ?? 'none'}`,
  };
}

/** Whether a source may say this of a task; undefined where it may. */
export function taskRefusal(source: SourceRecord, taskId: string): Refusal | undefined {
  if (maySpeakOfTask(source, taskId)) return undefined;
  return { reason: 'task-not-covered', detail: `source ${source.name} is not registered for task ${taskId}` };
}

/** Whether a source may say this of a data plane; undefined where it may. */
export function planeRefusal(source: SourceRecord, dataPlane: string): Refusal | undefined {
  if (maySpeakOfPlane(source, dataPlane)) return undefined;
  return {
    reason: 'data-plane-not-covered',
    detail: `source ${source.name} is not registered for data plane ${dataPlane}`,
  };
}

/** Refuses what is dated later than the clocks of two systems may differ. */
export function futureRefusal(at: Instant, now: Instant): Refusal | undefined {
  if (at <= now + BOUNDS.ahead.most) return undefined;
  return {
    reason: 'from-the-future',
    detail: `it is dated ${formatInstant(at)}, more than 15 minutes from now`,
  };
}

/** Refuses what is dated later than clocks differ, or earlier than anything that still counts. */
export function distanceRefusal(at: Instant, now: Instant): Refusal | undefined {
  if (at >= now - BOUNDS.behind.most) return futureRefusal(at, now);
  const reach = formatDuration(BOUNDS.behind.most);
  return { reason: 'too-old', detail: `it is dated ${formatInstant(at)}, more than ${reach} ago` };
}

/** Refuses a version that leaves no room for later ones. */
export function versionRefusal(
  version: number | undefined,
  newest: number | undefined,
  now: Instant,
): Refusal | undefined {
  const detail = version === undefined ? undefined : versionProblem(version, newest, now);
  return detail === undefined ? undefined : { reason: 'version-jump', detail };
}

/** Holds owners to the allowed domains, where there are any. The address itself is not repeated. */
export function ownersRefusal(
  owners: readonly string[],
  allowed: readonly string[] | null,
): Refusal | undefined {
  if (allowed === null) return undefined;
  const domains = allowed.map((domain) => domain.toLowerCase());
  const strange = owners.map(domainOf).find((domain) => !domains.includes(domain));
  if (strange === undefined) return undefined;
  return {
    reason: 'owner-domain',
    detail: `owners of domain ${strange} are not allowed; allowed: ${allowed.join(', ')}`,
  };
}

/**
 * Counts what was refused of an event by its reason, so that an alarm can stand on it, and logs the first ones. What
 * others wrote is told without addresses and in bounded length.
 */
export function reportRefusals(
  system: System,
  { id, source, detailType }: BusEvent,
  refusals: readonly (Refusal & { task?: string | undefined })[],
): void {
  const about = { event: recordable(id), source: recordable(source), detailType: recordable(detailType) };
  const first = refusals.slice(0, BOUNDS.problems.most);
  for (const { reason, detail, task } of first)
    system.telemetry.log('warn', 'event refused', {
      ...about,
      ...ofTask(task),
      reason,
      detail: recordable(detail),
    });
  const more = refusals.length - first.length;
  if (more > 0) system.telemetry.log('warn', 'more of the event refused', { ...about, more });
  for (const [reason, some] of groupsOf(refusals, (refusal) => refusal.reason))
    system.telemetry.metric(METRIC.eventRefused, some.length, 'Count', { ...about, reason });
}

function ofTask(task: string | undefined): { task?: string } {
  return task === undefined ? {} : { task: recordable(task) };
}
