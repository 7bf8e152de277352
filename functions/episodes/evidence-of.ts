import type { Case, Decision } from '../abandonment/decide.ts';
import { triedSince } from '../abandonment/healthy-spells.ts';
import type { Episode, ResolveReason } from '../abandonment/task.ts';
import type { PastFacts } from '../store/notices.ts';

/** What was known, as the alert history and the audit keep it. */
export function evidenceOf(taskCase: Case, decision: Decision): Record<string, unknown> {
  return {
    statuses: taskCase.evidence.statuses,
    observedAt: taskCase.evidence.observedAt ?? null,
    ...(taskCase.evidence.cause !== undefined && { cause: taskCase.evidence.cause }),
    ...triedSince(taskCase.evidence),
    countedMs: decision.facts.counted,
    warnAfterMs: taskCase.policy.warnAfter,
    warnAfterFrom: taskCase.policy.source.warnAfter ?? 'default',
    version: taskCase.task.version,
  };
}

/** What a notice of an end says of the past. */
export function factsAtEnd(taskCase: Case, episode: Episode, resolvedReason: ResolveReason): PastFacts {
  const { alert } = episode;
  return { ...(alert && { alert }), since: episode.since, ...triedSince(taskCase.evidence), resolvedReason };
}
