import type { NoticeRecord, PendingNotice } from '../../store/notices.ts';

/** A notice that waits for a mail. */
export interface Waiting extends NoticeRecord {
  pending: PendingNotice;
}
