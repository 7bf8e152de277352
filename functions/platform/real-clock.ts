import { setTimeout as sleep } from 'node:timers/promises';
import type { Duration, Instant } from '../abandonment/time.ts';
import type { Clock } from './ports.ts';

/** The machine's own time. */
export class RealClock implements Clock {
  now(): Instant {
    return Date.now();
  }

  async pause(duration: Duration): Promise<void> {
    await sleep(duration);
  }

  timer(duration: Duration, ring: () => void): () => void {
    const timer = setTimeout(ring, duration);
    return () => clearTimeout(timer);
  }
}
