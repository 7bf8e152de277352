import type { Case } from '../abandonment/decide.ts';
import type { Episode } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { factsAtEnd } from './evidence-of.ts';
import { fitting, type NewNotice, type OpenTransition, withAsked } from './transition.ts';

/**
 * The mode went down: holders of a date learn that it does not hold, as many as one transaction takes; at `notify`
 * that stands for their warning.
 */
export function withdraw(
  at: OpenTransition,
  given: Case,
  holders: readonly string[],
  now: Instant,
): OpenTransition {
  const { open } = at.record;
  const facts = factsAtEnd(given, open, 'policy');
  const { some, isCut } = fitting(at, holders);
  const notices = some.map((key): NewNotice => {
    const pending = { notice: 'withdrawn', since: now, notBefore: now, facts } as const;
    return { key, address: open.told[key]?.address ?? '', pending };
  });
  const graceMode = isCut ? open.graceMode : given.policy.mode;
  return { ...withAsked(at, notices, { graceMode, told: withoutDates(open, some) }), isCut };
}

/** Who was told, without the dates of some and without the reminders of all. */
function withoutDates({ told }: Episode, keys: readonly string[]): Episode['told'] {
  return Object.fromEntries(
    Object.entries(told).map(([key, { reminder: _, ...rest }]) => [
      key,
      keys.includes(key) ? { ...rest, dated: false } : rest,
    ]),
  );
}
