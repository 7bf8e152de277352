import type { Instant } from '../abandonment/time.ts';
import { loadAlert } from './alerts.ts';
import { keys } from './keys.ts';
import { allRows, ROW_VERSION } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Table } from './table/table.port.ts';

/** Notes that a recipient holds a mail about an episode that is over. */
export function holderWrite(task: string, episode: number, recipient: string, at: Instant): { put: Row } {
  return {
    put: { ...keys.holder(task, episode, recipient), v: ROW_VERSION, recipient, ...endingOf('alerts', at) },
  };
}

/** All who hold a mail about an episode that ended with the task's disabling: its warning, or word of that. */
export async function loadHolders(table: Table, task: string, episode: number): Promise<Set<string>> {
  const alert = await loadAlert(table, task, episode);
  const { pk, sk } = keys.holder(task, episode, '');
  const rows = await allRows(table, { pk, sk: { prefix: sk }, consistent: true });
  return new Set([...(alert?.holders ?? []), ...rows.map((row) => row.recipient as string)]);
}
