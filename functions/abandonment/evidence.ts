import type { EffectivePolicy, ScopedPolicy } from './policy.ts';
import type { Evidence, ShardStatus, Task } from './task.ts';
import type { Duration, Instant, Interval } from './time.ts';

/** What a control plane saw: these shards, at this instant. */
export interface Observation {
  at: Instant;
  statuses: ShardStatus[];
}

export const NO_EVIDENCE: Evidence = {
  statuses: [],
  lastSeen: {},
  stale: [],
  restarts: { total: 0, atLoss: 0 },
};

/**
 * Whether the kind has shards that can be without `PRIMARY` and the task is on: only then is it watched.
 * Plain collections, Dekaf materializations, disabled and deleted tasks are not eligible.
 */
export function isEligible(task: Task): boolean {
  return ineligibility(task) === undefined;
}

/** Why a task is not watched; undefined where it is. */
export function ineligibility(
  task: Task,
): 'deleted' | 'disabled' | 'kind-without-shards' | 'dekaf' | undefined {
  if (task.deletedAt !== undefined) return 'deleted';
  if (!task.enabled) return 'disabled';
  if (task.kind === 'collection') return 'kind-without-shards';
  return task.kind === 'materialization' && task.dekaf ? 'dekaf' : undefined;
}

/** Whether the newest observation has a shard in one of the alive statuses. */
export function isAlive(evidence: Evidence, policy: Pick<ScopedPolicy, 'aliveStatuses'>): boolean {
  return evidence.statuses.some((status) => policy.aliveStatuses.includes(status));
}

/** The newest instant at which some shard was known to be alive; undefined where it never was. */
export function lastAliveAt(
  evidence: Evidence,
  policy: Pick<ScopedPolicy, 'aliveStatuses'>,
  now: Instant,
): Instant | undefined {
  if (isAlive(evidence, policy)) return now;
  let newest: Instant | undefined;
  for (const status of policy.aliveStatuses) {
    const seen = evidence.lastSeen[status];
    if (seen !== undefined && (newest === undefined || seen > newest)) newest = seen;
  }
  return newest;
}

/**
 * Since when the task is without `PRIMARY` (design.md section 1): the later of the last enabling and of the last
 * instant alive; where it was never seen alive, of creation and first sight in its place.
 */
export function notPrimarySince(
  task: Task,
  evidence: Evidence,
  policy: Pick<ScopedPolicy, 'aliveStatuses'>,
  now: Instant,
): Instant {
  const alive = lastAliveAt(evidence, policy, now) ?? Math.max(task.createdAt, task.firstSeenAt);
  return Math.max(alive, task.enabledAt ?? alive);
}

function distinct(statuses: readonly ShardStatus[]): ShardStatus[] {
  return [...new Set(statuses)].sort();
}

/**
 * Takes an observation in. A newer one replaces what is known; an older one can only show that the task was alive
 * later than was known. The order in which observations arrive changes nothing of note.
 */
export function observe(
  evidence: Evidence,
  observation: Observation,
  policy: Pick<EffectivePolicy, 'aliveStatuses' | 'evidenceMaxAge'>,
): Evidence {
  const known = evidence.observedAt;
  if (known !== undefined && observation.at <= known) return observeLate(evidence, observation);
  const statuses = distinct(observation.statuses);
  const lastSeen = { ...evidence.lastSeen };
  for (const status of evidence.statuses) {
    if (!statuses.includes(status)) lastSeen[status] = observation.at;
  }
  for (const status of statuses) delete lastSeen[status];
  const next: Evidence = { ...evidence, observedAt: observation.at, statuses, lastSeen };
  if (known === undefined) next.firstObservedAt = observation.at;
  const wasAlive = isAlive(evidence, policy);
  const isNowAlive = isAlive(next, policy);
  if (isNowAlive) {
    delete next.lostAt;
    next.stale = [];
  } else if (wasAlive) {
    next.lostAt = observation.at;
    next.stale = [];
    next.restarts = { total: evidence.restarts.total, atLoss: evidence.restarts.total };
  } else if (known !== undefined && observation.at - known > policy.evidenceMaxAge) {
    next.stale = [...evidence.stale, { from: known + policy.evidenceMaxAge, to: observation.at }];
  }
  return next;
}

/**
 * An observation from before the first one that was taken in: that first one is then the first that says otherwise, so
 * the time between, of which nothing was heard, does not count against the task.
 */
function observeLate(evidence: Evidence, observation: Observation): Evidence {
  const first = evidence.firstObservedAt ?? observation.at;
  const lastSeen = { ...evidence.lastSeen };
  let changed = observation.at < first;
  for (const status of observation.statuses) {
    const known = lastSeen[status];
    if (!evidence.statuses.includes(status) && (known === undefined || known < observation.at)) {
      lastSeen[status] = Math.max(observation.at, first);
      changed = true;
    }
  }
  return changed ? { ...evidence, lastSeen, firstObservedAt: Math.min(observation.at, first) } : evidence;
}

/** The open span of evidence too old at `now`, where the task is not alive and was not observed in time. */
export function openStaleness(
  task: Task,
  evidence: Evidence,
  policy: Pick<EffectivePolicy, 'aliveStatuses' | 'evidenceMaxAge'>,
  now: Instant,
): Interval | undefined {
  if (isAlive(evidence, policy)) return undefined;
  const freshUntil: Instant =
    evidence.observedAt === undefined ? task.firstSeenAt : evidence.observedAt + policy.evidenceMaxAge;
  return now > freshUntil || evidence.observedAt === undefined ? { from: freshUntil, to: null } : undefined;
}

/** Wall time of [from, to) less the union of the spans in which health could not be known. */
export function countedTime(from: Instant, to: Instant, unknown: readonly Interval[]): Duration {
  return Math.max(0, to - from) - unknownTime(from, to, unknown);
}

/** The length of the union of the spans within [from, to); a span still open reaches to `to`. */
export function unknownTime(from: Instant, to: Instant, unknown: readonly Interval[]): Duration {
  let total = 0;
  let covered = from;
  for (const span of [...unknown].sort((a, b) => a.from - b.from)) {
    const start = Math.max(span.from, covered);
    const end = Math.min(span.to ?? to, to);
    if (end > start) {
      total += end - start;
      covered = end;
    }
  }
  return total;
}

/** The first instant at which `amount` of counted time since `from` is reached, were nothing more unknown from `now` on. */
export function instantAtCounted(
  from: Instant,
  amount: Duration,
  now: Instant,
  unknown: readonly Interval[],
): Instant {
  const closed = unknown.filter((span) => span.to === null || span.to > from).sort((a, b) => a.from - b.from);
  let cursor = from;
  let left = amount;
  for (const span of closed) {
    const start = Math.max(span.from, cursor);
    if (start - cursor >= left) break;
    left -= Math.max(0, start - cursor);
    cursor = Math.max(cursor, span.to ?? Math.max(now, span.from));
  }
  return cursor + left;
}
