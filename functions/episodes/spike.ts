import type { Instant } from '../abandonment/time.ts';
import { type OpenTask, withEpisode } from './open-task.ts';

/** A spike holds the task from now on, until operators approve it (promise 10). */
export function withSpikeHold(record: OpenTask, now: Instant): OpenTask {
  return withEpisode(record, { brake: { heldAt: now } });
}

/**
 * An operator lets the task go: it is worked off at the rate limit, and never counts towards a spike again. `until`: when the
 * approval ends, if it was not used up by then; the task is held again.
 */
export function withApproval(record: OpenTask, now: Instant, until?: Instant): OpenTask {
  const ends = until === undefined ? {} : { approvedUntil: until };
  return withEpisode(record, { brake: { heldAt: heldSince(record) ?? now, approvedAt: now, ...ends } });
}

/** Since when a spike holds the task, or held it before its approval. */
export function heldSince({ open }: OpenTask): Instant | undefined {
  return open.brake?.heldAt;
}

/** The task as if no spike had ever held it, and nobody had let it go. */
export function withoutSpike(record: OpenTask): OpenTask {
  const { brake: _, ...open } = record.open;
  return { ...record, open };
}
