import * as z from 'zod/mini';
import {
  countField,
  dataPlaneField,
  eventVersionField,
  instantField,
  requestIdField,
  taskIdField,
  taskVersionField,
} from '../../platform/fields.ts';

/** `Task Disable Requested`: Taskwarden asks the owning system to disable a task. */
const taskDisableRequested = z.object({
  version: eventVersionField,
  requestId: requestIdField,
  task: taskIdField,
  taskVersion: taskVersionField,
  dataPlane: dataPlaneField,
  episode: countField,
  run: z.nullable(z.string()),
  disableAt: z.nullable(instantField),
  reason: z.string(),
  requestedAt: instantField,
});

/** `Task Enable Requested`: Taskwarden asks the owning system to enable a task again. */
const taskEnableRequested = z.object({
  version: eventVersionField,
  requestId: requestIdField,
  task: taskIdField,
  taskVersion: taskVersionField,
  dataPlane: dataPlaneField,
  by: z.string(),
  reason: z.string(),
  requestedAt: instantField,
});

/** The events that Taskwarden publishes, by their detail type. */
export const GIVEN_EVENTS = {
  'Task Disable Requested': taskDisableRequested,
  'Task Enable Requested': taskEnableRequested,
} as const;

/** As it stands on the bus: instants are texts. */
export type TaskDisableRequestedDetail = z.input<typeof taskDisableRequested>;
export type TaskEnableRequestedDetail = z.input<typeof taskEnableRequested>;
