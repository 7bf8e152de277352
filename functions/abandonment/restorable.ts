import type { ScopedPolicy } from './policy.ts';
import { DAY, type Duration, type Instant } from './time.ts';

/** How long a task that was disabled can be enabled again as it was, where its owning system says nothing of it. */
const RESTORABLE_FOR: Duration = 90 * DAY;

/**
 * Until when a task can be enabled again as it was (docs/rules.md#after-the-disabling).
 *
 * @param ownEnd what its owning system said with its confirmation
 */
export function restorableUntil(disabledAt: Instant, ownEnd?: Instant): Instant {
  return ownEnd ?? disabledAt + RESTORABLE_FOR;
}

/** What we disabled, as far as its reminder rests on it. */
export interface DisabledSpan {
  at: Instant;
  /** The scan that asked for it; null: a person, who needs no reminder of what they did. */
  run: string | null;
  restorableUntil?: Instant;
  /** When somebody asked for it to be enabled again. */
  undoneAt?: Instant;
  /** The reminder was asked for, or its time is over. */
  reminded?: true;
}

/** Nobody is reminded of what they heard less than that ago. */
const LEAST_SILENCE: Duration = DAY;

/**
 * When recipients are to be reminded that what a scan disabled is still off (docs/rules.md#after-the-disabling); null where
 * they are not.
 */
export function stillOffAt(off: DisabledSpan, { stillOff }: Pick<ScopedPolicy, 'stillOff'>): Instant | null {
  const isOver = off.run === null || off.undoneAt !== undefined || off.reminded === true;
  if (isOver || stillOff === null) return null;
  const due = restorableUntil(off.at, off.restorableUntil) - stillOff;
  return due - off.at < LEAST_SILENCE ? null : due;
}
