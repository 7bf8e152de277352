import type { Instant } from '../functions/abandonment/time.ts';
import { amount } from '../functions/platform/amounts.ts';
import { alertFromRow } from '../functions/store/alerts.ts';
import { type DigestRecord, loadDigest } from '../functions/store/digests.ts';
import { keys } from '../functions/store/keys.ts';
import { allRows } from '../functions/store/rows.ts';
import type { Table } from '../functions/store/table/table.port.ts';
import { loadTask } from '../functions/store/tasks.ts';
import type { Columns } from './output.ts';
import { instantText } from './readable.ts';

/** A mail as a line of a list. */
export function mailLine(digest: DigestRecord) {
  const { id, address, state, items } = digest;
  return {
    id,
    at: instantText(digest.sentAt ?? digest.claimedAt),
    to: address,
    state,
    tasks: new Set(items.map(({ task }) => task)).size,
    says: whatItSays(digest),
  };
}

export const MAIL_COLUMNS: Columns<ReturnType<typeof mailLine>> = [
  ['MAIL', ({ id }) => id],
  ['AT', ({ at }) => at ?? '-'],
  ['TO', ({ to }) => to],
  ['STATE', ({ state }) => state],
  ['TASKS', ({ tasks }) => String(tasks)],
  ['SAYS', ({ says }) => says],
];

/** `2 warnings, 1 reminder; first date 2026-01-21T00:00:00Z`. */
function whatItSays({ items, report }: DigestRecord): string {
  if (report) return `weekly report of ${report.week}`;
  const counts = new Map<string, number>();
  for (const { notice } of items) counts.set(notice, (counts.get(notice) ?? 0) + 1);
  const parts = [...counts].map(([notice, count]) =>
    notice === 'warning' || notice === 'reminder' ? amount(count, notice) : `${count} ${notice}`,
  );
  const dates = items.map(({ disableAt }) => disableAt).filter((at): at is Instant => at !== null);
  const first = dates.length === 0 ? '' : `; first date ${instantText(Math.min(...dates))}`;
  return parts.join(', ') + first;
}

/** The mails that named a task, the newest first: those its alerts name, and those on their way. */
export async function mailsOfTask(table: Table, task: string): Promise<DigestRecord[]> {
  const alerts = await allRows(table, { pk: keys.task(task).pk, sk: { prefix: 'A#' } });
  const open = (await loadTask(table, task))?.open;
  const named = Object.values(open?.told ?? {}).flatMap(({ digest }) => digest ?? []);
  const ids = [...alerts.map(alertFromRow).flatMap(({ mails }) => mails), ...(open?.mails ?? []), ...named];
  const found = await Promise.all([...new Set(ids)].map((id) => loadDigest(table, id)));
  return found.filter((digest) => digest !== undefined).sort((a, b) => b.claimedAt - a.claimedAt);
}
