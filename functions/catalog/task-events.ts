import { afterMove, ownDeadline, stoppingNow } from '../abandonment/deadlines.ts';
import { NO_EVIDENCE, type Observation, observe } from '../abandonment/evidence.ts';
import type { EffectivePolicy } from '../abandonment/policy.ts';
import type { PolicyBook } from '../abandonment/policy-book.ts';
import type { Instant } from '../abandonment/time.ts';
import { leftWrites } from '../episodes/left.ts';
import { newsOfChange } from '../episodes/news.ts';
import type { System } from '../platform/system.ts';
import { countWrites } from '../store/counts.ts';
import { deadlineWrites } from '../store/deadline-row.ts';
import { keys } from '../store/keys.ts';
import { reversalAlert } from '../store/operator-alerts.ts';
import { loadPauses } from '../store/pauses.ts';
import type { Write } from '../store/table/table.port.ts';
import { loadTask, type TaskRecord, taskWrite } from '../store/tasks.ts';
import { type Committed, commitPlan, type Plan } from './commit-plan.ts';
import type { CountedTask, TaskDeleted, TaskPublished } from './events.ts';
import { counted, deleted, isOfNote, observed, restartsCounted } from './observations.ts';
import { firstPublished, publishedAgain, type TaskChange } from './publications.ts';
import { versionRefusal } from './refusals.ts';
import { afterReport, type RunReport, ranAgain } from './runs.ts';
import { loadWaiting, needsRenewal, type WaitingRecord, waitingOver, waitingWrite } from './waiting.ts';

/** What the changes of one event share. */
export interface CatalogContext {
  system: System;
  book: PolicyBook;
  /**
   * Task rows read together beforehand; the first attempt starts from them. A task that is not there is
   * unknown.
   */
  read?: Map<string, TaskRecord>;
}

/** Takes a publication in: a new task, one that comes back, or a new version. */
export async function publishTask(context: CatalogContext, event: TaskPublished): Promise<Committed> {
  return changeTask(context, event.task.id, (current) => planPublication(context, current, event));
}

/**
 * Takes in what a listing says of a task beside its shards.
 *
 * @param revision what the listing knows it by, stored with it
 * @param newsOf what is news, by the task as it is known: a publication, or its revision alone; undefined: nothing
 */
export async function publishListed(
  context: CatalogContext,
  { id, revision }: { id: string; revision: string },
  newsOf: (current: TaskRecord | undefined) => { publication?: TaskPublished } | undefined,
): Promise<Committed> {
  return changeTask(context, id, async (current) => {
    const news = newsOf(current);
    if (!news) return { skip: 'nothing-of-note' };
    const withRevision = (record: TaskRecord) => ({ ...record, listed: listedAs(record, revision) });
    if (news.publication) return planPublication(context, current, news.publication, withRevision);
    if (!current || current.listed?.revision === revision) return { skip: 'nothing-of-note' };
    return planOf(context, current, { store: withRevision(current) });
  });
}

/** What its control plane kept when it was disabled is of use until it is on again. */
function listedAs({ task, listed }: TaskRecord, revision: string): NonNullable<TaskRecord['listed']> {
  return listed?.kept === undefined || task.enabled ? { revision } : { ...listed, revision };
}

async function planPublication(
  context: CatalogContext,
  current: TaskRecord | undefined,
  event: TaskPublished,
  stored: (record: TaskRecord) => TaskRecord = (record) => record,
): Promise<Plan> {
  const { system } = context;
  const { id } = event.task;
  const now = system.clock.now();
  const withStored = (change: TaskChange) => ('store' in change ? { store: stored(change.store) } : change);
  if (current && current.task.deletedAt === undefined) {
    const change = withStored(publishedAgain(current, event, now));
    const also = [
      ...reversalAlerts(current, change, now),
      ...(await enabledNotices(context, current, change)),
    ];
    return planOf(context, current, change, also);
  }
  const waiting = await loadWaiting(system.table, id, now);
  const change = withStored(firstPublished(current, event, waiting, now));
  return planOf(context, current, change, [waitingOver(id, waiting)]);
}

/** Operators hear of each reversal of our disabling (promise 15). */
function reversalAlerts(current: TaskRecord, change: TaskChange, now: Instant): Write[] {
  const reverted = 'store' in change ? change.store.task.reverted : undefined;
  if (reverted === undefined || reverted.at === current.task.reverted?.at) return [];
  return [reversalAlert(current.task.id, reverted.at, now)];
}

/** Webhooks hear that what we disabled is on again; only then is it read whether there are any. */
async function enabledNotices(
  { system }: CatalogContext,
  before: TaskRecord,
  change: TaskChange,
): Promise<Write[]> {
  if (!('store' in change) || !before.disabledByUs || !change.store.task.enabled) return [];
  const { webhooks } = await loadPauses(system.table);
  return newsOfChange(system, webhooks, { before, after: change.store });
}

/** Stores a task that is not known; needless where it is. */
export async function storeNewTask(context: CatalogContext, record: TaskRecord): Promise<Committed> {
  return changeTask(context, record.task.id, async (current) =>
    current ? { skip: 'known' } : planOf(context, undefined, { store: record }),
  );
}

/** Takes a deletion in: the row stays as a tombstone; of an unknown task it waits for a late publication. */
export async function deleteTask(context: CatalogContext, event: TaskDeleted): Promise<Committed> {
  return changeTask(context, event.task, async (current) => {
    const now = context.system.clock.now();
    if (current) return planOf(context, current, deleted(current, event, now));
    const refusal = versionRefusal(event.taskVersion, undefined, now);
    if (refusal) return { refuse: refusal };
    return planWaiting(context, event.task, current, (waiting) => {
      const { at } = event;
      if (waiting.deletion && waiting.deletion.at >= at) return undefined;
      const stillNews = (waiting.evidence.observedAt ?? at) > at;
      const deletion = { at, version: event.taskVersion ?? waiting.deletion?.version ?? null };
      const { run, ...rest } = waiting;
      const isRunNews = Math.max(run?.startedAt ?? 0, run?.deadlineSetAt ?? 0) > at;
      const evidence = stillNews ? waiting.evidence : NO_EVIDENCE;
      return { ...rest, ...(run && isRunNews && { run }), deletion, evidence };
    });
  });
}

/**
 * Takes in what was seen of one task's shards, one observation after the other and written once; of an unknown task it
 * waits. What changes nothing of a row that was read beforehand, as nearly all of it, is answered at once.
 */
export function observeTask(
  context: CatalogContext,
  id: string,
  observations: readonly Observation[],
): Committed | Promise<Committed> {
  const read = context.read?.get(id);
  const change = read && read.task.deletedAt === undefined && seenOf(context, read, observations);
  if (change && 'skip' in change) return { result: 'skipped', reason: change.skip };
  return observeAlone(context, id, observations);
}

function seenOf(
  { system, book }: CatalogContext,
  current: TaskRecord,
  observations: readonly Observation[],
): TaskChange {
  const policy = book.for(current.task.id);
  const { restoredAt } = book;
  const at = { now: system.clock.now(), ...(restoredAt !== undefined && { restoredAt }) };
  return inTurn(current, observations, (record, observation) => observed(record, observation, policy, at));
}

function observeAlone(
  context: CatalogContext,
  id: string,
  observations: readonly Observation[],
): Promise<Committed> {
  const policy = context.book.for(id);
  return changeTask(context, id, async (current) => {
    const now = context.system.clock.now();
    if (current && current.task.deletedAt === undefined)
      return planOf(context, current, seenOf(context, current, observations));
    const deletedAt = current?.task.deletedAt ?? Number.NEGATIVE_INFINITY;
    const since = observations.filter(({ at }) => at > deletedAt);
    if (since.length === 0) return { skip: 'deleted' };
    return planWaiting(context, id, current, (waiting) => {
      const isStill = ({ at }: Observation) => !waiting.deletion || at > waiting.deletion.at;
      const seen = since.filter(isStill);
      const evidence = seen.reduce(
        (before, observation) => observe(before, observation, policy),
        waiting.evidence,
      );
      const worth =
        isOfNote(waiting.evidence, evidence, policy, true) || (seen.length > 0 && needsRenewal(waiting, now));
      return worth ? { ...waiting, evidence } : undefined;
    });
  });
}

/** Takes in how often one task was restarted so far; of an unknown task it waits. */
export async function countRestarts(
  context: CatalogContext,
  task: string,
  counts: readonly Omit<CountedTask, 'task'>[],
  at: Instant,
): Promise<Committed> {
  return changeTask(context, task, async (current) => {
    if (current) {
      const change = inTurn(current, counts, (record, count) => restartsCounted(record, count, at));
      return planOf(context, current, change);
    }
    return planWaiting(context, task, current, (waiting) => {
      if (waiting.deletion && at <= waiting.deletion.at) return undefined;
      const evidence = counts.reduce((before, count) => counted(before, count, at), waiting.evidence);
      return evidence === waiting.evidence ? undefined : { ...waiting, evidence };
    });
  });
}

/** Takes in when a task began to run, ended, or is to end; of an unknown task it waits. */
export async function noteRun(context: CatalogContext, task: string, report: RunReport): Promise<Committed> {
  return changeTask(context, task, async (current) => {
    const now = context.system.clock.now();
    if (current && (current.task.deletedAt === undefined || report.at <= current.task.deletedAt))
      return planOf(context, current, ranAgain(current, report, now), [], report.at);
    return planWaiting(context, task, current, (waiting) => {
      if (waiting.deletion && report.at <= waiting.deletion.at) return undefined;
      const run = afterReport(waiting.run ?? {}, report);
      return run === waiting.run ? undefined : { ...waiting, run };
    });
  });
}

/** The change that several things make one after the other; needless where each of them is. */
function inTurn<Said>(
  current: TaskRecord,
  parts: readonly Said[],
  change: (record: TaskRecord, part: Said) => TaskChange,
): TaskChange {
  let last: TaskChange = { skip: 'nothing-of-note' };
  let record = current;
  for (const part of parts) {
    last = change(record, part);
    if ('store' in last) record = last.store;
  }
  return record === current ? last : { store: record };
}

async function changeTask(
  context: CatalogContext,
  id: string,
  plan: (current: TaskRecord | undefined) => Promise<Plan>,
): Promise<Committed> {
  let first = true;
  return commitPlan(context.system, `task ${id}`, async () => {
    const current = first && context.read ? context.read.get(id) : await loadTask(context.system.table, id);
    first = false;
    return plan(current);
  });
}

function planOf(
  context: CatalogContext,
  current: TaskRecord | undefined,
  change: TaskChange,
  also: Write[] = [],
  at: Instant = context.system.clock.now(),
): Plan {
  if (!('store' in change)) return change;
  const policy = context.book.for(change.store.task.id);
  const store = current ? withDeadlineMoved(current, change.store, policy, at) : change.store;
  const beside = [
    ...countWrites(current, store, policy),
    ...leftWrites(current, store, context.system.clock.now()),
  ];
  const writes = [...deadlineWrites(current, store), ...beside, ...also];
  return { writes: [taskWrite(store, policy), ...writes] };
}

/** With what its announcements are by the move of its deadline, if the change made one. */
function withDeadlineMoved(
  current: TaskRecord,
  store: TaskRecord,
  policy: EffectivePolicy,
  at: Instant,
): TaskRecord {
  if (!store.stopping) return store;
  const before = stoppingNow({ ...store.stopping }, current.task, policy, at);
  const to = ownDeadline(store.task, policy);
  return { ...store, stopping: afterMove(before, to, { at, stopNotice: policy.stopNotice }) };
}

/** Lets what was heard wait, unless the task has become known (or came back) meanwhile. */
async function planWaiting(
  context: CatalogContext,
  id: string,
  current: TaskRecord | undefined,
  change: (waiting: WaitingRecord) => WaitingRecord | undefined,
): Promise<Plan> {
  const now = context.system.clock.now();
  const next = change(await loadWaiting(context.system.table, id, now));
  if (!next) return { skip: 'nothing-of-note' };
  const stillUnknown: Write = {
    check: keys.task(id),
    if: [current ? { equals: ['rev', current.rev] } : { absent: true }],
  };
  return { writes: [waitingWrite(id, next, now), stillUnknown] };
}
