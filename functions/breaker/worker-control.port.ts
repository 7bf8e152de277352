import type { Instant } from '../abandonment/time.ts';
import type { QueueName } from '../platform/ports.ts';

/** How the attempts of one function version went. */
export interface AttemptStats {
  /** The function version; null where the observer cannot tell which one ran. */
  version: string | null;
  attempts: number;
  /** Of these, those that failed for the environment, a bug or a process that died. */
  failed: number;
}

export type ProbeResult = 'passed' | { failed: string };

/**
 * The workers of the queues as one sees and steers them from outside, so that a worker that dies before its first
 * line runs is seen and stopped like any other. All throw where the answer cannot be had.
 */
export interface WorkerControl {
  /** Invocations since an instant and how many of them ended in an error or a dead process; empty: nothing to tell. */
  stats(queue: QueueName, since: Instant): Promise<AttemptStats[]>;
  /** Lets the worker receive nothing more. Repeating it changes nothing. */
  pause(queue: QueueName): Promise<void>;
  /** Lets the worker receive again. Repeating it changes nothing. */
  resume(queue: QueueName): Promise<void>;
  /** Whether the worker receives nothing, whoever paused it. */
  isPaused(queue: QueueName): Promise<boolean>;
  /** The version of the code that the next message would be worked by. */
  version(queue: QueueName): Promise<string>;
  /** Whether messages wait or are in flight; only where `stats` cannot tell of processes that died. */
  isWaiting?(queue: QueueName): Promise<boolean>;
  /** Has the worker exercise its dependencies with a probe in place of messages (`{"probe":true}`). */
  probe(queue: QueueName): Promise<ProbeResult>;
}
