import { BOUNDS } from '../abandonment/bounds.ts';
import { confirmDisabled } from '../disabling/confirm.ts';
import { refuseDisabling } from '../disabling/refusals.ts';
import { EVENT_VERSION } from '../platform/event-version.ts';
import { parseEvent } from '../platform/schema-problems.ts';
import type { System } from '../platform/system.ts';
import { bucketOf } from '../store/keys.ts';
import { loadPolicies } from '../store/policies.ts';
import type { SourceRecord } from '../store/sources.ts';
import { loadSource } from '../store/sources.ts';
import type { Outcome } from '../work/consumer.ts';
import { classOf } from '../work/failure-class.ts';
import { retryDelaySeconds } from '../work/pipeline.ts';
import { hearDataPlane, mentionDataPlane, reportDataPlane } from './data-planes.ts';
import {
  type BusEvent,
  countedTask,
  dataPlaneReported,
  observedTask,
  restartsCountedUnread,
  shardsObservedUnread,
  type TAKEN_EVENTS,
  taskDeadlineSet,
  taskDeleted,
  taskDisabled,
  taskDisableRefused,
  taskEnded,
  taskPublished,
  taskStarted,
} from './events.ts';
import { type EventContext, malformed, outcomeOf, refused, takeEach } from './outcomes.ts';
import {
  accountRefusal,
  distanceRefusal,
  futureRefusal,
  ownersRefusal,
  planeRefusal,
  type Refusal,
  taskRefusal,
} from './refusals.ts';
import type { RunReport } from './runs.ts';
import { countRestarts, deleteTask, noteRun, observeTask, publishTask } from './task-events.ts';

const HANDLERS: Record<string, (context: EventContext, detail: unknown) => Promise<Outcome>> = {
  'Task Published': onTaskPublished,
  'Task Deleted': onTaskDeleted,
  'Task Started': onTaskStarted,
  'Task Ended': onTaskEnded,
  'Task Deadline Set': onTaskDeadlineSet,
  'Shards Observed': onShardsObserved,
  'Restarts Counted': onRestartsCounted,
  'Data Plane Reported': onDataPlaneReported,
  'Task Disabled': onTaskDisabled,
  'Task Disable Refused': onTaskDisableRefused,
} satisfies Record<keyof typeof TAKEN_EVENTS, unknown>;

/**
 * Takes one event of the bus into the catalog. Late, doubled and out-of-order events are harmless. Who says it is judged
 * before what it says: an event of a newer version waits for the next release only where its source is registered.
 *
 * @param receive which receive of the message it is, from 1
 * @returns `done` where something was written, `skipped` where it was needless, `retry` where the table was
 * busy, `dead-letter` with the reason where it is refused: unreadable, or from a source that may not say it
 */
export async function ingestEvent(system: System, event: BusEvent, receive = 1): Promise<Outcome> {
  const source = await loadSource(system.table, event.source);
  const stranger = sourceRefusal(source, event);
  if (!source || stranger) return refused({ system, event }, stranger ?? UNREGISTERED);
  const handler = handlerOf(event.detailType);
  if (!handler) {
    const detail = `its detail type is not known; allowed: ${Object.keys(HANDLERS).join(', ')}`;
    return refused({ system, event }, { reason: 'unknown-event', detail });
  }
  if (isNewer(event.detail)) return newerVersion(system, receive);
  const context = { system, book: await loadPolicies(system.table), event, source, receive };
  try {
    return await handler(context, event.detail);
  } catch (error) {
    if (classOf(error, 1) !== 'permanent') throw error;
    return refused(context, { reason: 'too-large', detail: String(error) });
  }
}

const UNREGISTERED: Refusal = { reason: 'unknown-source', detail: 'its source is not registered' };

function sourceRefusal(source: SourceRecord | undefined, { account }: BusEvent): Refusal | undefined {
  return source ? accountRefusal(source, account) : UNREGISTERED;
}

function handlerOf(detailType: string): (typeof HANDLERS)[string] | undefined {
  return isKnownType(detailType) ? HANDLERS[detailType] : undefined;
}

/** Whether events of a detail type are taken at all. */
export function isKnownType(detailType: string): boolean {
  return Object.hasOwn(HANDLERS, detailType);
}

/** Whether a detail was written for a later version of its event than this code reads, and one that may come. */
function isNewer(detail: unknown): boolean {
  if (typeof detail !== 'object' || detail === null) return false;
  const { version } = detail as { version?: unknown };
  if (typeof version !== 'number' || !Number.isInteger(version)) return false;
  return version > EVENT_VERSION && version <= BOUNDS.eventVersion.most;
}

/** The release that reads it may be on its way. That it waits, however long, says nothing of other events. */
function newerVersion(system: System, receive: number): Outcome {
  const delaySeconds = retryDelaySeconds(receive, system.random.next());
  return { outcome: 'retry', reason: 'newer-version', delaySeconds, failed: true, itself: true };
}

async function onTaskPublished(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseEvent(taskPublished, detail);
  if (!parsed.ok) return malformed(context, parsed);
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
  if (mentioned.result === 'busy' || mentioned.result === 'refused')
    return outcomeOf(context, mentioned, task.id);
  return outcomeOf(context, await publishTask(context, parsed.value), task.id);
}

async function onTaskDeleted(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseEvent(taskDeleted, detail);
  if (!parsed.ok) return malformed(context, parsed);
  const { task, at } = parsed.value;
  const refusal = taskRefusal(context.source, task) ?? futureRefusal(at, context.system.clock.now());
  if (refusal) return refused(context, refusal, task);
  return outcomeOf(context, await deleteTask(context, parsed.value), task);
}

async function onTaskStarted(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseEvent(taskStarted, detail);
  if (!parsed.ok) return malformed(context, parsed);
  const { task, at, deadline = null } = parsed.value;
  return takeRun(context, task, { what: 'started', at, deadline });
}

async function onTaskEnded(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseEvent(taskEnded, detail);
  if (!parsed.ok) return malformed(context, parsed);
  return takeRun(context, parsed.value.task, { what: 'ended', at: parsed.value.at });
}

async function onTaskDeadlineSet(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseEvent(taskDeadlineSet, detail);
  if (!parsed.ok) return malformed(context, parsed);
  const { task, at, deadline } = parsed.value;
  return takeRun(context, task, { what: 'deadline', at, deadline });
}

/** A deadline may lie anywhere; when it was said may not lie ahead. */
async function takeRun(context: EventContext, task: string, report: RunReport): Promise<Outcome> {
  const refusal = taskRefusal(context.source, task) ?? futureRefusal(report.at, context.system.clock.now());
  if (refusal) return refused(context, refusal, task);
  return outcomeOf(context, await noteRun(context, task, report), task);
}

async function onTaskDisabled(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseEvent(taskDisabled, detail);
  if (!parsed.ok) return malformed(context, parsed);
  const { task, taskVersion, at } = parsed.value;
  const refusal = taskRefusal(context.source, task) ?? futureRefusal(at, context.system.clock.now());
  if (refusal) return refused(context, refusal, task);
  const { requestId, restorableUntil } = parsed.value;
  const word = { task, version: taskVersion, at, requestId, restorableUntil };
  const problem = await confirmDisabled(context.system, word);
  if (problem) return refused(context, { reason: 'version-jump', detail: problem }, task);
  return { outcome: 'done', reason: 'confirmed' };
}

async function onTaskDisableRefused(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseEvent(taskDisableRefused, detail);
  if (!parsed.ok) return malformed(context, parsed);
  const { task, at } = parsed.value;
  const refusal = taskRefusal(context.source, task) ?? futureRefusal(at, context.system.clock.now());
  if (refusal) return refused(context, refusal, task);
  const heard = await refuseDisabling(context.system, parsed.value, context.receive);
  if (heard === 'changed') return outcomeOf(context, { result: 'busy' }, task);
  return heard === 'refused'
    ? { outcome: 'done', reason: 'refused' }
    : { outcome: 'skipped', reason: 'nothing-asked' };
}

async function onDataPlaneReported(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseEvent(dataPlaneReported, detail);
  if (!parsed.ok) return malformed(context, parsed);
  const { dataPlane, state, at, since } = parsed.value;
  const { system, book } = context;
  const refusal = planeRefusal(context.source, dataPlane) ?? distanceRefusal(at, system.clock.now());
  if (refusal) return refused(context, refusal);
  return outcomeOf(
    context,
    await reportDataPlane(system, { dataPlane, state, at, since: Math.min(since ?? at, at) }, book),
  );
}

async function onShardsObserved(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseEvent(shardsObservedUnread, detail);
  if (!parsed.ok) return malformed(context, parsed);
  const { dataPlane, observedAt: at, tasks } = parsed.value;
  const { system, book } = context;
  const refusal = planeRefusal(context.source, dataPlane) ?? distanceRefusal(at, system.clock.now());
  if (refusal) return refused(context, refusal);
  const heard = await hearDataPlane(system, dataPlane, at, book);
  if (heard.result === 'busy' || heard.result === 'refused') return outcomeOf(context, heard);
  return takeEach(context, { list: 'tasks', items: tasks, schema: observedTask }, (each, task, seen) => {
    const observations = seen.map(({ shards }, place) => ({
      at,
      statuses: shards.map(({ status }) => status),
      name: nameOf(context.event.id, place),
    }));
    return observeTask(each, task, observations);
  });
}

/** A short name of what one event says of a task for the `place`th time. */
function nameOf(eventId: string, place: number): string {
  return bucketOf(`${eventId} ${place}`, 2 ** 32).toString(36);
}

async function onRestartsCounted(context: EventContext, detail: unknown): Promise<Outcome> {
  const parsed = parseEvent(restartsCountedUnread, detail);
  if (!parsed.ok) return malformed(context, parsed);
  const { at, totals } = parsed.value;
  const refusal = distanceRefusal(at, context.system.clock.now());
  if (refusal) return refused(context, refusal);
  return takeEach(context, { list: 'totals', items: totals, schema: countedTask }, (each, task, counts) =>
    countRestarts(each, task, counts, at),
  );
}
