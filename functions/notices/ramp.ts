import type { Instant } from '../abandonment/time.ts';
import { inLastDay } from '../store/fleet-view.ts';
import type { RecipientRecord } from '../store/rows.ts';

/** Whether the ramp let a recipient be warned within the last 24 h, or he was warned then. */
export function isAdmitted({ admittedAt, lastWarnedAt }: RecipientRecord, now: Instant): boolean {
  return (
    (admittedAt !== null && inLastDay(admittedAt, now)) ||
    (lastWarnedAt !== null && inLastDay(lastWarnedAt, now))
  );
}
