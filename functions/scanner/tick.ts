import { type Instant, parseInstant } from '../abandonment/time.ts';

/** One firing of the schedule. */
export interface Tick {
  /** When it was to fire: the run's name. */
  scheduledAt: Instant;
  /** Milliseconds until the function is stopped. */
  remainingMs(): number;
}

/**
 * The instant a tick stands for, which is the run's id: the scheduled time where the input has one, else now
 * (an emulator leaves EventBridge Scheduler's `<aws.scheduler.scheduled-time>` as it stands).
 */
export function scheduledAt(event: unknown, now: Instant): Instant {
  const text = (event as { scheduledAt?: unknown } | null | undefined)?.scheduledAt;
  return (typeof text === 'string' ? parseInstant(text) : undefined) ?? now;
}
