import type { QueueName } from '../platform/ports.ts';

export type ProbeResult = 'passed' | { failed: string };

/**
 * The workers of the queues as one sees and steers them from outside, so that a worker that dies before its first
 * line runs is seen and stopped like any other. All throw where the answer cannot be had.
 */
export interface WorkerControl {
  /** Lets the worker receive nothing more. Repeating it changes nothing. */
  pause(queue: QueueName): Promise<void>;
  /** Lets the worker receive again. Repeating it changes nothing. */
  resume(queue: QueueName): Promise<void>;
  /** Whether the worker receives nothing, whoever paused it. */
  isPaused(queue: QueueName): Promise<boolean>;
  /** The version of the code that the next message would be worked by. */
  version(queue: QueueName): Promise<string>;
  /** Whether messages wait or are in flight. */
  isWaiting(queue: QueueName): Promise<boolean>;
  /** Has the worker exercise its dependencies with a probe in place of messages (`{"probe":true}`). */
  probe(queue: QueueName): Promise<ProbeResult>;
}
