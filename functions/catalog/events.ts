import * as z from 'zod/mini';
import { BOUNDS } from '../abandonment/bounds.ts';
import {
  countField,
  dataPlaneField,
  eventVersionField,
  instantField,
  kindField,
  nameField,
  ownersField,
  requestIdField,
  shardsField,
  taskIdField,
  taskVersionField,
  totalField,
} from '../platform/fields.ts';

/** `Task Published`: a task was made, or a new version of it. */
export const taskPublished = z.object({
  version: eventVersionField,
  task: z.object({
    id: taskIdField,
    kind: kindField,
    dekaf: z.optional(z.boolean()),
    owners: ownersField,
    dataPlane: dataPlaneField,
    enabled: z.boolean(),
    createdAt: instantField,
    version: taskVersionField,
    enabledAt: z.optional(instantField),
    deadline: z.optional(
      z.nullable(instantField).register(z.globalRegistry, {
        description:
          'When the owning system will end the task; null: it will not. Without it what was said before stands.',
      }),
    ),
  }),
  publishedAt: instantField,
  by: z.enum(['user', 'system', 'creation']),
  firstSeenAt: z.optional(instantField),
});

const deadline = z.nullable(instantField).register(z.globalRegistry, {
  description: 'When the owning system will end the task; null: it will not.',
});

/** `Task Deleted`. Without a version it is judged by its instant. */
export const taskDeleted = z.object({
  version: eventVersionField,
  task: taskIdField,
  at: instantField,
  taskVersion: z.optional(taskVersionField),
});

/** `Task Started`: a job began to run. Without a deadline an earlier one holds no more. */
export const taskStarted = z.object({
  version: eventVersionField,
  task: taskIdField,
  at: instantField,
  deadline: z.optional(deadline),
});

/** `Task Ended`: a job came to its end. */
export const taskEnded = z.object({
  version: eventVersionField,
  task: taskIdField,
  at: instantField,
  result: z.enum(['succeeded', 'failed']),
});

/** `Task Deadline Set`: when the owning system will end a task, or that it will not. */
export const taskDeadlineSet = z.object({
  version: eventVersionField,
  task: taskIdField,
  at: instantField,
  deadline,
});

/** One task of `Shards Observed`. */
export const observedTask = z.object({ task: taskIdField, shards: shardsField });

/** As many as one attempt works for sure. */
const mostTasks = z.maxLength(BOUNDS.eventTasks.most, { abort: true });

const observation = { version: eventVersionField, dataPlane: dataPlaneField, observedAt: instantField };

/** `Shards Observed`: what a health check of one data plane saw, many tasks at once. */
const shardsObserved = z.object({ ...observation, tasks: z.array(observedTask).check(mostTasks) });

/** The same with its tasks unread: each is read by itself, so that a bad one stops no other. */
export const shardsObservedUnread = z.object({
  ...observation,
  tasks: z.array(z.unknown()).check(mostTasks),
});

/** One task of `Restarts Counted`. */
export const countedTask = z.object({
  task: taskIdField,
  total: totalField,
  countedAnew: z.optional(
    z.boolean().register(z.globalRegistry, {
      description: 'The count began anew: the total is taken although it is lower than what is known.',
    }),
  ),
});

const count = { version: eventVersionField, at: instantField };

/** `Restarts Counted`: how often each task was restarted so far. */
const restartsCounted = z.object({ ...count, totals: z.array(countedTask).check(mostTasks) });

/** The same with its totals unread. */
export const restartsCountedUnread = z.object({ ...count, totals: z.array(z.unknown()).check(mostTasks) });

/** `Data Plane Reported`: its state, and since when where that is known. */
export const dataPlaneReported = z.object({
  version: eventVersionField,
  dataPlane: dataPlaneField,
  state: z.enum(['up', 'down', 'silent', 'deleted']),
  at: instantField,
  since: z.optional(instantField),
});

/** `Task Disabled`: the owning system's confirmation, with the version that disabled it. */
export const taskDisabled = z.object({
  version: eventVersionField,
  task: taskIdField,
  taskVersion: taskVersionField,
  at: instantField,
  requestId: z.optional(requestIdField),
  episode: z.optional(countField),
  by: z.optional(nameField),
  /** Until when it can be enabled again as it was. */
  restorableUntil: z.optional(instantField),
});

/** `Task Disable Refused`: the owning system says that it does not disable the task, and why. */
export const taskDisableRefused = z.object({
  version: eventVersionField,
  task: taskIdField,
  requestId: requestIdField,
  at: instantField,
  reason: z
    .string()
    .check(z.minLength(1), z.maxLength(BOUNDS.refusalReason.most))
    .register(z.globalRegistry, { description: 'Why, in words for operators.' }),
});

/** The events that Taskwarden takes, by their detail type. */
export const TAKEN_EVENTS = {
  'Task Published': taskPublished,
  'Task Deleted': taskDeleted,
  'Task Started': taskStarted,
  'Task Ended': taskEnded,
  'Task Deadline Set': taskDeadlineSet,
  'Shards Observed': shardsObserved,
  'Restarts Counted': restartsCounted,
  'Data Plane Reported': dataPlaneReported,
  'Task Disabled': taskDisabled,
  'Task Disable Refused': taskDisableRefused,
} as const;

export type TaskPublished = z.output<typeof taskPublished>;
export type TaskDeleted = z.output<typeof taskDeleted>;
export type CountedTask = z.output<typeof countedTask>;
/** An event as EventBridge delivers it. */
export interface BusEvent {
  /** EventBridge's; one per event, repeated with a repeated delivery. */
  id: string;
  source: string;
  /** The account that put it on the bus, as EventBridge writes it. */
  account?: string | undefined;
  detailType: string;
  detail: unknown;
}

/** What EventBridge puts on a queue. */
export const envelope = z.object({
  id: nameField,
  source: z.string().check(z.minLength(1), z.maxLength(BOUNDS.source.most)),
  account: z.optional(nameField),
  'detail-type': z.string().check(z.maxLength(BOUNDS.detailType.most)),
  detail: z.unknown(),
});
