import { formatInstant } from '../../abandonment/time.ts';
import type {
  ControlAnswer,
  ControlPlane,
  DisableRequest,
  EnableRequest,
} from '../../platform/control-plane.port.ts';
import { EVENT_VERSION } from '../../platform/event-version.ts';
import type { Clock, EventPublisher } from '../../platform/ports.ts';
import type { TaskDisableRequestedDetail, TaskEnableRequestedDetail } from './given-events.ts';

/**
 * The owning system disables and enables tasks: it is asked by an event that names the version seen, so that it
 * can refuse where somebody edited the task meanwhile, and confirms by `Task Disabled` or `Task Published`.
 */
export class EventsControlPlane implements ControlPlane {
  readonly #events: EventPublisher;
  readonly #clock: Clock;

  constructor(events: EventPublisher, clock: Clock) {
    this.#events = events;
    this.#clock = clock;
  }

  async disable({
    task,
    run,
    episode,
    disableAt,
    requestId,
    reason,
  }: DisableRequest): Promise<ControlAnswer> {
    const detail: TaskDisableRequestedDetail = {
      version: EVENT_VERSION,
      requestId,
      task: task.id,
      taskVersion: task.version,
      dataPlane: task.dataPlane,
      episode,
      run,
      disableAt: disableAt === null ? null : formatInstant(disableAt),
      reason,
      requestedAt: formatInstant(this.#clock.now()),
    };
    await this.#events.publish('Task Disable Requested', detail);
    return { outcome: 'requested' };
  }

  async enable({ task, requestId, by, reason }: EnableRequest): Promise<ControlAnswer> {
    const detail: TaskEnableRequestedDetail = {
      version: EVENT_VERSION,
      requestId,
      task: task.id,
      taskVersion: task.version,
      dataPlane: task.dataPlane,
      by,
      reason,
      requestedAt: formatInstant(this.#clock.now()),
    };
    await this.#events.publish('Task Enable Requested', detail);
    return { outcome: 'requested' };
  }
}
