import { BOUNDS } from '../abandonment/bounds.ts';
import type { Decision, Recipient } from '../abandonment/decide.ts';
import type { Episode } from '../abandonment/task.ts';
import { type NewNotice, noticeWrites } from '../store/notices.ts';
import { type OpenTask, withEpisode } from './open-task.ts';
import type { Basis, OpenStep } from './transition.ts';

type Reminder = Extract<Decision, { answer: 'remind' }>;

/**
 * Asks for the reminders of one lead, for as many recipients as one transaction takes; the step counts as given out
 * once all are asked for.
 */
export function remind(record: OpenTask, { room, now }: Basis, reminder: Reminder): OpenStep {
  const { to, lead, deadline: by } = reminder;
  const { task, open } = record;
  const some = to.slice(0, room);
  const isCut = some.length < to.length;
  const notices = some.map(({ key, address }): NewNotice => {
    const pending = { notice: 'reminder', since: now, notBefore: now, lead, by } as const;
    return { key, address, pending };
  });
  const steps = isCut ? open.rungs : withStep(open, reminder);
  return {
    record: withEpisode(record, { told: reminded(open, some, reminder), rungs: steps }),
    beside: noticeWrites(task.id, open.number, notices),
    told: some.map(({ key }) => key),
    isCut,
  };
}

function reminded(
  open: Episode,
  recipients: readonly Recipient[],
  { lead, deadline }: Reminder,
): Episode['told'] {
  const keys = new Set(recipients.map(({ key }) => key));
  const reminder = { lead, deadline, state: 'pending' } as const;
  return Object.fromEntries(
    Object.entries(open.told).map(([key, part]) => [key, keys.has(key) ? { ...part, reminder } : part]),
  );
}

/** The newest step of a lead takes the place of an earlier one. */
function withStep({ rungs, grace }: Episode, { lead, deadline }: Reminder): Episode['rungs'] {
  const others = rungs.filter((step) => step.lead !== lead);
  return [...others, { grace, lead, deadline }].slice(-BOUNDS.rungs.most);
}
