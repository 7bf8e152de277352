import type { Episode, Evidence } from './task.ts';
import type { Instant, Interval } from './time.ts';

/** When the table was last restored; absent where it never was. */
export interface Restored {
  restoredAt?: Instant;
}

/**
 * The open span of a task that was not observed since the table was restored: what was known of it is from before, and
 * counts again with its next observation (docs/rules.md#a-restored-table).
 */
export function unheardSinceRestore(
  { observedAt }: Pick<Evidence, 'observedAt'>,
  { restoredAt }: Restored,
): Interval | undefined {
  if (restoredAt === undefined || (observedAt ?? 0) >= restoredAt) return undefined;
  return { from: restoredAt, to: null };
}

/** Whether the present grace of an episode began before the table was restored: nothing is disabled at its date. */
export function isOfBeforeRestore(
  { firedAt, restoredAt: ownRestoredAt = 0 }: Pick<Episode, 'firedAt' | 'restoredAt'>,
  { restoredAt }: Restored,
): boolean {
  return restoredAt !== undefined && Math.max(firedAt, ownRestoredAt) < restoredAt;
}
