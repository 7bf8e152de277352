import { DAY, type Duration, type Instant } from '../../functions/abandonment/time.ts';
import type { Scenario } from '../scenario/scenario-types.ts';

/** Whether anything goes wrong in a scenario beside its tasks. */
export function isFaultyScenario({ events, soakFaults = [] }: Scenario): boolean {
  return soakFaults.length > 0 || events.some(({ type }) => type === 'fault');
}

/** How far the clocks of a scenario's processes differ from the true one at most. */
export function skewOf({ soakFaults = [] }: Scenario): Duration {
  return Math.max(0, ...soakFaults.map((entry) => (entry.type === 'skew' ? Math.abs(entry.by) : 0)));
}

/** So long soft bounces may keep an address from being mailed. */
const SOFT: Duration = 14 * DAY;

/** When the last thing that goes wrong is over, or what is done; the start where nothing is. A deadline is neither. */
export function calmSince({ start, events, soakFaults = [] }: Scenario): Instant {
  const ends = events.map((event) => {
    if (event.type === 'fault') return event.at + (event.for ?? 0);
    if (event.type === 'deadline' && event.deadline !== null) return start;
    const isSoft = event.type === 'mail-event' && 'bounceType' in event && event.bounceType === 'transient';
    return isSoft ? event.at + SOFT : event.at;
  });
  const others = soakFaults.map((entry) => entry.at + ('for' in entry ? entry.for : 0));
  return Math.max(start, ...ends, ...others);
}
