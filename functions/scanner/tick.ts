import * as z from 'zod/mini';
import { type Instant, parseInstant } from '../abandonment/time.ts';

/** One firing of the schedule. */
export interface Tick {
  /** When it was to fire: the run's name. */
  scheduledAt: Instant;
  /** Milliseconds until the function is stopped. */
  remainingMs(): number;
}

const tickSchema = z.object({ scheduledAt: z.optional(z.string()) });

/**
 * The instant a tick stands for, which is the run's id: the scheduled time where the input has one, else now
 * (an emulator leaves EventBridge Scheduler's `<aws.scheduler.scheduled-time>` as it stands).
 */
export function scheduledAt(event: unknown, now: Instant): Instant {
  const parsed = z.safeParse(tickSchema, event);
  const text = parsed.success ? parsed.data.scheduledAt : undefined;
  return (text === undefined ? undefined : parseInstant(text)) ?? now;
}
