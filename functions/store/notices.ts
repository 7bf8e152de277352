import type { Notice } from '../abandonment/task.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import { isTopic } from '../abandonment/topics.ts';
import { BUCKETS, bucketOf, index, keys } from './keys.ts';
import { ROW_VERSION } from './rows.ts';
import type { Row, Write } from './table.port.ts';

/** One recipient's notice of one episode: pending until a mail carried it, kept while the episode is open. */
export interface NoticeRecord {
  recipient: string;
  address: string;
  task: string;
  episode: number;
  /** The notice that waits for a mail. */
  pending: PendingNotice | null;
  /** Who stored the row, as read. */
  w?: string;
}

export interface PendingNotice {
  notice: Notice;
  since: Instant;
  notBefore: Instant;
  /** Of reminders: the lead, and when the window of the rung closes. */
  lead?: Duration;
  by?: Instant;
  /** Of warnings: when the alert fired, and since when the task fails: the order in which the ramp admits. */
  order?: { firedAt: Instant; since: Instant };
  /** Of warnings: an operator wants it told again, also where SES took it before. */
  again?: true;
  /** Facts of notices about what is past (`disabled`, `recovered`, `withdrawn`), frozen when they came to be. */
  facts?: Record<string, unknown>;
}

/**
 * Stores a notice whatever stands there: the task's row decides what is to be told, a notice row only finds it.
 * It is in the index of pending notices while one waits.
 */
export function noticeWrite(record: NoticeRecord): { put: Row } {
  return {
    put: {
      ...keys.notice(record.recipient, record.task, record.episode),
      v: ROW_VERSION,
      b: BUCKETS,
      ...record,
      ...(record.pending
        ? {
            g1pk: index.pendingNotices(bucketOf(record.recipient)),
            g1sk: `${record.recipient}#${record.task}#${record.episode}`,
            p: {
              notBefore: record.pending.notBefore,
              notice: record.pending.notice,
              ...(record.pending.by === undefined ? {} : { by: record.pending.by }),
              ...(record.pending.order && { order: { ...record.pending.order, address: record.address } }),
              ...(isTopic(record.address) ? { informs: true } : {}),
            },
          }
        : {}),
    },
  };
}

/** `writer`: only while what this writer stored stands there. */
export function noticeDelete(recipient: string, task: string, episode: number, writer?: string): Write {
  const key = keys.notice(recipient, task, episode);
  return writer === undefined ? { delete: key } : { delete: key, if: [{ equals: ['w', writer] }] };
}
