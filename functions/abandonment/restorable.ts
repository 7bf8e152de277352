import { DAY, type Duration, type Instant } from './time.ts';

/** How long a task that was disabled can be enabled again as it was, where its owning system says nothing of it. */
const RESTORABLE_FOR: Duration = 90 * DAY;

/**
 * Until when a task can be enabled again as it was (docs/rules.md#after-the-disabling).
 *
 * @param said what its owning system said with its confirmation
 */
export function restorableUntil(disabledAt: Instant, said?: Instant): Instant {
  return said ?? disabledAt + RESTORABLE_FOR;
}
