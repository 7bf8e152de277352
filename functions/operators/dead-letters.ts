import type { Instant } from '../abandonment/time.ts';
import { normaliseAddress, recipientKey } from '../platform/addresses.ts';
import { QUEUE_NAMES, type QueueName } from '../platform/queues.ts';

/** The dead-letter queues of schedules: ticks that were not delivered, and runs that failed. */
const TICK_LETTERS = [
  'scanner-undelivered',
  'scanner-failed',
  'breaker-undelivered',
  'breaker-failed',
] as const;
export type TickLetters = (typeof TICK_LETTERS)[number];

/** What a dead-letter queue is called: as the queue that it belongs to, or what became of a tick. */
export type LetterQueue = QueueName | TickLetters;
export const LETTER_QUEUES: readonly LetterQueue[] = [...QUEUE_NAMES, ...TICK_LETTERS];

/** Whether it holds ticks: their work is long done by later ones, so nothing of it is ever sent back. */
export function holdsTicks(queue: LetterQueue): queue is TickLetters {
  return TICK_LETTERS.some((name) => name === queue);
}

/** A message of a dead-letter queue, as it was received. */
export interface ReceivedLetter {
  queue: LetterQueue;
  /** Stays the same however often it is received. */
  id: string;
  handle: string;
  body: string;
  /** Why the worker gave it up, or EventBridge or Lambda; null where SQS moved it, for it was received too often. */
  reason: string | null;
  /** When its work was first sent. */
  sentAt: Instant;
  /** When it came to the dead-letter queue; of one that SQS moved the same as `sentAt`, which SQS keeps. */
  arrivedAt: Instant;
  /** The id of the message that was given up, where that is another. */
  messageId: string;
  /** How often that was received, where it is told. */
  receives: number | null;
  /** The tenant, for fair queues. */
  group?: string;
}

/** What was seen of one dead-letter queue. */
export interface LookedAt {
  queue: QueueName;
  /** Messages that were looked at. */
  looked: number;
  /** Ids of those that name the person. */
  naming: string[];
  /** How many of them were deleted. */
  removed: number;
  /** Messages that somebody else holds, or that there were too many of. */
  unseen: number;
}

/** How far the broker is with a queue that it moves back as a whole. */
export interface MoveState {
  isRunning: boolean;
  moved: number;
  /** Why it failed; absent where it did not. */
  failure?: string;
}

/** The dead-letter queues of a stage. */
export interface DeadLetters {
  /** Those that it has. */
  readonly queues: readonly LetterQueue[];
  /**
   * Looks at every message of every queue; what stays is where it was afterwards.
   *
   * @param isMeant tells of a message, as its body and its attributes one after the other, whether it is looked for
   * @param removes whether it is deleted
   */
  look(isMeant: (text: string) => boolean, removes: boolean): Promise<LookedAt[]>;
  /** How many messages a queue holds, those that somebody else reads included. */
  count(queue: LetterQueue): Promise<number>;
  /** All messages of a queue, some at a time; each is hidden from others for minutes. */
  receive(queue: LetterQueue): AsyncIterable<readonly ReceivedLetter[]>;
  /** Sends the work of letters to its queue, as new messages; gives the ids of the letters that were not taken. */
  send(queue: QueueName, letters: readonly ReceivedLetter[]): Promise<ReadonlySet<string>>;
  /** Deletes letters; one that cannot be is received again. Throws where the broker fails. */
  remove(queue: LetterQueue, letters: readonly ReceivedLetter[]): Promise<void>;
  /** Lets others see letters at once. */
  release(queue: LetterQueue, letters: readonly ReceivedLetter[]): Promise<void>;
  /** Has the broker move a whole queue back; false where it cannot do that. Goes on where it does so already. */
  startMove(queue: QueueName, perSecond: number): Promise<boolean>;
  moveState(queue: QueueName): Promise<MoveState>;
  /** Has the broker stop. */
  stopMove(queue: QueueName): Promise<void>;
}

/** What stands around an address, wherever it stands in a text. */
const AROUND = /[\s<>()[\]\\,;:"'`]+/;
/** Texts within texts are looked into so deep: a message of SES stands in one of SNS. */
const DEEPEST = 4;

/**
 * Tells whether a text names a person: by the address in any way of writing it, in JSON within JSON too, or by the hash
 * that messages of ours carry.
 */
export function namesPerson(address: string): (text: string) => boolean {
  const email = normaliseAddress(address) ?? address;
  const key = recipientKey(address);
  const isNamed = (text: string) => text.includes(key) || addressesIn(text).has(email);
  const isIn = (value: unknown, depth: number): boolean => {
    if (typeof value === 'string')
      return isNamed(value) || (depth < DEEPEST && isIn(parsed(value), depth + 1));
    if (typeof value !== 'object' || value === null) return false;
    return Object.entries(value).some(([name, inner]) => isNamed(name) || isIn(inner, depth));
  };
  return (text) => isIn(text, 0);
}

function addressesIn(text: string): Set<string | undefined> {
  const found = text.split(AROUND).filter((word) => word.includes('@'));
  return new Set(found.map((word) => normaliseAddress(word.replace(/[.!?]{1,3}$/, ''))));
}

/** What a text says as JSON; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' || typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
