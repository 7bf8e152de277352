import { DAY, type Instant } from '../abandonment/time.ts';
import { dayOf } from '../store/milestones.ts';

/** When a day (`2026-01-15`, in UTC) begins. */
export function beginOf(day: string): Instant {
  return Date.parse(`${day}T00:00:00Z`);
}

/** When it is over. */
export function endOf(day: string): Instant {
  return beginOf(day) + DAY;
}

/** The day so many days later; earlier where it is below zero. */
export function daysAfter(day: string, days: number): string {
  return dayOf(beginOf(day) + days * DAY);
}

/** All days from one to another, both of them too; none where the first is later. */
export function daysOf({ from, to }: { from: string; to: string }): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = daysAfter(day, 1)) days.push(day);
  return days;
}

/** The Monday of a day's week. */
export function mondayOf(day: string): string {
  const weekday = new Date(beginOf(day)).getUTCDay();
  return daysAfter(day, -((weekday + 6) % 7));
}

/** Whether a text names a day that there is. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(beginOf(text)) && dayOf(beginOf(text)) === text;
}
