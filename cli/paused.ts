import type { Instant } from '../functions/abandonment/time.ts';
import { PAUSABLE, type Pausable, type PausesRecord, pausesAt } from '../functions/store/pauses.ts';
import { instantText } from './readable.ts';
import { safe } from './terminal.ts';

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

/** A pause on one line: `disable until 2026-02-01T08:00:00Z (by ana: wrong owners)`. */
export function pausedText({ what, until, by, reason }: Paused): string {
  const who = by === null ? '' : ` (by ${by}${reason === null ? '' : `: ${reason}`})`;
  return safe(`${what}${until === null ? '' : ` until ${until}`}${who}`);
}
