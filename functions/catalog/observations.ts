import { isEligible, lastAliveAt, type Observation, observe } from '../abandonment/evidence.ts';
import { isAlive } from '../abandonment/healthy-spells.ts';
import type { EffectivePolicy } from '../abandonment/policy.ts';
import { type Restored, unheardSinceRestore } from '../abandonment/restored.ts';
import type { Evidence, Task } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { scheduled, type TaskRecord } from '../store/tasks.ts';
import type { CountedTask, TaskDeleted } from './events.ts';
import type { TaskChange } from './publications.ts';
import { versionRefusal } from './refusals.ts';

/**
 * Takes an observation of a known task in. What changes nothing of note is not written: a task that stays
 * as alive as it was, and one that is not is refreshed at most every `evidenceMaxAge` / 2 (see
 * docs/rules.md#observations), and at once where it was not since the table was restored.
 */
export function observed(
  current: TaskRecord,
  observation: Observation,
  policy: EffectivePolicy,
  { now, ...restored }: { now: Instant } & Restored,
): TaskChange {
  const before = current.evidence;
  const evidence = observe(before, observation, policy);
  if (!isOfNote(before, evidence, policy, isEligible(current.task), restored))
    return { skip: 'nothing-of-note' };
  const next = { ...current, evidence };
  return { store: changesDecisions(before, evidence, policy) ? scheduled(next, now) : next };
}

/**
 * Whether evidence changed enough to be stored.
 *
 * @param watched whether its freshness matters: not that of a disabled task
 */
export function isOfNote(
  before: Evidence,
  after: Evidence,
  policy: EffectivePolicy,
  watched: boolean,
  restored: Restored = {},
): boolean {
  if (before === after) return false;
  if (before.observedAt === undefined || after.observedAt === undefined) return true;
  if (before.statuses.join() !== after.statuses.join() || before.cause !== after.cause) return true;
  if (before.observedAt === after.observedAt) return true;
  if (!watched || !mayFail(after, policy)) return false;
  if (isHeardAgain(before, after, restored)) return true;
  return after.observedAt - before.observedAt > policy.evidenceMaxAge / 2;
}

/** Whether it is the first observation since the table was restored (docs/rules.md#a-restored-table). */
function isHeardAgain(before: Evidence, after: Evidence, restored: Restored): boolean {
  return (
    unheardSinceRestore(before, restored) !== undefined && unheardSinceRestore(after, restored) === undefined
  );
}

/** Whether its freshness matters: under today's list of alive statuses, or under the strictest. */
function mayFail(evidence: Evidence, policy: EffectivePolicy): boolean {
  return !isAlive(evidence, policy) || !evidence.statuses.includes('PRIMARY');
}

function changesDecisions(before: Evidence, after: Evidence, policy: EffectivePolicy): boolean {
  return (
    isAlive(before, policy) !== isAlive(after, policy) ||
    lastAliveAt(before, policy, 0) !== lastAliveAt(after, policy, 0) ||
    before.stale.length !== after.stale.length
  );
}

/** A running total; `countedAnew`: the count began anew, so that it may be lower than what is known. */
type Total = Pick<CountedTask, 'total' | 'countedAnew'>;

/**
 * Takes a running total of restarts in: the highest heard of since the count last began anew. One counted before the task lost `PRIMARY`
 * that comes late is part of what was counted by then.
 */
export function restartsCounted(current: TaskRecord, count: Total, at: Instant): TaskChange {
  if (current.task.deletedAt !== undefined) return { skip: 'deleted' };
  if (at < current.task.createdAt) return { skip: 'counted-before-its-creation' };
  const evidence = counted(current.evidence, count, at);
  return evidence === current.evidence ? { skip: 'nothing-of-note' } : { store: { ...current, evidence } };
}

/** Evidence with a running total taken in; the same object where it is not higher. */
export function counted(evidence: Evidence, { total, countedAnew }: Total, at: Instant): Evidence {
  const { restarts, lostAt } = evidence;
  const began = restarts.anewAt ?? Number.NEGATIVE_INFINITY;
  const beforeLoss = lostAt !== undefined && at <= lostAt;
  if (countedAnew && at > began) {
    // What was tried since the loss stays, and what is counted anew is added to it.
    const atLoss = beforeLoss ? total : restarts.atLoss - restarts.total;
    return { ...evidence, restarts: { total, atLoss, anewAt: at } };
  }
  if (at < began || total <= restarts.total) return evidence;
  return { ...evidence, restarts: { ...restarts, total, atLoss: beforeLoss ? total : restarts.atLoss } };
}

/**
 * Whether a deletion without a version is of what was before all that is known of the task: its creation, its newest
 * publication and enabling, and its coming back. Observations do not count: a health check may still report shards
 * just after a true deletion.
 */
function isBefore(
  at: Instant,
  { createdAt, publishedAt, enabledAt, publishedByUserAt, cameBackAt }: Task,
): boolean {
  if (cameBackAt !== undefined && at <= cameBackAt) return true;
  return [createdAt, publishedAt, enabledAt, publishedByUserAt].some((instant) => at < (instant ?? at));
}

/**
 * Makes a known task a tombstone; a deletion of a former version or of a former life of the id changes
 * nothing.
 */
export function deleted(current: TaskRecord, event: TaskDeleted, now: Instant): TaskChange {
  const { task } = current;
  const late = event.taskVersion === undefined ? isBefore(event.at, task) : event.taskVersion < task.version;
  if (late) return { skip: 'older-version' };
  const refusal = versionRefusal(event.taskVersion, task.version, now);
  if (refusal) return { refuse: refusal };
  const deletedAt = Math.max(event.at, task.deletedAt ?? event.at);
  const version = Math.max(task.version, event.taskVersion ?? 0);
  if (deletedAt === task.deletedAt && version === task.version) return { skip: 'duplicate' };
  return { store: scheduled({ ...current, task: { ...task, deletedAt, version } }, now) };
}
