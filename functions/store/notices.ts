import type { Notice, PastNotice, ResolveReason } from '../abandonment/task.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import { isTopic } from '../abandonment/topics.ts';
import { BUCKETS, bucketOf, index, keys } from './keys.ts';
import { ROW_VERSION, recordIn } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** One recipient's notice of one episode: pending until a mail carried it, kept while the episode is open. */
export interface NoticeRecord {
  recipient: string;
  address: string;
  task: string;
  episode: number;
  /** The notice that waits for a mail. */
  pending: PendingNotice | null;
  /** Of a notice of a task's own deadline: that deadline. It tells whose death matters before it. */
  until?: Instant;
  /** Who stored the row, as read. */
  w?: string;
}

/** A notice that waits for a mail. */
export type PendingNotice = PendingWarning | PendingReminder | PendingStopping | PendingPast;

/** In the place of the episode in notices of a task's own deadline, which are of none. */
export const STOPPING_EPISODE = 0;

/** The same of what somebody said of whose a task is: it stands beside whatever waits of an episode. */
export const DISCLAIMED_EPISODE = -1;

/** `since`: when it came to be. */
interface Pending {
  since: Instant;
  notBefore: Instant;
}

interface PendingWarning extends Pending {
  notice: 'warning' | 'overdue';
  /** When the alert fired, and since when the task fails: the order in which the warm-up limit admits. */
  order?: { firedAt: Instant; since: Instant };
  /** An operator wants it sent again, also where SES took it before. */
  again?: true;
}

/** `by`: when the window of the reminder step closes. */
interface PendingReminder extends Pending {
  notice: 'reminder';
  lead: Duration;
  by: Instant;
}

/** `by`: the deadline. */
interface PendingStopping extends Pending {
  notice: 'stopping';
  by: Instant;
}

/** What is past, as it was. */
export interface PendingPast extends Pending {
  notice: PastNotice;
  facts: PastFacts;
}

/** What a notice of what is past says, frozen when it came to be. */
export interface PastFacts {
  /** Of what alert; absent: `task_abandoned`. */
  alert?: 'task_overdue';
  since: Instant;
  restarts: number;
  /** Spells too short to be a recovery; absent where there were none. */
  twitches?: number;
  resolvedReason?: ResolveReason;
  disabledAt?: Instant;
  /** As the owning system said it. */
  restorableUntil?: Instant;
  enabledAt?: Instant;
  /** Who said that it is not theirs, and whom they named. */
  disclaimed?: Disclaimer;
}

/** An address that said that a task is not theirs, and the one that they named. */
export interface Disclaimer {
  by: string;
  instead?: string;
}

/** What a notice says of the past; undefined of a warning or a reminder, and where none waits. */
export function factsOf(pending: PendingNotice | null): PastFacts | undefined {
  return pending && 'facts' in pending ? pending.facts : undefined;
}

/** The record in a notice's row. */
export function noticeFromRow(row: Row): NoticeRecord {
  const record = recordIn<NoticeRecord>(row);
  if (typeof row.w === 'string') record.w = row.w;
  return record;
}

/** Reads one notice; undefined where there is none. */
export async function loadNotice(
  table: Table,
  recipient: string,
  task: string,
  episode: number,
): Promise<NoticeRecord | undefined> {
  const row = await table.get(keys.notice(recipient, task, episode));
  return row && noticeFromRow(row);
}

/** A notice for one recipient that is new. */
export interface NewNotice {
  key: string;
  address: string;
  pending: PendingNotice;
}

/** New notices of one episode of a task. */
export function noticeWrites(task: string, episode: number, notices: readonly NewNotice[]): Write[] {
  return notices.map(({ key, address, pending }) =>
    noticeWrite({ recipient: key, address, task, episode, pending }),
  );
}

/**
 * Stores a notice whatever stands there: the task's row decides what is to be sent, a notice row only finds it.
 * It is in the index of pending notices while one waits.
 */
export function noticeWrite(record: NoticeRecord): { put: Row } {
  return {
    put: {
      ...keys.notice(record.recipient, record.task, record.episode),
      v: ROW_VERSION,
      b: BUCKETS,
      ...record,
      // Of no use once the deadline is past.
      ...(record.until !== undefined && endingOf('deadlines', record.until)),
      ...(record.pending
        ? {
            g1pk: index.pendingNotices(bucketOf(record.recipient)),
            g1sk: `${record.recipient}#${record.task}#${record.episode}`,
            p: placeOf(record.pending, record.address),
          }
        : {}),
    },
  };
}

/** What the index shows of a notice: what a scan that puts recipients on the queue goes by. */
export interface NoticePlace {
  notBefore: Instant;
  notice: Notice;
  /** Of reminders and notices of a deadline: when their window closes. */
  by?: Instant;
  order?: { firedAt: Instant; since: Instant; address: string };
  /** It is for a topic, which the warm-up limit does not count. */
  informs?: true;
}

/** What a row of the index of pending notices shows. */
export const noticePlaceIn = ({ p }: Row): NoticePlace => p as NoticePlace;

function placeOf(pending: PendingNotice, address: string): NoticePlace {
  const { notBefore, notice } = pending;
  const order = notice === 'warning' && pending.order;
  return {
    notBefore,
    notice,
    ...((notice === 'reminder' || notice === 'stopping') && { by: pending.by }),
    ...(order && { order: { ...order, address } }),
    ...(isTopic(address) && { informs: true }),
  };
}

/** `writer`: only while what this writer stored stands there. */
export function noticeDelete(recipient: string, task: string, episode: number, writer?: string): Write {
  const key = keys.notice(recipient, task, episode);
  return writer === undefined ? { delete: key } : { delete: key, if: [{ equals: ['w', writer] }] };
}

/**
 * The row of a notice that waits no longer: gone, or kept without it, so that the task is found by who was notified of it.
 * Applied only while what was read stands there.
 */
export function noticeClosed(notice: NoticeRecord, isKept: boolean): Write {
  const { recipient, address, task, episode, w, until } = notice;
  if (!isKept) return noticeDelete(recipient, task, episode, w);
  const kept = { recipient, address, task, episode, pending: null, ...(until !== undefined && { until }) };
  const { put } = noticeWrite(kept);
  return w === undefined ? { put } : { put, if: [{ equals: ['w', w] }] };
}
