import { type Case, type Decision, modeOf } from '../abandonment/decide.ts';
import { triedSince } from '../abandonment/healthy-spells.ts';
import type { EffectivePolicy } from '../abandonment/policy.ts';

/** The leaves that decide about the disabling of an abandoned task, and of one that outlives its deadline. */
export const DECIDING_LEAVES = [
  'warnAfter',
  'disableAfter',
  'reminders',
  'publicationVeto',
  'aliveStatuses',
  'minHealthy',
  'evidenceMaxAge',
  'quietHours',
  'quietDays',
] as const;
export const DECIDING_LEAVES_OF_DEADLINES = ['failAfter', 'stopNotice', 'atDeadline'] as const;

type Leaf = (typeof DECIDING_LEAVES | typeof DECIDING_LEAVES_OF_DEADLINES)[number];

/**
 * What a decision to disable rests on, as the audit keeps it: evidence, counted time, the thresholds, and where each of them came
 * from. Small, for it stands on the task's row until the disabling is confirmed: what is at its default has no scope.
 */
export function decidedOn(taskCase: Case, { answer, reason, facts }: Decision): Record<string, unknown> {
  const { task, evidence, episode, written = taskCase.policy } = taskCase;
  const { notPrimarySince, counted, abandonedAt, deadline } = facts;
  const leaves: readonly Leaf[] =
    deadline === undefined ? DECIDING_LEAVES : [...DECIDING_LEAVES, ...DECIDING_LEAVES_OF_DEADLINES];
  return {
    answer,
    reason,
    notPrimarySince,
    counted,
    abandonedAt,
    ...(deadline !== undefined && { deadline }),
    statuses: evidence.statuses,
    observedAt: evidence.observedAt ?? null,
    ...(evidence.cause !== undefined && { cause: evidence.cause }),
    ...triedSince(evidence),
    version: task.version,
    ...(episode && { grace: episode.grace }),
    policy: { mode: modeOf(taskCase), ...valuesOf(written, leaves) },
    from: scopesOf(written, ['mode', ...leaves]),
  };
}

function valuesOf(policy: EffectivePolicy, leaves: readonly Leaf[]): Record<string, unknown> {
  return Object.fromEntries(leaves.map((leaf) => [leaf, policy[leaf]]).filter(([, value]) => value !== null));
}

function scopesOf({ source }: EffectivePolicy, leaves: readonly string[]): Record<string, string> {
  const scopes = leaves.flatMap((leaf) => {
    const from = source[leaf];
    return from === undefined || from === 'default' ? [] : [[leaf, from]];
  });
  return Object.fromEntries(scopes);
}
