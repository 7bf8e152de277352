import type { Cause, Evidence } from './task.ts';

/** The class of what keeps a task from running; the worst of its shards, never an error's text. */
export function causeOf({ statuses, lastSeen, twitches, cause }: Evidence): Cause {
  // One that is between two attempts failed as well.
  if (cause !== undefined && cause !== 'other') return `failed-${cause}`;
  if (statuses.includes('FAILED') || cause === 'other') return 'failed';
  const wasPrimary = lastSeen.PRIMARY !== undefined || twitches !== undefined;
  if (!wasPrimary && !statuses.includes('PRIMARY')) return 'never-primary';
  if (statuses.includes('PENDING')) return 'pending';
  if (statuses.includes('BACKFILL')) return 'backfill';
  if (statuses.includes('STANDBY')) return 'standby';
  return statuses.includes('IDLE') ? 'idle' : 'unknown';
}
