import { type Duration, formatInstant, type Instant, MINUTE } from '../abandonment/time.ts';
import { domainOf } from '../notices/addresses.ts';
import { METRIC } from '../platform/names.ts';
import type { System } from '../platform/system.ts';
import type { SourceRecord } from '../store/rows.ts';
import { maySpeakOfPlane, maySpeakOfTask } from './sources.ts';

/** Why an event, or what it says of one task, is not taken. */
export const REFUSALS = [
  'unknown-source',
  'account-not-covered',
  'unknown-event',
  'malformed',
  'task-not-covered',
  'data-plane-not-covered',
  'owner-domain',
  'from-the-future',
] as const;
export type RefusalReason = (typeof REFUSALS)[number];

export interface Refusal {
  reason: RefusalReason;
  detail: string;
}

/** Clocks may differ this much; what is dated later would outdo everything true that follows. */
const CLOCK_SKEW: Duration = 15 * MINUTE;

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
  if (at <= now + CLOCK_SKEW) return undefined;
  return {
    reason: 'from-the-future',
    detail: `it is dated ${formatInstant(at)}, more than 15 minutes from now`,
  };
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

/** Counts and logs a refusal, so that an alarm can stand on it. */
export function reportRefusal(
  system: System,
  refusal: Refusal,
  about: { event: string; source: string; detailType: string; task?: string },
): void {
  const properties = { ...about, ...refusal };
  system.telemetry.log('warn', 'event refused', properties);
  system.telemetry.metric(METRIC.eventRefused, 1, 'Count', properties);
}
