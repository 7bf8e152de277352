import type { Case, Decision } from '../abandonment/decide.ts';
import { triedSince } from '../abandonment/healthy-spells.ts';
import type { Episode, ResolveReason } from '../abandonment/task.ts';
import type { PastFacts } from '../store/notices.ts';

/** What was known, as the alert history and the audit keep it. */
export function evidenceOf(given: Case, decision: Decision): Record<string, unknown> {
  return {
    statuses: given.evidence.statuses,
    observedAt: given.evidence.observedAt ?? null,
    ...(given.evidence.cause !== undefined && { cause: given.evidence.cause }),
    ...triedSince(given.evidence),
    countedMs: decision.facts.counted,
    warnAfterMs: given.policy.warnAfter,
    warnAfterFrom: given.policy.source.warnAfter ?? 'default',
    version: given.task.version,
  };
}

/** What a notice of an end says of the past. */
export function factsAtEnd(given: Case, episode: Episode, resolvedReason: ResolveReason): PastFacts {
  const { alert } = episode;
  return { ...(alert && { alert }), since: episode.since, ...triedSince(given.evidence), resolvedReason };
}
