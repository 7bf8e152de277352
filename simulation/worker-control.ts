import type { Instant } from '../functions/abandonment/time.ts';
import type { AttemptStats, ProbeResult, WorkerControl } from '../functions/breaker/worker-control.port.ts';
import type { QueueName } from '../functions/platform/ports.ts';
import type { Attempts } from './attempts.ts';
import type { SimQueues } from './sim-queues.ts';

/** The workers of a simulated deployment, as the breaker sees and steers them. */
export class SimWorkerControl implements WorkerControl {
  readonly #queues: SimQueues;
  readonly #attempts: Attempts;
  readonly #version: string;

  constructor(given: { queues: SimQueues; attempts: Attempts; version: string }) {
    this.#queues = given.queues;
    this.#attempts = given.attempts;
    this.#version = given.version;
  }

  async stats(queue: QueueName, since: Instant): Promise<AttemptStats[]> {
    const ended = this.#attempts.ended.filter((one) => one.queue === queue && one.at >= since);
    const failed = ended.filter(({ died }) => died).length;
    return [{ version: null, attempts: ended.length, failed }];
  }

  async pause(queue: QueueName): Promise<void> {
    this.#queues.pause(queue);
  }

  async resume(queue: QueueName): Promise<void> {
    this.#queues.resume(queue);
  }

  async isPaused(queue: QueueName): Promise<boolean> {
    return this.#queues.isPaused(queue);
  }

  async version(): Promise<string> {
    return this.#version;
  }

  async probe(queue: QueueName): Promise<ProbeResult> {
    return this.#attempts.probe(queue);
  }
}
