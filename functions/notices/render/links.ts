import { createHash } from 'node:crypto';
import type { Notice } from '../../abandonment/task.ts';
import { LINK_LIFE, signLink } from '../../platform/link-token.ts';
import type { Links } from '../../platform/ports.ts';
import type { DigestRecord } from '../../store/digests.ts';

/** The links of one mail. */
export interface MailLinks {
  /** The page with everything that the mail tells. */
  page: string;
  /** Reminders, language, time zone, quiet hours. */
  preferences: string;
  /** Declines reminders by one bare POST (RFC 8058). */
  unsubscribe: string;
  /** The page of one task. */
  task(item: { task: string; episode: number }): string;
}

const DECLINABLE: readonly Notice[] = ['reminder', 'recovered', 'stopping', 'still-off'];

/** What may be declined; a warning, also of an overdue task, and word of the disabling never are. */
export function isDeclinable(notice: Notice): boolean {
  return DECLINABLE.includes(notice);
}

/** In hex digits: 128 bits, so that nobody finds a name for a task that leads where another's link does. */
const REF_LENGTH = 32;
/** Of mails that an earlier version wrote; their links are good for 60 days. */
const EARLIER_REF_LENGTH = 12;

/** The name of one task and episode within a mail, as links carry it: 32 hex digits. */
export function itemRef({ task, episode }: { task: string; episode: number }): string {
  return createHash('sha256').update(`${task}#${episode}`).digest('hex').slice(0, REF_LENGTH);
}

/**
 * The item of a mail that a link names; undefined where it names none, or, in the short form of an earlier version,
 * more than one.
 */
export function itemNamed<Item extends { task: string; episode: number }>(
  items: readonly Item[],
  ref: string,
): Item | undefined {
  const isShort = ref.length === EARLIER_REF_LENGTH;
  const named = items.filter((item) => (isShort ? itemRef(item).startsWith(ref) : itemRef(item) === ref));
  return named.length === 1 ? named[0] : undefined;
}

/** Signs the links of a mail with today's key. */
export async function linksOf(
  { baseUrl, keys }: Links,
  { id, recipient, claimedAt }: Pick<DigestRecord, 'id' | 'recipient' | 'claimedAt'>,
): Promise<MailLinks> {
  const key = await keys.current();
  const grant = { digest: id, recipient, expires: claimedAt + LINK_LIFE };
  const page = `${baseUrl}d/${signLink({ ...grant, scope: 'd' }, key)}`;
  return {
    page,
    preferences: `${page}/preferences`,
    unsubscribe: `${baseUrl}u/${signLink({ ...grant, scope: 'u' }, key)}`,
    task: (item) => `${page}/${itemRef(item)}`,
  };
}

/** The headers by which a mail program offers to decline (RFC 8058); none where nothing may be declined. */
export function declineHeaders(links: MailLinks, notices: readonly Notice[]): Record<string, string> {
  if (!notices.some(isDeclinable)) return {};
  return {
    'List-Unsubscribe': `<${links.unsubscribe}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}
