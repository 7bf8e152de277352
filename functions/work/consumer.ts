import type { Instant } from '../abandonment/time.ts';
import type { QueueName } from '../platform/ports.ts';
import type { System } from '../platform/system.ts';

/** The messages that one invocation was given. */
export interface Batch {
  size: number;
}

/** One receive of one message. */
export interface Delivery {
  body: string;
  messageId: string;
  /** From 1; counted by the broker. */
  receiveCount: number;
  /** The receive after which the broker dead-letters it; in a trial of the breaker it never comes to that. */
  maxReceives: number;
  /** Attempts at the same work before this message was sent: it is a copy that a trial left. None by default. */
  earlierAttempts?: number;
  /** When the message was received first, where that is told. */
  firstReceivedAt?: Instant;
  /** When the process is stopped at the latest; 30 s from now where it is not told. */
  endsBy?: Instant;
  /** What it came with; absent where it came alone. */
  batch?: Batch;
}

/** What became of a message: every one ends as done, skipped with a reason, or in a dead-letter queue with its reason. */
export type Outcome =
  | { outcome: 'done'; reason: string }
  | { outcome: 'skipped'; reason: string }
  /** Back to the queue, visible again after the delay. `failed`: a failed attempt, not a wait that was planned.
   * `recorded`: whoever acted left its OOPS record already. `itself`: it is the message's own doing, however long it
   * lasts, and says nothing of others. */
  | {
      outcome: 'retry';
      reason: string;
      delaySeconds: number;
      failed: boolean;
      recorded?: true;
      itself?: true;
    }
  | { outcome: 'dead-letter'; reason: string; recorded?: true };

export type Parsed<Message> =
  | { ok: true; message: Message }
  /** `newer`: written by a later version of the code, whose deployment may be under way. */
  | { ok: false; reason: string; newer: boolean };

/** The part of a worker that differs from queue to queue. */
export interface Consumer<Message> {
  queue: QueueName;
  /** Whether a body that is no JSON is given to `parse` as the text it is, rather than refused. */
  readsText?: true;
  parse(body: unknown): Parsed<Message>;
  /** The work item's name for logs, attempts and OOPS records: never an address. */
  nameOf(message: Message): string;
  /** After this instant the message is of no use; undefined: never. */
  notAfter(message: Message): Instant | undefined;
  /** Whether the state in the table gets the work queued again, so that the broker need not keep the message. */
  queuedAgainFromState: boolean;
  /**
   * Whether the work rests on the table alone: then whatever ends, skipped or not, shows that work can be done. Else
   * only what is done shows that what it rests on answers.
   */
  restsOnTableAlone: boolean;
  /** Where the state does: lets it, from this instant on; called when the message is given up. */
  handBack?(system: System, message: Message, retryAt: Instant): Promise<void>;
  /**
   * Where the state does: the item can never be worked for its own sake, so that no scan is to make the work again until
   * what it rests on changes or an operator clears it.
   */
  giveUp?(system: System, message: Message, why: { error: unknown; fingerprint: string }): Promise<void>;
  /** Decides again on fresh state, acts, records. A throw is a fault: tried again with growing delays. */
  act(system: System, message: Message, delivery: Delivery): Promise<Outcome>;
  /** Exercises what only this work rests on, and harms nothing; throws where it could not be done now. */
  probe?(system: System): Promise<void>;
}
