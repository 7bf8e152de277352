import { formatInstant, type Instant } from '../../functions/abandonment/time.ts';
import { EVENT_VERSION } from '../../functions/platform/event-version.ts';
import type { PlaneState, ScenarioShard } from '../scenario/scenario-types.ts';
import type { TrueTask } from '../verify/fleet-facts.ts';

/** An event of the owning system as it goes on the bus. */
export interface FleetMessage {
  detailType: string;
  detail: Record<string, unknown>;
}

/** `Task Published`: how the task is since this instant. */
export function published(task: TrueTask, by: 'user' | 'system' | 'creation', at: Instant): FleetMessage {
  const { id, kind, dekaf, owners, dataPlane, enabled, version, enabledAt } = task;
  const createdAt = formatInstant(task.createdAt);
  const deadlinePart =
    by === 'creation' && task.deadline !== null ? { deadline: formatInstant(task.deadline) } : {};
  const facts = { id, kind, dekaf, owners, dataPlane, enabled, createdAt, version, ...deadlinePart };
  return {
    detailType: 'Task Published',
    detail: {
      version: EVENT_VERSION,
      task: enabledAt === null ? facts : { ...facts, enabledAt: formatInstant(enabledAt) },
      publishedAt: formatInstant(at),
      by,
      ...(by === 'creation' ? { firstSeenAt: formatInstant(task.firstSeenAt) } : {}),
    },
  };
}

/** `Task Started`: a job began to run. */
export function started({ id }: TrueTask, deadline: Instant | null, at: Instant): FleetMessage {
  const deadlinePart = deadline === null ? {} : { deadline: formatInstant(deadline) };
  const detail = { version: EVENT_VERSION, task: id, at: formatInstant(at), ...deadlinePart };
  return { detailType: 'Task Started', detail };
}

/** `Task Ended`. */
export function ended({ id }: TrueTask, result: 'succeeded' | 'failed', at: Instant): FleetMessage {
  const detail = { version: EVENT_VERSION, task: id, at: formatInstant(at), result };
  return { detailType: 'Task Ended', detail };
}

/** `Task Deadline Set`. */
export function deadlineSet({ id }: TrueTask, deadline: Instant | null, at: Instant): FleetMessage {
  const deadlineText = deadline === null ? null : formatInstant(deadline);
  const detail = { version: EVENT_VERSION, task: id, at: formatInstant(at), deadline: deadlineText };
  return { detailType: 'Task Deadline Set', detail };
}

/** `Task Deleted`. */
export function deleted({ id, version }: TrueTask, at: Instant): FleetMessage {
  const detail = { version: EVENT_VERSION, task: id, at: formatInstant(at), taskVersion: version };
  return { detailType: 'Task Deleted', detail };
}

/** `Shards Observed`: what a health check of a plane saw of some of its tasks. */
export function observed(
  dataPlane: string,
  tasks: readonly { task: string; shards: readonly ScenarioShard[] }[],
  at: Instant,
): FleetMessage {
  const detail = { version: EVENT_VERSION, dataPlane, observedAt: formatInstant(at), tasks };
  return { detailType: 'Shards Observed', detail };
}

/** `Restarts Counted`: the running total. */
export function restartsCounted({ id, restarts }: TrueTask, at: Instant): FleetMessage {
  const totals = [{ task: id, total: restarts }];
  return {
    detailType: 'Restarts Counted',
    detail: { version: EVENT_VERSION, at: formatInstant(at), totals },
  };
}

/** `Data Plane Reported`. */
export function planeReported(dataPlane: string, state: PlaneState, at: Instant): FleetMessage {
  const detail = { version: EVENT_VERSION, dataPlane, state, at: formatInstant(at) };
  return { detailType: 'Data Plane Reported', detail };
}

/** `Task Disable Refused`: it is not disabled, and why. */
export function disableRefused(
  { id }: TrueTask,
  request: { requestId: unknown; reason: string },
  at: Instant,
): FleetMessage {
  return {
    detailType: 'Task Disable Refused',
    detail: { version: EVENT_VERSION, task: id, at: formatInstant(at), ...request },
  };
}

/** `Task Disabled`: the confirmation of a request. */
export function disabled(
  { id, version }: TrueTask,
  request: { requestId: unknown; episode: number },
  at: Instant,
): FleetMessage {
  return {
    detailType: 'Task Disabled',
    detail: { version: EVENT_VERSION, task: id, taskVersion: version, at: formatInstant(at), ...request },
  };
}
