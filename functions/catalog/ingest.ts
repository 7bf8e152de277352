import { confirmDisabled } from '../disabling/confirm.ts';
import type { System } from '../platform/system.ts';
import { loadPolicies } from '../store/policies.ts';
import { bucketOf } from '../store/rows.ts';
import type { Outcome } from '../work/pipeline.ts';
import { hearDataPlane, mentionDataPlane, reportDataPlane } from './data-planes.ts';
import {
  type BusEvent,
  countedTask,
  dataPlaneReported,
  EVENT_VERSION,
  observedTask,
  restartsCountedUnread,
  shardsObservedUnread,
  type TAKEN_EVENTS,
  taskDeleted,
  taskDisabled,
  taskPublished,
} from './events.ts';
import { type EventContext, malformed, outcomeOf, refused, takeEach } from './outcomes.ts';
import { accountRefusal, futureRefusal, ownersRefusal, planeRefusal, taskRefusal } from './refusals.ts';
import { parseWith } from './schema-problems.ts';
import { loadSource } from './sources.ts';
import { countRestarts, deleteTask, observeTask, publishTask } from './task-events.ts';

const HANDLERS: Record<string, (context: EventContext, detail: unknown) => Promise<Outcome>> = {
  'Task Published': onTaskPublished,
  'Task Deleted': onTaskDeleted,
  'Shards Observed': onShardsObserved,
  'Restarts Counted': onRestartsCounted,
  'Data Plane Reported': onDataPlaneReported,
  'Task Disabled': onTaskDisabled,
} satisfies Record<keyof typeof TAKEN_EVENTS, unknown>;

/**
 * Takes one event of the bus into the catalog. Late, doubled and out-of-order events are harmless.
 *
 * @returns `done` where something was written, `skipped` where it was needless, `retry` where the table was
 * busy, `dead-letter` with the reason where it is refused: unreadable, or from a source that may not say it
 */
export async function ingestEvent(system: System, event: BusEvent): Promise<Outcome> {
  const source = await loadSource(system.table, event.source);
  if (!source) {
    const detail = `source ${event.source} is not registered`;
    return refused({ system, event }, { reason: 'unknown-source', detail });
  }
  const foreign = accountRefusal(source, event.account);
  if (foreign) return refused({ system, event }, foreign);
  const handler = Object.hasOwn(HANDLERS, event.detailType) ? HANDLERS[event.detailType] : undefined;
  if (!handler) {
    const detail = `detail type ${event.detailType} is not known; allowed: ${Object.keys(HANDLERS).join(', ')}`;
    return refused({ system, event }, { reason: 'unknown-event', detail });
  }
  return handler({ system, book: await loadPolicies(system.table), event, source }, event.detail);
}

/** Whether a detail was written for a later version of its event than this code reads. */
export function isNewer(detail: unknown): boolean {
  if (typeof detail !== 'object' || detail === null) return false;
  const { version } = detail as { version?: unknown };
  return typeof version === 'number' && version > EVENT_VERSION;
}

async function onTaskPublished(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseWith(taskPublished, detail);
  if (!parsed.ok) return malformed(context, parsed.problems);
  const { system, source } = context;
  const { task, publishedAt, firstSeenAt } = parsed.value;
  const newest = Math.max(
    publishedAt,
    task.createdAt,
    task.enabledAt ?? publishedAt,
    firstSeenAt ?? publishedAt,
  );
  const refusal =
    taskRefusal(source, task.id) ??
    planeRefusal(source, task.dataPlane) ??
    futureRefusal(newest, system.clock.now()) ??
    ownersRefusal(task.owners, system.config.allowedDomains);
  if (refusal) return refused(context, refusal, task.id);
  const mentioned = await mentionDataPlane(system, task.dataPlane);
  if (mentioned.settled === 'busy') return outcomeOf(mentioned);
  return outcomeOf(await publishTask(context, parsed.value));
}

async function onTaskDeleted(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseWith(taskDeleted, detail);
  if (!parsed.ok) return malformed(context, parsed.problems);
  const { task, at } = parsed.value;
  const refusal = taskRefusal(context.source, task) ?? futureRefusal(at, context.system.clock.now());
  if (refusal) return refused(context, refusal, task);
  return outcomeOf(await deleteTask(context, parsed.value));
}

async function onTaskDisabled(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseWith(taskDisabled, detail);
  if (!parsed.ok) return malformed(context, parsed.problems);
  const { task, taskVersion, at } = parsed.value;
  const refusal = taskRefusal(context.source, task) ?? futureRefusal(at, context.system.clock.now());
  if (refusal) return refused(context, refusal, task);
  await confirmDisabled(context.system, {
    task,
    version: taskVersion,
    at,
    requestId: parsed.value.requestId,
  });
  return { outcome: 'done', reason: 'confirmed' };
}

async function onDataPlaneReported(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseWith(dataPlaneReported, detail);
  if (!parsed.ok) return malformed(context, parsed.problems);
  const { dataPlane, state, at, since } = parsed.value;
  const { system, book } = context;
  const refusal = planeRefusal(context.source, dataPlane) ?? futureRefusal(at, system.clock.now());
  if (refusal) return refused(context, refusal);
  return outcomeOf(
    await reportDataPlane(system, { dataPlane, state, at, since: Math.min(since ?? at, at) }, book),
  );
}

async function onShardsObserved(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseWith(shardsObservedUnread, detail);
  if (!parsed.ok) return malformed(context, parsed.problems);
  const { dataPlane, observedAt: at, tasks } = parsed.value;
  const { system, book } = context;
  const refusal = planeRefusal(context.source, dataPlane) ?? futureRefusal(at, system.clock.now());
  if (refusal) return refused(context, refusal);
  const heard = await hearDataPlane(system, dataPlane, at, book);
  if (heard.settled === 'busy') return outcomeOf(heard);
  return takeEach(
    context,
    { list: 'tasks', items: tasks, schema: observedTask },
    (each, { task, shards }, place) => {
      const statuses = shards.map(({ status }) => status);
      return observeTask(each, task, { at, statuses, name: nameOf(context.event.id, place) });
    },
  );
}

/** A short name of what one event says of a task for the `place`th time. */
function nameOf(eventId: string, place: number): string {
  return bucketOf(`${eventId} ${place}`, 2 ** 32).toString(36);
}

async function onRestartsCounted(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseWith(restartsCountedUnread, detail);
  if (!parsed.ok) return malformed(context, parsed.problems);
  const { at, totals } = parsed.value;
  const refusal = futureRefusal(at, context.system.clock.now());
  if (refusal) return refused(context, refusal);
  return takeEach(context, { list: 'totals', items: totals, schema: countedTask }, (each, count) =>
    countRestarts(each, count, at),
  );
}
