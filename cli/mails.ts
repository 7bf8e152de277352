import { loadDigests } from '../functions/store/digests.ts';
import type { Table } from '../functions/store/table/table.port.ts';
import { instantText } from './readable.ts';

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
  return records.flatMap((digest) =>
    digest.items
      .filter((item) => item.task === task && item.episode === episode)
      .map((item) => ({
        digest: digest.id,
        to: digest.address,
        notice: item.notice,
        state: digest.state,
        sentAt: instantText(digest.sentAt),
        disableAt: instantText(item.disableAt),
      })),
  );
}
