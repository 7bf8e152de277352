import type { Observation } from '../../abandonment/evidence.ts';
import type { Instant } from '../../abandonment/time.ts';
import { recordable } from '../../platform/recorded-text.ts';
import { loadTasks, type TaskRecord } from '../../store/tasks.ts';
import { classOf } from '../../work/failure-class.ts';
import type { Committed } from '../commit-plan.ts';
import { mentionDataPlane } from '../data-planes.ts';
import { CHUNK, storeTogether } from '../load-entries.ts';
import { taskRecordFrom } from '../task-entry.ts';
import {
  type CatalogContext,
  countRestarts,
  observeTask,
  publishListed,
  storeNewTask,
} from '../task-events.ts';
import { listedNews } from './listed-publication.ts';
import type { SoundTask } from './sift-task.ts';

/** Changed tasks of a page that are worked at a time. */
const AT_ONCE = 10;

/** What became of a task: `again`: not all of it could be taken in now. */
export type Taken = { taken: 'added' | 'changed' | 'same' | 'again' } | { taken: 'refused'; reason: string };

/** What taking tasks in rests on. */
export interface Taking extends Pick<CatalogContext, 'system' | 'book'> {
  /** When the page was asked for. */
  at: Instant;
  /** Data planes that were named before. */
  planes: Set<string>;
}

/**
 * Brings tasks of a page into the catalog; one that fails stops no other.
 *
 * @param listed of different ids
 * @returns what became of each, and which of them were known before
 */
export async function takeTasks(
  taking: Taking,
  listed: readonly SoundTask[],
): Promise<{ taken: Map<string, Taken>; records: Map<string, TaskRecord> }> {
  const taken = new Map<string, Taken>();
  const places = await mentionPlanes(taking, listed);
  const placed = listed.filter(({ id, dataPlane }) => {
    const problem = places.get(dataPlane);
    if (problem) taken.set(id, problem);
    return !problem;
  });
  const records = await loadTasks(
    taking.system.table,
    placed.map(({ id }) => id),
  );
  const fresh = placed.filter(({ id }) => !records.has(id));
  for (let from = 0; from < fresh.length; from += CHUNK)
    await takeNew(taking, fresh.slice(from, from + CHUNK), taken);
  const others = placed.filter(({ id }) => records.has(id));
  for (let from = 0; from < others.length; from += AT_ONCE)
    await Promise.all(
      others
        .slice(from, from + AT_ONCE)
        .map(async (task) =>
          taken.set(task.id, await guarded(taking, task, () => takeKnown(taking, records, task))),
        ),
    );
  return { taken, records };
}

/** Makes the rows of data planes named for the first time; says what their tasks come to where that is not so. */
async function mentionPlanes(
  { system, planes }: Taking,
  listed: readonly SoundTask[],
): Promise<Map<string, Taken>> {
  const problems = new Map<string, Taken>();
  for (const name of new Set(listed.map(({ dataPlane }) => dataPlane))) {
    if (planes.has(name)) continue;
    const mentioned = await mentionDataPlane(system, name);
    if (mentioned.result === 'refused')
      problems.set(name, { taken: 'refused', reason: mentioned.refusal.detail });
    else if (mentioned.result === 'busy') problems.set(name, { taken: 'again' });
    else planes.add(name);
  }
  return problems;
}

async function takeNew(
  taking: Taking,
  fresh: readonly SoundTask[],
  taken: Map<string, Taken>,
): Promise<void> {
  const records = fresh.map((task) => recordOf(taking, task));
  if (await isStored(taking, records)) {
    for (const { id } of fresh) taken.set(id, { taken: 'added' });
    return;
  }
  for (const [place, task] of fresh.entries()) {
    const record = records[place];
    if (record) taken.set(task.id, await guarded(taking, task, () => takeOneNew(taking, task, record)));
  }
}

/** Whether they could be stored in one transaction; one of them that the table refuses keeps the others out of it. */
async function isStored(taking: Taking, records: readonly TaskRecord[]): Promise<boolean> {
  try {
    return await storeTogether(taking, records);
  } catch (error) {
    if (classOf(error, 1) === 'permanent') return false;
    throw error;
  }
}

async function takeOneNew(taking: Taking, task: SoundTask, record: TaskRecord): Promise<Taken> {
  const stored = await storeNewTask(taking, record);
  if (stored.result !== 'skipped') return takenOf([stored], 'added');
  return takeKnown(taking, undefined, task);
}

function recordOf({ at, book }: Taking, task: SoundTask): TaskRecord {
  const { revision, createdAt = at, cause, ...facts } = task;
  const entry = { ...facts, createdAt, observedAt: at, observedSince: at };
  const record = { ...taskRecordFrom(entry, at, book.for(task.id)), listed: { revision } };
  return cause === undefined ? record : { ...record, evidence: { ...record.evidence, cause } };
}

async function takeKnown(
  { system, book, at }: Taking,
  read: Map<string, TaskRecord> | undefined,
  task: SoundTask,
): Promise<Taken> {
  const context: CatalogContext = { system, book, ...(read && { read }) };
  let unsettled = false;
  let observedAt: Instant | undefined;
  const published = await publishListed(context, task, (current) => {
    const news = listedNews(current, task, at);
    observedAt = current?.task.deletedAt === undefined ? current?.evidence.observedAt : undefined;
    unsettled = news?.unsettled ?? false;
    return news;
  });
  const fresh = published.result === 'skipped' ? context : { system, book };
  const observed = await observeTask(fresh, task.id, observationsOf(task, observedAt, at));
  const counted = await countRestartsOf(observed.result === 'skipped' ? fresh : { system, book }, task, {
    before: read?.get(task.id)?.evidence.restarts.total,
    at,
  });
  const taken = takenOf([published, observed, counted], 'changed');
  return unsettled && taken.taken !== 'refused' ? { taken: 'again' } : taken;
}

/** What the control plane knows of the time since it was observed last comes first. */
function observationsOf(
  { shards, cause, lastPrimaryAt }: SoundTask,
  observedAt: Instant | undefined,
  at: Instant,
): Observation[] {
  const statuses = shards.map(({ status }) => status);
  const now: Observation = { at, statuses, ...(cause !== undefined && { cause }) };
  if (lastPrimaryAt === undefined || observedAt === undefined) return [now];
  const isNews = observedAt < lastPrimaryAt && lastPrimaryAt <= at && !statuses.includes('PRIMARY');
  if (!isNews) return [now];
  return [{ at: lastPrimaryAt, statuses: ['PRIMARY'] }, { at: lastPrimaryAt, statuses }, now];
}

/** A total that is lower than the one before was counted anew. */
async function countRestartsOf(
  context: CatalogContext,
  { id, restarts }: SoundTask,
  { before = 0, at }: { before: number | undefined; at: Instant },
): Promise<Committed> {
  if (restarts === undefined || restarts === before) return { result: 'skipped', reason: 'nothing-of-note' };
  return countRestarts(context, id, [{ total: restarts, countedAnew: restarts < before }], at);
}

function takenOf(committed: readonly Committed[], written: 'added' | 'changed'): Taken {
  for (const answer of committed)
    if (answer.result === 'refused') return { taken: 'refused', reason: answer.refusal.detail };
  if (committed.some((answer) => answer.result === 'busy')) return { taken: 'again' };
  return { taken: committed.some((answer) => answer.result === 'written') ? written : 'same' };
}

/** A fault with one task leaves it to the next listing; what its row cannot hold is refused. */
async function guarded({ system }: Taking, task: SoundTask, take: () => Promise<Taken>): Promise<Taken> {
  try {
    return await take();
  } catch (error) {
    if (classOf(error, 1) === 'permanent') return { taken: 'refused', reason: recordable(String(error)) };
    if (classOf(error, 1) !== 'retryable') throw error;
    system.telemetry.log('warn', 'one task of a listing failed', {
      task: recordable(task.id),
      error: recordable(String(error)),
    });
    return { taken: 'again' };
  }
}
