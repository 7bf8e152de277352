import { type AlertRecord, alertFromRow } from '../functions/store/alerts.ts';
import { eachRowOf, inBuckets } from '../functions/store/buckets.ts';
import { index, keys } from '../functions/store/keys.ts';
import type { Key, Query, Table } from '../functions/store/table/table.port.ts';
import { loadTasks } from '../functions/store/tasks.ts';

/** The alerts of tasks whose ids begin with a prefix, the newest first. `state` undefined: all. */
export async function listAlerts(
  table: Table,
  prefix: string,
  state: 'open' | 'resolved' | undefined,
): Promise<AlertRecord[]> {
  const found = state === 'open' ? await openAlerts(table, prefix) : await alertKeys(table, prefix);
  const rows = await table.batchGet(found);
  return rows
    .map(alertFromRow)
    .filter(({ resolvedAt }) => state === undefined || (state === 'resolved') === (resolvedAt !== null))
    .sort((a, b) => b.firedAt - a.firedAt || (a.task < b.task ? -1 : 1) || a.episode - b.episode);
}

async function alertKeys(table: Table, prefix: string): Promise<Key[]> {
  const found: Key[] = [];
  const queries = inBuckets((bucket): Query => ({ index: 'g2', pk: index.alerts(bucket) }));
  for await (const { pk, sk } of eachRowOf(table, queries)) {
    if (pk.startsWith(`T#${prefix}`)) found.push({ pk, sk });
  }
  return found;
}

/** Through the tasks with an open episode, so that the length of the history does not matter. */
async function openAlerts(table: Table, prefix: string): Promise<Key[]> {
  const within = prefix === '' ? {} : { sk: { prefix } };
  const queries = inBuckets((bucket): Query => ({ index: 'g2', pk: index.open(bucket), ...within }));
  const ids: string[] = [];
  for await (const { pk } of eachRowOf(table, queries)) ids.push(pk.slice(2));
  const records = [...(await loadTasks(table, ids)).values()];
  return records.flatMap(({ task, open }) => (open ? [keys.alert(task.id, open.number)] : []));
}
