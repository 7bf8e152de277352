import { EVENT_VERSION } from '../platform/event-version.ts';
import { countWrites } from '../store/counts.ts';
import { deadlineWrites } from '../store/deadline-row.ts';
import type { Write } from '../store/table/table.port.ts';
import { loadTasks, type TaskRecord, taskWrite } from '../store/tasks.ts';
import type { Committed } from './commit-plan.ts';
import type { TaskPublished } from './events.ts';
import type { RunReport } from './runs.ts';
import { type TaskEntry, taskRecordFrom } from './task-entry.ts';
import { type CatalogContext, noteRun, observeTask, publishTask, storeNewTask } from './task-events.ts';

/** So many tasks can go into one transaction: a put each, where it is found by its deadline, and a counter at most. */
export const CHUNK = 33;

/**
 * Stores tasks as given; those that are known are brought up to date as by events that say the same.
 *
 * @param entries at most `CHUNK`, of different ids
 * @returns how many were written; the others were known as given
 * @throws Error where the table stays busy
 */
export async function loadEntries(context: CatalogContext, entries: readonly TaskEntry[]): Promise<number> {
  const stored = await loadTasks(
    context.system.table,
    entries.map(({ id }) => id),
  );
  const fresh = entries.filter(({ id }) => !stored.has(id));
  let written = 0;
  const now = context.system.clock.now();
  const records = fresh.map((entry) => taskRecordFrom(entry, now, context.book.for(entry.id)));
  const together = await storeTogether(context, records);
  if (together) written += fresh.length;
  const read = { ...context, read: stored };
  for (const entry of entries) {
    const isNew = !stored.has(entry.id);
    if (isNew && together) continue;
    if (isNew ? await loadOne(context, entry) : await refresh(read, entry)) written += 1;
  }
  return written;
}

/**
 * Stores new tasks in one transaction; false where one of them became known meanwhile or the table is busy.
 *
 * @param records at most `CHUNK`
 */
export async function storeTogether(
  { system, book }: Pick<CatalogContext, 'system' | 'book'>,
  records: readonly TaskRecord[],
): Promise<boolean> {
  if (records.length === 0) return true;
  const now = system.clock.now();
  const puts = records.flatMap((record): Write[] => [
    taskWrite(record, book.for(record.task.id)),
    ...deadlineWrites(undefined, record),
  ]);
  const additions = records.flatMap((record) => countWrites(undefined, record, book.for(record.task.id)));
  const result = await system.table.transact([...puts, ...merged(additions)], system.random.id(now));
  return result.outcome === 'applied';
}

/** One addition per counter: a transaction may not speak of a row twice. */
function merged(writes: readonly Write[]): Write[] {
  const byKey = new Map<string, Extract<Write, { add: unknown }>>();
  for (const write of writes) {
    if (!('add' in write)) continue;
    const name = JSON.stringify([write.add.pk, write.add.sk]);
    const sum = { ...byKey.get(name)?.by };
    for (const [attribute, by] of Object.entries(write.by)) sum[attribute] = (sum[attribute] ?? 0) + by;
    byKey.set(name, { add: write.add, by: sum });
  }
  return [...byKey.values()];
}

/** Stores a task that was not known a moment ago; true where something was written. */
async function loadOne(context: CatalogContext, entry: TaskEntry): Promise<boolean> {
  const now = context.system.clock.now();
  const record = taskRecordFrom(entry, now, context.book.for(entry.id));
  return isWritten(await storeNewTask(context, record)) || refresh(context, entry);
}

/**
 * Brings a known task up to date; true where something was written. `context`: with the rows as they were read
 * together, so that a task which is as given costs no call of its own.
 */
async function refresh(context: CatalogContext, entry: TaskEntry): Promise<boolean> {
  const { system, book } = context;
  const now = system.clock.now();
  const published = isWritten(await publishTask(context, publicationOf(entry, now)));
  const fresh = published ? { system, book } : context;
  const ran = await refreshRun(fresh, entry, now);
  const later = ran ? { system, book } : fresh;
  const statuses = entry.shards?.map(({ status }) => status);
  if (!statuses) return published || ran;
  const observed = isWritten(await observeTask(later, entry.id, [{ at: entry.observedAt ?? now, statuses }]));
  return published || ran || observed;
}

/** When it began to run, and its deadline, where the entry says so. */
async function refreshRun(context: CatalogContext, entry: TaskEntry, now: number): Promise<boolean> {
  const { id, deadline, startedAt } = entry;
  if (deadline === undefined && startedAt === undefined) return false;
  const read = context.read ?? (await loadTasks(context.system.table, [id]));
  const task = read.get(id)?.task;
  const reports: RunReport[] = [];
  if (startedAt !== undefined && startedAt > (task?.startedAt ?? 0))
    reports.push({ what: 'started', at: startedAt, deadline: null });
  if (deadline !== undefined && deadline !== task?.deadline)
    reports.push({ what: 'deadline', at: now, deadline });
  let written = false;
  for (const report of reports) {
    const fresh = { system: context.system, book: context.book };
    written = isWritten(await noteRun(fresh, id, report)) || written;
  }
  return written;
}

function publicationOf(entry: TaskEntry, now: number): TaskPublished {
  const { id, kind, owners, dataPlane, enabled, createdAt, dekaf, version, enabledAt } = entry;
  return {
    version: EVENT_VERSION,
    task: { id, kind, dekaf, owners, dataPlane, enabled, createdAt, version: version ?? 1, enabledAt },
    publishedAt: now,
    by: 'system',
    firstSeenAt: entry.observedSince,
  };
}

function isWritten(committed: Committed): boolean {
  if (committed.result === 'busy')
    throw new Error('the table stayed busy; run the same import again to go on');
  if (committed.result === 'refused') throw new Error(committed.refusal.detail);
  return committed.result === 'written';
}
