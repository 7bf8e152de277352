import type { Episode } from '../abandonment/task.ts';
import type { DigestItem } from '../store/digests.ts';
import type { MailOutcome } from './mail.ts';
import { withRecipient } from './recipient-part.ts';

/** The episode after what became of a mail with a reminder for one recipient. */
export function reminderAfter(open: Episode, mail: MailOutcome, item: DigestItem): Episode {
  const part = open.told[mail.recipient];
  if (!part || part.reminder?.lead !== item.lead) return open;
  const { reminder, ...rest } = part;
  if (mail.isUnsent) {
    const again = withRecipient(open, mail.recipient, rest);
    return { ...again, rungs: open.rungs.filter(({ lead }) => lead !== item.lead) };
  }
  if (!reminder || reminder.state === 'done') return open;
  const state = mail.standing === 'void' ? ('tried' as const) : ('done' as const);
  if (state === reminder.state) return open;
  // The mail may say a later date than the one it was asked for: the step is known by what was announced.
  const deadline = Math.max(reminder.deadline, mail.isPrinted ? (item.disableAt ?? 0) : 0);
  return withRecipient(open, mail.recipient, { ...part, reminder: { ...reminder, deadline, state } });
}
