import type { Instant } from '../../abandonment/time.ts';
import { PAUSABLE, type Pausable, type PausesRecord, pausesAt } from '../../store/pauses.ts';
import { instantText } from './time-text.ts';

/** Something that is paused, for people and as JSON. */
export interface Paused {
  what: Pausable;
  since: string;
  until: string | null;
  by: string | null;
  reason: string | null;
}

/** What is paused at an instant; who and why are null of what an earlier version paused. */
export function pausedAt(record: PausesRecord, at: Instant): Paused[] {
  const held = pausesAt(record, at);
  return PAUSABLE.flatMap((what) => {
    const since = instantText(held[what]);
    const { until = null, by = null, reason = null } = held.notes?.[what] ?? {};
    return since === null ? [] : [{ what, since, until: instantText(until), by, reason: reason || null }];
  });
}
