import type { ProbeResult, WorkerControl } from '../functions/breaker/worker-control.port.ts';
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

  async isWaiting(queue: QueueName): Promise<boolean> {
    return this.#queues.waitingOf(queue) > 0;
  }

  async probe(queue: QueueName): Promise<ProbeResult> {
    return this.#attempts.probe(queue, this.#queues.isPaused(queue));
  }
}
