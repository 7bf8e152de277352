import type { Duration, Instant } from '../abandonment/time.ts';
import type { QueueName } from '../platform/ports.ts';
import type { TrialAnswer } from '../work/trial.ts';

/** How a worker answered a probe. */
export type ProbeResult =
  /** `worked`: attempts of the process that answered which went well lately and were not told yet. */
  | { outcome: 'passed'; worked: number }
  /** None was free to be asked. */
  | { outcome: 'busy' }
  | { outcome: 'failed'; reason: string };

/** A message that was taken off its queue to be tried. */
export interface TakenMessage {
  messageId: string;
  /** When the first message of this work was sent: copies keep it. */
  firstSentAt: Instant;
  /** How often a trial put a copy in its place. */
  trials: number;
}

/**
 * The workers of the queues as one sees and steers them from outside, so that a worker that dies before its first
 * line runs is seen and stopped like any other. All throw where the answer cannot be had.
 */
export interface WorkerControl<Taken extends TakenMessage = TakenMessage> {
  /** Lets the worker receive nothing more. Repeating it changes nothing. */
  pause(queue: QueueName): Promise<void>;
  /** Lets the worker receive again. Repeating it changes nothing. */
  resume(queue: QueueName): Promise<void>;
  /** Whether the worker receives nothing, whoever paused it. */
  isPaused(queue: QueueName): Promise<boolean>;
  /** The version of the code that the next message would be worked by. */
  version(queue: QueueName): Promise<string>;
  /** Whether messages wait, are delayed or are in flight. */
  isWaiting(queue: QueueName): Promise<boolean>;
  /** Has the worker exercise its dependencies with a probe in place of messages (`{"probe":true}`). */
  probe(queue: QueueName): Promise<ProbeResult>;
  /** Receives one message, which uses one of its deliveries up; undefined where none can be had now. */
  take(queue: QueueName): Promise<Taken | undefined>;
  /** Hands a message that was taken to the worker, and answers how it fared. */
  hand(queue: QueueName, message: Taken): Promise<TrialAnswer>;
  /** Deletes a message that was taken. */
  remove(queue: QueueName, message: Taken): Promise<void>;
  /** Sends the message again, with its history and no delivery used up; it is seen after the delay. */
  copy(queue: QueueName, message: Taken, delay: Duration): Promise<void>;
}
