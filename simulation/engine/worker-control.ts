import type {
  ProbeResult,
  TakenMessage,
  WorkerControl,
} from '../../functions/breaker/worker-control.port.ts';
import type { QueueName } from '../../functions/platform/ports.ts';
import type { TrialAnswer } from '../../functions/work/trial.ts';
import type { Attempts } from '../faults/attempts.ts';
import { deliveryOf, type Received, type SimQueues } from './sim-queues.ts';

interface SimMessage extends TakenMessage {
  received: Received;
}

/** The workers of a simulated deployment, as the breaker sees and steers them. */
export class SimWorkerControl implements WorkerControl<SimMessage> {
  readonly #queues: SimQueues;
  readonly #attempts: Attempts;
  readonly #version: string;

  constructor(parts: { queues: SimQueues; attempts: Attempts; version: string }) {
    this.#queues = parts.queues;
    this.#attempts = parts.attempts;
    this.#version = parts.version;
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
    return this.#queues.depthOf(queue) > 0;
  }

  async probe(queue: QueueName): Promise<ProbeResult> {
    return this.#attempts.probe(queue, this.#queues.isPaused(queue));
  }

  async take(queue: QueueName): Promise<SimMessage | undefined> {
    const received = this.#queues.take(queue);
    if (!received) return undefined;
    const { id: messageId, firstSentAt, trials } = received;
    return { messageId, firstSentAt, trials, received };
  }

  async hand(_queue: QueueName, { received }: SimMessage): Promise<TrialAnswer> {
    return this.#attempts.tryOut({ ...deliveryOf(received), isTrial: true });
  }

  async remove(_queue: QueueName, { received }: SimMessage): Promise<void> {
    this.#queues.remove(received);
  }

  async copy(_queue: QueueName, { received }: SimMessage, delay: number): Promise<void> {
    this.#queues.copy(received, delay);
  }
}
