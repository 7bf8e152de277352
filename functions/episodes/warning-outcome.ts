import type { Episode, Told } from '../abandonment/task.ts';
import type { DigestItem } from '../store/digests.ts';
import { wasWarned } from './cell.ts';
import type { MailOutcome } from './mail.ts';
import { withRecipient } from './told.ts';

/** The episode after what became of a mail with a warning for one recipient. */
export function warningAfter(open: Episode, mail: MailOutcome, item: DigestItem): Episode {
  const told = open.told[mail.recipient];
  const warning = told && standingAfter(told, mail, item);
  if (!told || !warning) return open;
  const known = withRecipient(open, mail.recipient, { ...told, ...warning, digest: mail.digest });
  return warning.acceptedAt === undefined || wasWarned(open) ? known : { ...known, warned: true };
}

/** How the recipient stands to be warned after the mail; undefined where it changes nothing. */
function standingAfter(
  told: Told,
  { digest, standing, acceptedAt }: MailOutcome,
  item: DigestItem,
): Partial<Told> | undefined {
  const mine = told.digest === digest;
  if (told.grace !== item.grace || (told.warning === 'accepted' && !mine)) return undefined;
  if (standing === 'accepted') {
    if (told.warning === 'accepted') return undefined;
    return { warning: 'accepted', dated: item.disableAt !== null, acceptedAt };
  }
  const warning = standing === 'failed' ? 'failed' : 'tried';
  return told.warning === warning ? undefined : { warning };
}
