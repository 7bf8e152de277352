import { formatInstant, type Instant } from '../functions/abandonment/time.ts';
import { daysAfter } from '../functions/facts/days.ts';
import type { FleetTask } from './fleet.ts';

/** Whether something stands between a task and its date. */
export const isHeld = ({ decision }: FleetTask): boolean => decision === 'hold';

/** What is due on each of the next days, today the first; what was due before is due today. */
export function dueByDay(tasks: readonly FleetTask[], now: Instant, days: number): Map<string, FleetTask[]> {
  const today = formatInstant(now).slice(0, 10);
  const byDay = new Map<string, FleetTask[]>();
  for (let day = 0; day < days; day += 1) byDay.set(daysAfter(today, day), []);
  for (const task of tasks) {
    if (task.disableAt === null) continue;
    const day = task.disableAt.slice(0, 10);
    const isPast = day < today;
    byDay.get(isPast ? today : day)?.push(task);
  }
  return byDay;
}
