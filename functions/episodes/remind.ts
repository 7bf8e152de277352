import { BOUNDS } from '../abandonment/bounds.ts';
import type { Decision, Recipient } from '../abandonment/decide.ts';
import type { Episode, Told } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { withEpisode } from './open-task.ts';
import { type OpenTransition, roomIn, withNotices } from './transition.ts';

type Reminder = Extract<Decision, { answer: 'remind' }>;

/**
 * Asks for the reminders of one lead, for as many recipients as one transaction takes; the step counts as given out
 * once all are asked for.
 */
export function remind(at: OpenTransition, reminder: Reminder, now: Instant): OpenTransition {
  const { to, lead, deadline: by } = reminder;
  const chunk = to.slice(0, roomIn(at));
  const asked = withNotices(
    at,
    chunk.map(({ key, address }) => ({
      key,
      address,
      pending: { notice: 'reminder', since: now, notBefore: now, lead, by },
    })),
  );
  const isCut = chunk.length < to.length;
  const told = reminded(at.record.open, chunk, reminder);
  const rungs = isCut ? at.record.open.rungs : withStep(at.record.open, reminder);
  return { ...asked, record: withEpisode(at.record, { told, rungs }), isCut };
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
