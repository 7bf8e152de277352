import { type Duration, type Instant, MINUTE, SECOND } from '../abandonment/time.ts';
import type { QueueName } from '../platform/ports.ts';
import type { System } from '../platform/system.ts';
import { keys, ROW_VERSION } from '../store/rows.ts';
import { recordOops } from './oops.ts';

/** One receive of one message. */
export interface Delivery {
  body: string;
  messageId: string;
  /** From 1; counted by the broker. */
  receiveCount: number;
  /** The receive after which the broker dead-letters it. */
  maxReceives: number;
}

/** What became of a message: every one ends as done, skipped with a reason, or in a dead-letter queue with its reason. */
export type Outcome =
  | { outcome: 'done'; reason: string }
  | { outcome: 'skipped'; reason: string }
  /** Back to the queue, visible again after the delay. `failed`: a failed attempt, not a wait that was planned. */
  | { outcome: 'retry'; reason: string; delaySeconds: number; failed: boolean }
  | { outcome: 'dead-letter'; reason: string };

export type Parsed<Message> =
  | { ok: true; message: Message }
  /** `newer`: written by a later version of the code, whose deployment may be under way. */
  | { ok: false; reason: string; newer: boolean };

/** The part of a worker that differs from queue to queue. */
export interface Consumer<Message> {
  queue: QueueName;
  parse(body: unknown): Parsed<Message>;
  /** The work item's name for logs, attempts and OOPS records: never an address. */
  nameOf(message: Message): string;
  /** After this instant the message is of no use; undefined: never. */
  notAfter(message: Message): Instant | undefined;
  /** Whether the state in the table gets the work queued again, so that the broker need not keep the message. */
  queuedAgainFromState: boolean;
  /** Where the state does: lets it, from this instant on; called when the message is given up. */
  handBack?(system: System, message: Message, retryAt: Instant): Promise<void>;
  /** Decides again on fresh state, acts, records. A throw is a fault: tried again with growing delays. */
  act(system: System, message: Message, delivery: Delivery): Promise<Outcome>;
}

const FIRST_DELAY: Duration = 20 * SECOND;
const LONGEST_DELAY: Duration = 15 * MINUTE;

/** 20 s × 2^n, at most 15 min, with half of it left to chance; in whole seconds. */
export function retryDelaySeconds(receiveCount: number, chance: number): number {
  const full = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(receiveCount - 1, 16));
  return Math.max(1, Math.round((full / 2 + (full / 2) * chance) / SECOND));
}

/** Works one message: parses it, records the start, acts, and says what is to become of it. Never throws. */
export async function processMessage<Message>(
  system: System,
  consumer: Consumer<Message>,
  delivery: Delivery,
): Promise<Outcome> {
  const parsed = parse(consumer, delivery.body);
  if (!parsed.ok) {
    return parsed.newer ? failed(system, delivery, parsed.reason) : { outcome: 'dead-letter', reason: parsed.reason };
  }
  const { message } = parsed;
  const notAfter = consumer.notAfter(message);
  if (notAfter !== undefined && system.clock.now() > notAfter) return { outcome: 'skipped', reason: 'expired' };
  const item = consumer.nameOf(message);
  try {
    if (consumer.queuedAgainFromState) await recordStart(system, consumer.queue, item, delivery);
    const outcome = await consumer.act(system, message, delivery);
    if (consumer.queuedAgainFromState) await recordEnd(system, consumer.queue, item);
    return outcome.outcome === 'retry' && outcome.failed
      ? await handedBack(system, consumer, message, delivery, outcome)
      : outcome;
  } catch (error) {
    recordOops(system, { worker: consumer.queue, item, attempt: delivery.receiveCount, cause: 'fault', error });
    return handedBack(system, consumer, message, delivery, failed(system, delivery, 'fault'));
  }
}

function parse<Message>(consumer: Consumer<Message>, body: string): Parsed<Message> {
  try {
    return consumer.parse(JSON.parse(body));
  } catch {
    return { ok: false, reason: 'not JSON', newer: false };
  }
}

function failed(system: System, delivery: Delivery, reason: string): Outcome {
  const delaySeconds = retryDelaySeconds(delivery.receiveCount, system.random.next());
  return { outcome: 'retry', reason, delaySeconds, failed: true };
}

/**
 * On the last allowed receive of work that the state queues again, the message is given up and the work is not:
 * the broker would only dead-letter what is still due.
 */
async function handedBack<Message>(
  system: System,
  consumer: Consumer<Message>,
  message: Message,
  delivery: Delivery,
  outcome: Outcome,
): Promise<Outcome> {
  if (!consumer.queuedAgainFromState || delivery.receiveCount < delivery.maxReceives) return outcome;
  const item = consumer.nameOf(message);
  try {
    await consumer.handBack?.(system, message, system.clock.now() + LONGEST_DELAY);
  } catch (error) {
    recordOops(system, { worker: consumer.queue, item, attempt: delivery.receiveCount, cause: 'fault', error });
    return outcome;
  }
  system.telemetry.log('warn', 'work is left to the scanner', { queue: consumer.queue, item });
  return { outcome: 'skipped', reason: 'left-to-the-scanner' };
}

async function recordStart(system: System, queue: QueueName, item: string, delivery: Delivery): Promise<void> {
  const key = keys.work(queue, item);
  const before = await system.table.get(key);
  if (before) {
    recordOops(system, {
      worker: queue,
      item,
      attempt: Number(before.attempt),
      cause: 'died',
      error: new Error(`attempt ${before.attempt} of version ${before.functionVersion} began and never ended`),
    });
  }
  const start = {
    ...key,
    v: ROW_VERSION,
    attempt: delivery.receiveCount,
    startedAt: system.clock.now(),
    functionVersion: system.config.functionVersion,
  };
  await system.table.transact([{ put: start }], system.random.id(system.clock.now()));
}

async function recordEnd(system: System, queue: QueueName, item: string): Promise<void> {
  await system.table.transact([{ delete: keys.work(queue, item) }], system.random.id(system.clock.now()));
}
