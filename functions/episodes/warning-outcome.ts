import type { Episode, RecipientPart } from '../abandonment/task.ts';
import type { DigestItem } from '../store/digests.ts';
import { wasWarned } from './cell.ts';
import type { MailOutcome } from './mail.ts';
import { withRecipient } from './recipient-part.ts';

/** The episode after what became of a mail with a warning for one recipient. */
export function warningAfter(open: Episode, mail: MailOutcome, item: DigestItem): Episode {
  const part = open.told[mail.recipient];
  const warning = part && standingAfter(part, mail, item);
  if (!part || !warning) return open;
  const answered = withRecipient(open, mail.recipient, { ...part, ...warning, digest: mail.digest });
  return warning.acceptedAt === undefined || wasWarned(open) ? answered : { ...answered, warned: true };
}

/** How the recipient stands to be warned after the mail; undefined where it changes nothing. */
function standingAfter(
  part: RecipientPart,
  { digest, standing, acceptedAt }: MailOutcome,
  item: DigestItem,
): Partial<RecipientPart> | undefined {
  const mine = part.digest === digest;
  if (part.grace !== item.grace || (part.warning === 'accepted' && !mine)) return undefined;
  if (standing === 'accepted') {
    if (part.warning === 'accepted') return undefined;
    return { warning: 'accepted', dated: item.disableAt !== null, acceptedAt };
  }
  const warning = standing === 'failed' ? 'failed' : 'tried';
  return part.warning === warning ? undefined : { warning };
}
