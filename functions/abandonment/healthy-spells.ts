import type { ScopedPolicy } from './policy.ts';
import type { Evidence, ShardStatus } from './task.ts';
import type { Instant } from './time.ts';

/** What a spell is judged by. */
export type SpellPolicy = Pick<ScopedPolicy, 'aliveStatuses' | 'minHealthy'>;

/** Whether the newest observation has a shard in one of the alive statuses. */
export function isAlive(evidence: Evidence, policy: Pick<ScopedPolicy, 'aliveStatuses'>): boolean {
  return evidence.statuses.some((status) => policy.aliveStatuses.includes(status));
}

/**
 * When the spell under way began, of a task that is alive; undefined where it is known to have lasted (it was judged
 * at its beginning, where `minHealthy` was 0, or by a scan).
 */
function unjudgedSince(evidence: Evidence, policy: SpellPolicy): Instant | undefined {
  const alive = evidence.statuses.filter((status) => policy.aliveStatuses.includes(status));
  return earliest(alive.map((status) => evidence.spells?.[status]));
}

/** The earliest instant; undefined, what is older than any, comes first. */
function earliest(instants: readonly (Instant | undefined)[]): Instant | undefined {
  const ends = instants.filter((instant) => instant !== undefined);
  return ends.length < instants.length ? undefined : Math.min(...ends);
}

/** Whether the spell of a task that is alive has lasted `minHealthy` at an instant (inclusive), by this policy. */
export function hasLasted(evidence: Evidence, policy: SpellPolicy, at: Instant): boolean {
  const since = unjudgedSince(evidence, policy);
  return since === undefined || at - since >= policy.minHealthy;
}

/** Whether it is alive, and in a spell that was judged to have lasted. Needs no clock: what rows are placed by. */
export function isHealthy(evidence: Evidence, policy: SpellPolicy): boolean {
  return isAlive(evidence, policy) && unjudgedSince(evidence, policy) === undefined;
}

/** When the spell under way will have lasted; null where none is under way or it is judged. */
export function recoversAt(evidence: Evidence, policy: SpellPolicy): Instant | null {
  const since = isAlive(evidence, policy) ? unjudgedSince(evidence, policy) : undefined;
  return since === undefined ? null : since + policy.minHealthy;
}

/** What was tried since it was lost: restarts, and spells that ended too short, where there were any. */
export function triedSince({ restarts, twitches }: Evidence): { restarts: number; twitches?: number } {
  return {
    restarts: restarts.total - restarts.atLoss,
    ...(twitches === undefined ? {} : { twitches: twitches.count }),
  };
}

/** Evidence of a task whose spell was judged to have lasted: what was before it is over. */
export function recovered(evidence: Evidence, policy: SpellPolicy): Evidence {
  const { lostAt: _, twitches: _twitches, cause: _cause, spells, ...rest } = evidence;
  const open = Object.entries(spells ?? {}).filter(
    ([status]) => !policy.aliveStatuses.includes(status as ShardStatus),
  );
  return { ...rest, stale: [], ...(open.length > 0 ? { spells: Object.fromEntries(open) } : {}) };
}

/**
 * The spells of a new observation's statuses: one that goes on keeps its beginning, also where another alive status
 * takes it over; with `minHealthy` 0 it needs no judging.
 */
export function spellsAfter(
  evidence: Evidence,
  statuses: readonly ShardStatus[],
  policy: SpellPolicy,
  at: Instant,
): Evidence['spells'] {
  const begun = policy.minHealthy === 0 ? undefined : at;
  const spell = isAlive(evidence, policy) ? unjudgedSince(evidence, policy) : begun;
  const spells: Evidence['spells'] = {};
  for (const status of statuses) {
    const own = evidence.statuses.includes(status) ? evidence.spells?.[status] : begun;
    const isAliveOne = policy.aliveStatuses.includes(status);
    if (isAliveOne && policy.minHealthy === 0) continue;
    const since = isAliveOne ? earliest([own, spell]) : own;
    if (since !== undefined) spells[status] = since;
  }
  return Object.keys(spells).length > 0 ? spells : undefined;
}

/** Whether a status that an observation no longer has was there long enough to count (`lastSeen`). */
export function statusLasted(
  evidence: Evidence,
  status: ShardStatus,
  policy: SpellPolicy,
  at: Instant,
): boolean {
  if (policy.aliveStatuses.includes(status)) return hasLasted(evidence, policy, at);
  const since = evidence.spells?.[status];
  return since === undefined || at - since >= policy.minHealthy;
}

/**
 * Whether what an observation that comes late says of a status counts. Its spell ended at the latest with the first
 * instant known that says otherwise; one that may have lasted counts, the one under way not before it is judged.
 */
export function lateStatusCounts(
  evidence: Evidence,
  status: ShardStatus,
  policy: SpellPolicy,
  at: Instant,
): boolean {
  const began = evidence.spells?.[status];
  if (began !== undefined && began <= at) return false;
  const ends = [evidence.firstObservedAt, evidence.twitches?.lastAt, began ?? evidence.observedAt];
  const end = Math.min(...(ends.filter((instant) => instant !== undefined && instant > at) as Instant[]));
  return end - at >= policy.minHealthy;
}
