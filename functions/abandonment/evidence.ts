import { BOUNDS } from './bounds.ts';
import {
  hasLasted,
  isAlive,
  isHealthy,
  lateStatusCounts,
  recovered,
  type SpellPolicy,
  spellsAfter,
  statusLasted,
} from './healthy-spells.ts';
import type { EffectivePolicy } from './policy.ts';
import { MOST_SPANS_OF_TASK, withSpan } from './spans.ts';
import type { Evidence, FailureCause, ShardStatus, Task } from './task.ts';
import type { Duration, Instant, Interval } from './time.ts';

export { isAlive } from './healthy-spells.ts';

/** What a control plane saw: these shards, at this instant. */
export interface Observation {
  at: Instant;
  statuses: ShardStatus[];
  /** What those that failed did fail of, where the control plane tells. */
  cause?: FailureCause;
  /** Tells it from another one of the same instant, however often it is delivered. */
  name?: string;
}

export const NO_EVIDENCE: Evidence = {
  statuses: [],
  lastSeen: {},
  stale: [],
  restarts: { total: 0, atLoss: 0 },
};

/**
 * Whether the kind has shards that can be without `PRIMARY` and the task is on: only then is it watched.
 * Plain collections, Dekaf materializations, jobs, disabled and deleted tasks are not eligible.
 */
export function isEligible(task: Task): boolean {
  return ineligibility(task) === undefined;
}

/** Why a task is not watched; undefined where it is. */
export function ineligibility(
  task: Task,
): 'deleted' | 'disabled' | 'kind-without-shards' | 'dekaf' | 'job' | undefined {
  if (task.deletedAt !== undefined) return 'deleted';
  if (!task.enabled) return 'disabled';
  if (task.kind === 'job') return 'job';
  if (task.kind === 'collection') return 'kind-without-shards';
  return task.kind === 'materialization' && task.dekaf ? 'dekaf' : undefined;
}

/**
 * The newest instant at which some shard was known to be alive, in a spell that lasted; undefined where there was
 * none.
 */
export function lastAliveAt(evidence: Evidence, policy: SpellPolicy, now: Instant): Instant | undefined {
  if (isAlive(evidence, policy) && hasLasted(evidence, policy, now)) return now;
  let newest: Instant | undefined;
  for (const status of policy.aliveStatuses) {
    const seen = evidence.lastSeen[status];
    if (seen !== undefined && (newest === undefined || seen > newest)) newest = seen;
  }
  return newest;
}

/**
 * Since when the task is without `PRIMARY` (docs/rules.md#tasks): the later of the last enabling and of the last
 * instant alive; where it was never seen alive, of creation and first sight in its place.
 */
export function notPrimarySince(task: Task, evidence: Evidence, policy: SpellPolicy, now: Instant): Instant {
  const alive = lastAliveAt(evidence, policy, now) ?? Math.max(task.createdAt, task.firstSeenAt);
  return Math.max(alive, task.enabledAt ?? alive);
}

function distinct(statuses: readonly ShardStatus[]): ShardStatus[] {
  return [...new Set(statuses)].sort();
}

/** What an observation is judged by. */
type ObservationPolicy = SpellPolicy & Pick<EffectivePolicy, 'evidenceMaxAge'>;

/**
 * Takes an observation in. A newer one replaces what is known; an older one can only show that the task was alive
 * later than was known. Of two at one instant both count, in the order in which they are heard
 * (docs/rules.md#observations); a repetition changes nothing.
 */
export function observe(evidence: Evidence, observation: Observation, policy: ObservationPolicy): Evidence {
  const { at } = observation;
  const newestAt = evidence.observedAt;
  if (newestAt !== undefined && at < newestAt) return observeLate(evidence, observation, policy);
  if (newestAt === at && isRepetition(evidence, observation)) return evidence;
  const next = replaced(evidence, observation, policy);
  if (isHealthy(next, policy)) return recovered(next, policy);
  const wasAlive = isAlive(evidence, policy);
  if (!wasAlive) return { ...next, stale: staleUntil(evidence, at, policy) };
  if (isAlive(next, policy)) return next;
  return hasLasted(evidence, policy, at) ? lost(next, at) : twitched(next, at);
}

function isRepetition({ heard, statuses }: Evidence, observation: Observation): boolean {
  if (observation.name !== undefined && heard?.includes(observation.name)) return true;
  return distinct(observation.statuses).join() === statuses.join();
}

/** With the newer observation's statuses in the place of the older one's. */
function replaced(
  evidence: Evidence,
  { at, statuses, cause, name }: Observation,
  policy: SpellPolicy,
): Evidence {
  const { heard: before = [], spells: _, cause: last, ...rest } = evidence;
  const failedOf = statuses.includes('FAILED') ? cause : last;
  const now = distinct(statuses);
  const lastSeen = { ...evidence.lastSeen };
  for (const status of evidence.statuses) {
    if (!now.includes(status) && statusLasted(evidence, status, policy, at)) lastSeen[status] = at;
  }
  const spells = spellsAfter(evidence, now, policy, at);
  for (const status of now) if (spells?.[status] === undefined) delete lastSeen[status];
  const heard = [...(evidence.observedAt === at ? before : []), ...(name === undefined ? [] : [name])];
  return {
    ...rest,
    observedAt: at,
    ...(evidence.observedAt === undefined && { firstObservedAt: at }),
    statuses: now,
    ...(failedOf !== undefined && { cause: failedOf }),
    lastSeen,
    ...(spells && { spells }),
    ...(heard.length > 0 && { heard: heard.slice(-BOUNDS.namings.most) }),
  };
}

/** A spell that lasted is over. */
function lost({ twitches: _, ...evidence }: Evidence, at: Instant): Evidence {
  const { restarts } = evidence;
  return { ...evidence, lostAt: at, stale: [], restarts: { ...restarts, atLoss: restarts.total } };
}

/** A spell ended too short: it leaves no trace but its count. */
function twitched(evidence: Evidence, at: Instant): Evidence {
  return { ...evidence, twitches: { count: (evidence.twitches?.count ?? 0) + 1, lastAt: at } };
}

/** The stale spans of a task that was not alive, with the one that an observation ends. */
function staleUntil({ observedAt, stale }: Evidence, at: Instant, policy: ObservationPolicy): Interval[] {
  if (observedAt === undefined || at - observedAt <= policy.evidenceMaxAge) return stale;
  return withSpan(stale, { from: observedAt + policy.evidenceMaxAge, to: at }, MOST_SPANS_OF_TASK);
}

/**
 * An observation from before the first one that was taken in: that first one is then the first that says otherwise, so
 * the time between, of which nothing was heard, does not count against the task.
 */
function observeLate(evidence: Evidence, { at, statuses }: Observation, policy: SpellPolicy): Evidence {
  const first = evidence.firstObservedAt ?? at;
  const lastSeen = { ...evidence.lastSeen };
  let changed = at < first;
  for (const status of statuses) {
    const seenAt = lastSeen[status];
    const isOver = !evidence.statuses.includes(status) || evidence.spells?.[status] !== undefined;
    const isNews = isOver && (seenAt === undefined || seenAt < at);
    if (!isNews || !lateStatusCounts(evidence, status, policy, at)) continue;
    lastSeen[status] = Math.max(at, first);
    changed = true;
  }
  return changed ? { ...evidence, lastSeen, firstObservedAt: Math.min(at, first) } : evidence;
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
  let cursor = from;
  let left = amount;
  for (const span of [...unknown].sort((a, b) => a.from - b.from)) {
    const start = Math.max(span.from, cursor);
    if (start - cursor >= left) break;
    left -= Math.max(0, start - cursor);
    cursor = Math.max(cursor, span.to ?? Math.max(now, span.from));
  }
  return cursor + left;
}
