import { BOUNDS } from '../abandonment/bounds.ts';
import type { Decision, Recipient } from '../abandonment/decide.ts';
import type { Episode, Told } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { fitting, type NewNotice, type OpenTransition, withAsked } from './transition.ts';

type Reminder = Extract<Decision, { answer: 'remind' }>;

/**
 * Asks for the reminders of one lead, for as many recipients as one transaction takes; the step counts as given out
 * once all are asked for.
 */
export function remind(at: OpenTransition, reminder: Reminder, now: Instant): OpenTransition {
  const { to, lead, deadline: by } = reminder;
  const { open } = at.record;
  const { some, isCut } = fitting(at, to);
  const notices = some.map(({ key, address }): NewNotice => {
    const pending = { notice: 'reminder', since: now, notBefore: now, lead, by } as const;
    return { key, address, pending };
  });
  const rungs = isCut ? open.rungs : withStep(open, reminder);
  return { ...withAsked(at, notices, { told: reminded(open, some, reminder), rungs }), isCut };
}

function reminded(
  open: Episode,
  recipients: readonly Recipient[],
  { lead, deadline }: Reminder,
): Episode['told'] {
  const told = { ...open.told };
  for (const { key } of recipients) {
    told[key] = { ...(told[key] as Told), reminder: { lead, deadline, state: 'pending' } };
  }
  return told;
}

/** The newest step of a lead takes the place of an earlier one. */
function withStep({ rungs, grace }: Episode, { lead, deadline }: Reminder): Episode['rungs'] {
  const others = rungs.filter((rung) => rung.lead !== lead);
  return [...others, { grace, lead, deadline }].slice(-BOUNDS.rungs.most);
}
