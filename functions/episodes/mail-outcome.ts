import { withoutOldestDates } from '../abandonment/bounded-episode.ts';
import type { Decision } from '../abandonment/decide.ts';
import { nextEvaluation } from '../abandonment/next-look.ts';
import { type Episode, type HoldReason, isOpening, isWindowed, type Mode } from '../abandonment/task.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import type { DigestItem } from '../store/digests.ts';
import type { MailOutcome } from './mail.ts';
import { withoutNotice } from './notice-taken-back.ts';
import type { OpenTask } from './open-task.ts';
import { reminderAfter } from './reminder-outcome.ts';
import { warningAfter } from './warning-outcome.ts';

/** The task with an episode that knows what became of a mail; the same task where that changes nothing. */
export function withMailOutcome(record: OpenTask, mail: MailOutcome, item: DigestItem): OpenTask {
  const open = afterMail(record.open, mail, item);
  return open === record.open ? record : { ...record, open };
}

/**
 * What one notice of a mail means for its episode: grants or takes back what the mail said (promises 1, 2 and 4). The
 * same episode where it changes nothing, so that it may be asked again.
 */
function afterMail(before: Episode, mail: MailOutcome, item: DigestItem): Episode {
  const open = mail.mayBeOut ? withDate(before, mail.claimedAt, item) : before;
  if (open.informed?.[mail.recipient]) return afterInformation(open, mail, item);
  if (!open.told[mail.recipient]) return open;
  const listed = mail.isPrinted ? withMail(open, mail.digest) : open;
  if (isOpening(item.notice)) return warningAfter(listed, mail, item);
  if (item.notice === 'reminder') return reminderAfter(listed, mail, item);
  return listed;
}

/**
 * A topic that heard proves nothing; a date that stood there binds like any other (promise 2). One that refused is to
 * be asked anew once it is revived.
 */
function afterInformation(open: Episode, mail: MailOutcome, item: DigestItem): Episode {
  const { recipient, standing, isPrinted } = mail;
  const informed = open.informed?.[recipient];
  if (!informed || !isWindowed(item.notice)) return open;
  if (standing === 'failed') return withoutNotice(open, recipient, 'warning') ?? open;
  const isNews = informed.grace === item.grace && informed.heard === undefined;
  if (!isNews || !isPrinted) return open;
  const heard = item.disableAt === null ? 'undated' : 'dated';
  return { ...open, informed: { ...open.informed, [recipient]: { ...informed, heard } } };
}

/** So many mails of one episode are listed, the newest: a task of 1,000 owners has that many for each reminder step. */
const MOST_MAILS = 5_000;

function withMail(open: Episode, digest: string): Episode {
  if (open.mails.includes(digest)) return open;
  return { ...open, mails: [...open.mails, digest].slice(-MOST_MAILS) };
}

/**
 * The task with a date that may be out in the world, while nothing else is known of its mail: mails to others say no
 * earlier one from now on (promise 2). The same task where that changes nothing.
 */
export function withPossibleDate(record: OpenTask, claimedAt: Instant, item: DigestItem): OpenTask {
  const open = withDate(record.open, claimedAt, item);
  return open === record.open ? record : { ...record, open };
}

/** With a printed date, unless an earlier mail printed the same. */
function withDate(open: Episode, at: Instant, item: DigestItem): Episode {
  const { disableAt, after, grace } = item;
  if (disableAt === null) return open;
  if (open.dates.some((date) => date.disableAt === disableAt && date.at <= at)) return open;
  const dates = withoutOldestDates([...open.dates, { at, disableAt, grace, after: after ?? 0 }]);
  return { ...open, dates };
}

/** What the task waits for once its episode knows of a mail. */
export interface AfterMail {
  decision: Decision;
  mode: Mode;
  /** Whether the mail printed a date. */
  isDated: boolean;
  /** When an evaluation asked for its notice. */
  askedAt: Instant;
  now: Instant;
  /** How long a requested disabling may stay unconfirmed. */
  confirmWithin: Duration;
}

/**
 * The task as it waits after a mail: holds that an accepted mail can end do, and it is evaluated when that is due. What came
 * since the notice was asked for (an owner left) is looked at by the next scan all the same: later it may be as before.
 */
export function waitingAfterMail(
  record: OpenTask,
  { decision, mode, isDated, askedAt, now, confirmWithin }: AfterMail,
): OpenTask {
  const isWaiting = decision.answer === 'waiting';
  const hold = isWaiting && isOfMail(record.hold?.reason) ? null : record.hold;
  // The mode went down before it was known that this date is out in the world: the next scan withdraws it.
  const isOvertaken = isDated && mode !== 'disable';
  const { next: noted } = record;
  if (noted?.why === 'look' && noted.at > askedAt && noted.at <= now) return { ...record, hold };
  const next =
    isWaiting && !isOvertaken
      ? nextEvaluation(decision, record.open, now, confirmWithin)
      : ({ at: now, why: 'look' } as const);
  return { ...record, hold, next };
}

/** Holds that an accepted mail can end. */
function isOfMail(reason: HoldReason | undefined): boolean {
  return reason === 'warning-not-accepted' || reason === 'paused';
}
