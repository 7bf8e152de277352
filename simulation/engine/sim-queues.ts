import { DAY, type Duration, type Instant, SECOND } from '../../functions/abandonment/time.ts';
import type { OutgoingMessage, QueueName, Queues } from '../../functions/platform/ports.ts';
import { UNREPEATED_QUEUES } from '../../functions/platform/queues.ts';
import { ProcessDied } from '../faults/crashing-process.ts';
import { type EventLoop, RANK, type Rank } from './event-loop.ts';

/** One receive of one message. */
export interface Delivery {
  queue: QueueName;
  messageId: string;
  body: string;
  /** This receive included; counted by the broker. */
  receiveCount: number;
  /** When the message first came to a queue. */
  sentAt: Instant;
  /** When it was received first. */
  firstReceivedAt?: Instant;
  /** Attempts at the same work before, where it is a copy. */
  earlierAttempts?: number;
  /** The breaker hands it over: whatever becomes of it, it is not given up. */
  isTrial?: true;
}

/** What the worker answers for one message. */
export type Answer =
  | { outcome: 'done' | 'skipped'; reason?: string }
  /**
   * Reported as failed; seen again after the delay (`ChangeMessageVisibility`), else after the visibility time.
   * `failed` is false where the wait was planned.
   */
  | { outcome: 'retry'; delaySeconds?: number; reason?: string; failed?: boolean }
  /** The worker itself moves it, with the reason. */
  | { outcome: 'dead-letter'; reason: string };

/** A worker. What it throws stands for a process that died. */
export type Worker = (delivery: Delivery) => Promise<Answer>;

export interface DeadLetter {
  queue: QueueName;
  messageId: string;
  body: string;
  /** Why; null where the broker moved it because it was received too often. */
  reason: string | null;
  /** The first enqueue time, which a dead-letter queue keeps: its retention counts from there. */
  sentAt: Instant;
  movedAt: Instant;
  receives: number;
}

/** What can go wrong between the sender and the worker. All are asked each time; none by default. */
export interface QueueFaults {
  /** `drop`: the message is lost; `copies`: so many of it arrive; `delay`: it arrives later (and out of order). */
  onSend?(
    queue: QueueName,
    message: OutgoingMessage,
  ): { drop?: boolean; copies?: number; delay?: Duration } | undefined;
  /** `throttle`: received, yet no worker was free; `duplicate`: worked, yet its deletion is lost. */
  onReceive?(delivery: Delivery): 'throttle' | 'duplicate' | undefined;
  /** Until when the queue gives nothing out; undefined: it does. */
  silentUntil?(queue: QueueName): Instant | undefined;
}

/** How the queues are set up (docs/rules.md#queues). */
export interface QueueSettings {
  visibility: Duration;
  maxReceiveCount: number;
  retention: Duration;
}

export const QUEUE_SETTINGS: QueueSettings = {
  visibility: 180 * SECOND,
  maxReceiveCount: 10,
  retention: 4 * DAY,
};

const LONGEST_RETENTION = 14 * DAY;

interface Stored {
  id: string;
  queue: QueueName;
  body: string;
  sentAt: Instant;
  receives: number;
  isRoutine: boolean;
  firstReceivedAt?: Instant;
  /** Attempts and trials at the same work by earlier messages, and when the first of these was sent. */
  earlierAttempts: number;
  trials: number;
  firstSentAt: Instant;
}

/** A message that was received, and neither deleted nor given up. */
export type Received = Readonly<Stored>;

/**
 * Standard queues of SQS in memory: at least once, delays, visibility, receive counts that rise with each receive,
 * and a dead-letter queue that takes a message on the receive that exceeds the allowed number.
 */
export class SimQueues implements Queues {
  readonly deadLetters: DeadLetter[] = [];
  readonly faults: QueueFaults = {};
  /** Hears of each message that comes to a dead-letter queue. */
  onDeadLetter: ((letter: DeadLetter) => void) | undefined;
  /** Hears of each receive for which no worker was free. */
  onThrottled: (() => void) | undefined;
  /** Processes that died without a fault, in order: defects. */
  readonly deaths: { process: string; at: Instant; error: unknown }[] = [];
  /** Receives that failed, whatever the cause, throttles included. */
  failedReceives = 0;
  /** Receives for which no worker was free. */
  throttledReceives = 0;
  readonly #loop: EventLoop;
  readonly #settings: QueueSettings;
  readonly #paused = new Map<QueueName, Stored[]>();
  #worker: Worker = () => Promise.resolve({ outcome: 'retry' });
  #sent = 0;
  readonly #depthOf = new Map<QueueName, number>();
  readonly #waitingOf = new Map<QueueName, number>();
  #waiting = 0;
  /** Taken and deleted, and not yet due to be seen again. */
  readonly #removed = new Set<Received>();

  constructor(loop: EventLoop, settings: QueueSettings = QUEUE_SETTINGS) {
    this.#loop = loop;
    this.#settings = settings;
  }

  /** How many messages are on the queues or in flight. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many messages of a queue are on it or in flight, as a broker counts them. */
  depthOf(queue: QueueName): number {
    return this.#depthOf.get(queue) ?? 0;
  }

  /** How many messages of a queue are on it or in flight, routine ones not counted. */
  waitingOf(queue: QueueName): number {
    return this.#waitingOf.get(queue) ?? 0;
  }

  /** Names who works the messages; before, none is worked. */
  workWith(worker: Worker): void {
    this.#worker = worker;
  }

  /** Nothing of a queue is given out until it is resumed; receive counts stand still. */
  pause(queue: QueueName): void {
    if (!this.#paused.has(queue)) this.#paused.set(queue, []);
  }

  resume(queue: QueueName): void {
    const parked = this.#paused.get(queue) ?? [];
    this.#paused.delete(queue);
    for (const message of parked) this.#showAfter(message, 0);
  }

  isPaused(queue: QueueName): boolean {
    return this.#paused.has(queue);
  }

  async send(queue: QueueName, messages: OutgoingMessage[]): Promise<void> {
    for (const message of messages) this.#accept(queue, message);
  }

  /** Sends what nobody's right depends on: it is not counted by `waitingOf`. */
  sendRoutine(queue: QueueName, messages: OutgoingMessage[]): void {
    for (const message of messages) this.#accept(queue, message, true);
  }

  #accept(queue: QueueName, message: OutgoingMessage, isRoutine = false): void {
    const fault = this.faults.onSend?.(queue, message);
    if (fault?.drop) return;
    const now = this.#loop.clock.now();
    this.#sent += 1;
    const delay = (message.delaySeconds ?? 0) * SECOND + (fault?.delay ?? 0);
    for (let copy = fault?.copies ?? 1; copy > 0; copy -= 1) {
      const stored = {
        id: `m${this.#sent}`,
        queue,
        body: message.body,
        sentAt: now,
        receives: 0,
        isRoutine,
        earlierAttempts: 0,
        trials: 0,
        firstSentAt: now,
      };
      this.#wait(stored, 1);
      this.#showAfter(stored, delay);
    }
  }

  #wait({ queue, isRoutine }: Stored, by: number): void {
    this.#waiting += by;
    this.#depthOf.set(queue, this.depthOf(queue) + by);
    if (isRoutine) return;
    this.#waitingOf.set(queue, this.waitingOf(queue) + by);
  }

  #showAfter(message: Stored, delay: Duration): void {
    this.#loop.at(this.#loop.clock.now() + delay, rankOf(message, delay), () => this.#receive(message));
  }

  async #receive(message: Stored): Promise<void> {
    if (this.#removed.delete(message)) return;
    const parked = this.#paused.get(message.queue);
    if (parked) {
      parked.push(message);
      return;
    }
    const silentUntil = this.faults.silentUntil?.(message.queue);
    if (silentUntil !== undefined) {
      this.#showAfter(message, silentUntil - this.#loop.clock.now());
      return;
    }
    if (!this.#isGivenOut(message)) return;
    const delivery = deliveryOf(message);
    const fault = this.faults.onReceive?.(delivery);
    if (fault === 'throttle') {
      this.throttledReceives += 1;
      this.onThrottled?.();
    }
    const answer: Answer = fault === 'throttle' ? { outcome: 'retry' } : await this.#work(delivery);
    this.#conclude(message, answer, fault === 'duplicate');
  }

  /** Counts a receive; false where the message is too old, or was received too often. */
  #isGivenOut(message: Stored): boolean {
    const now = this.#loop.clock.now();
    const retention = UNREPEATED_QUEUES.includes(message.queue)
      ? LONGEST_RETENTION
      : this.#settings.retention;
    if (now - message.sentAt > retention) {
      this.#wait(message, -1);
      return false;
    }
    message.receives += 1;
    message.firstReceivedAt ??= now;
    if (message.receives <= this.#settings.maxReceiveCount) return true;
    this.#moveToDeadLetters(message, null);
    return false;
  }

  /** Receives one message of a paused queue; undefined where none can be had now. It is seen again unless removed. */
  take(queue: QueueName): Received | undefined {
    if (this.faults.silentUntil?.(queue) !== undefined) return undefined;
    const parked = this.#paused.get(queue) ?? [];
    for (let message = parked.shift(); message; message = parked.shift()) {
      if (!this.#isGivenOut(message)) continue;
      this.#showAfter(message, this.#settings.visibility);
      return message;
    }
    return undefined;
  }

  /** Deletes a message that was taken: it is not seen again. */
  remove(message: Received): void {
    if (this.#removed.has(message)) return;
    this.#removed.add(message);
    this.#wait(message, -1);
  }

  /** Sends a message that was taken again, with its history and no receive. */
  copy(message: Received, delay: Duration): void {
    const { queue, body, firstSentAt, isRoutine } = message;
    this.#sent += 1;
    const copied: Stored = {
      id: `m${this.#sent}`,
      queue,
      body,
      sentAt: this.#loop.clock.now(),
      receives: 0,
      isRoutine,
      earlierAttempts: message.earlierAttempts + message.receives,
      trials: message.trials + 1,
      firstSentAt,
    };
    this.#wait(copied, 1);
    this.#showAfter(copied, delay);
  }

  async #work(delivery: Delivery): Promise<Answer> {
    try {
      return await this.#worker(delivery);
    } catch (error) {
      if (error instanceof ProcessDied) return { outcome: 'retry', reason: 'died' };
      this.deaths.push({ process: delivery.queue, at: this.#loop.clock.now(), error });
      return { outcome: 'retry', reason: 'died' };
    }
  }

  #conclude(message: Stored, answer: Answer, deletionLost: boolean): void {
    if (answer.outcome === 'retry') {
      if (answer.failed !== false) this.failedReceives += 1;
      const delay =
        answer.delaySeconds === undefined ? this.#settings.visibility : answer.delaySeconds * SECOND;
      this.#showAfter(message, delay);
      return;
    }
    if (answer.outcome === 'dead-letter') {
      this.failedReceives += 1;
      this.#moveToDeadLetters(message, answer.reason);
    } else if (deletionLost) {
      this.#showAfter(message, this.#settings.visibility);
    } else {
      this.#wait(message, -1);
    }
  }

  #moveToDeadLetters(message: Stored, reason: string | null): void {
    this.#wait(message, -1);
    const letter: DeadLetter = {
      queue: message.queue,
      messageId: message.id,
      body: message.body,
      reason,
      sentAt: message.sentAt,
      movedAt: this.#loop.clock.now(),
      receives: message.receives,
    };
    this.deadLetters.push(letter);
    this.onDeadLetter?.(letter);
  }
}

/** How a receive of a message is handed over. */
export function deliveryOf(message: Received): Delivery {
  const { id, queue, body, receives, sentAt, firstReceivedAt, earlierAttempts } = message;
  return {
    queue,
    messageId: id,
    body,
    receiveCount: receives,
    sentAt,
    ...(firstReceivedAt === undefined ? {} : { firstReceivedAt }),
    earlierAttempts,
  };
}

function rankOf(message: Stored, delay: Duration): Rank {
  if (delay === 0) return RANK.caused;
  return message.queue === 'notify' && message.receives === 0 ? RANK.gathered : RANK.delayed;
}
