import type { Instant } from '../../abandonment/time.ts';
import { type DigestRecord, loadDigests } from '../../store/digests.ts';
import type { Table } from '../../store/table/table.port.ts';
import { instantText } from './time-text.ts';

/** A mail about one episode of a task, as the commands tell of it. */
export interface MailView {
  digest: string;
  to: string;
  notice: string;
  state: string;
  /** When SES took it; null where it did not. */
  sentAt: string | null;
  /** The date it names for this task; null where it announces nothing. */
  disableAt: string | null;
}

/** What the digests say of one episode of a task, the oldest first; those that are gone are left out. */
export async function mailsAbout(
  table: Table,
  digests: Iterable<string>,
  task: string,
  episode: number,
): Promise<MailView[]> {
  const records = (await loadDigests(table, digests)).sort((a, b) => a.claimedAt - b.claimedAt);
  return mailsIn(records, task, episode);
}

/** What digests that were read say of one episode of a task. */
export function mailsIn(records: readonly DigestRecord[], task: string, episode: number): MailView[] {
  return namingsOf(records, task)
    .filter((naming) => naming.episode === episode)
    .map(({ episode: _, at: _at, ...view }) => view);
}

/** A mail that names a task: when, about which episode, and what became of it. */
export interface Naming extends MailView {
  at: Instant;
  /** 0 of a notice of the task's own deadline. */
  episode: number;
}

/** Every time that digests name a task, in their order. */
export function namingsOf(records: readonly DigestRecord[], task: string): Naming[] {
  return records.flatMap((digest) =>
    digest.items
      .filter((item) => item.task === task)
      .map((item) => ({
        digest: digest.id,
        to: digest.address,
        notice: item.notice,
        state: digest.state,
        sentAt: instantText(digest.sentAt),
        disableAt: instantText(item.disableAt),
        at: digest.sentAt ?? digest.claimedAt,
        episode: item.episode,
      })),
  );
}
