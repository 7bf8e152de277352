import { type Instant, MINUTE } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';

/** Attempts that went well are remembered for as long as the breaker looks back. */
const REMEMBERED = 10 * MINUTE;

/** By queue, the minutes with attempts that went well; of this process alone. */
type Minutes = Map<Instant, number>;
const processes = new WeakMap<System['config'], Map<string, Minutes>>();

/** What counting needs; the configuration stands for the process. */
export type Counting = Pick<System, 'clock' | 'config'>;

/**
 * Counts an attempt that went well. Nothing is written for it: a worker whose attempts all go well has nothing to
 * say to the breaker, and one that fails says then how many went well.
 */
export function countSuccess({ clock, config }: Counting, queue: string): void {
  const now = clock.now();
  const minute = Math.floor(now / MINUTE) * MINUTE;
  const queues = processes.get(config) ?? new Map<string, Minutes>();
  processes.set(config, queues);
  const minutes = queues.get(queue) ?? new Map<Instant, number>();
  queues.set(queue, minutes);
  for (const old of minutes.keys()) if (old < now - REMEMBERED) minutes.delete(old);
  minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
}

/** How many attempts of this process went well in the last ten minutes; each is reported once. */
export function takeSuccesses(system: Counting, queue: string): number {
  const sum = unreportedSuccesses(system, queue);
  processes.get(system.config)?.get(queue)?.clear();
  return sum;
}

/** How many attempts of this process went well in the last ten minutes and were not reported with a failure. */
export function unreportedSuccesses({ clock, config }: Counting, queue: string): number {
  const minutes = processes.get(config)?.get(queue);
  if (!minutes) return 0;
  const since = clock.now() - REMEMBERED;
  let sum = 0;
  for (const [minute, count] of minutes) if (minute >= since) sum += count;
  return sum;
}
