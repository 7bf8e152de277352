import type { AlertRecord } from '../functions/store/alerts.ts';
import { BUCKETS, index, keys } from '../functions/store/keys.ts';
import { allRows, eachRow } from '../functions/store/rows.ts';
import type { Key, Table } from '../functions/store/table.port.ts';
import { loadTasks } from '../functions/store/tasks.ts';

/** The alerts of tasks whose ids begin with a prefix, the newest first. `state` undefined: all. */
export async function listAlerts(
  table: Table,
  prefix: string,
  state: 'open' | 'resolved' | undefined,
): Promise<AlertRecord[]> {
  const found = state === 'open' ? await openAlerts(table, prefix) : await alertKeys(table, prefix);
  const alerts = (await table.batchGet(found)) as unknown as AlertRecord[];
  return alerts
    .filter(({ resolvedAt }) => state === undefined || (state === 'resolved') === (resolvedAt !== null))
    .sort((a, b) => b.firedAt - a.firedAt || (a.task < b.task ? -1 : 1) || a.episode - b.episode);
}

async function alertKeys(table: Table, prefix: string): Promise<Key[]> {
  const found: Key[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    for await (const { pk, sk } of eachRow(table, { index: 'g2', pk: index.alerts(bucket) })) {
      if (pk.startsWith(`T#${prefix}`)) found.push({ pk, sk });
    }
  }
  return found;
}

/** Through the tasks with an open episode, so that the length of the history does not matter. */
async function openAlerts(table: Table, prefix: string): Promise<Key[]> {
  const found: Key[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const within = prefix === '' ? {} : { sk: { prefix } };
    const rows = await allRows(table, { index: 'g2', pk: index.open(bucket), ...within });
    const records = await loadTasks(
      table,
      rows.map(({ pk }) => pk.slice(2)),
    );
    for (const { task, open } of records.values()) if (open) found.push(keys.alert(task.id, open.number));
  }
  return found;
}
