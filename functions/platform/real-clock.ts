import type { Instant } from '../abandonment/time.ts';
import type { Clock } from './ports.ts';

/** The machine's own time. */
export class RealClock implements Clock {
  now(): Instant {
    return Date.now();
  }
}
