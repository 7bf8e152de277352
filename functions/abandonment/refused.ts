import type { Disabling, Task } from './task.ts';
import { DAY, type Duration, type Instant } from './time.ts';

/** So long is let be what an owning system refused to disable (docs/rules.md#holds). */
const ASKED_AGAIN_AFTER: Duration = DAY;

/** From when on an owning system is asked again what it refused; null where it did not refuse. */
export function askedAgainAt(disabling: Disabling | undefined): Instant | null {
  const refused = disabling?.refused;
  return refused === undefined ? null : refused.at + ASKED_AGAIN_AFTER;
}

/** Until when a refusal holds a task: it is about the version that was asked for, for a day; null where none holds. */
export function refusedUntil(
  { version }: Task,
  disabling: Disabling | undefined,
  now: Instant,
): Instant | null {
  const until = askedAgainAt(disabling);
  return until !== null && now < until && disabling?.refused?.version === version ? until : null;
}
