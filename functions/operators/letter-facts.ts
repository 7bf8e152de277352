import { createHash } from 'node:crypto';
import type { Instant } from '../abandonment/time.ts';
import { UNREPEATED_QUEUES } from '../platform/queues.ts';
import { canaryIn } from '../work/canary.ts';
import type { Parsed } from '../work/consumer.ts';
import { disablingOf, enablingOf } from '../work/given-up.ts';
import {
  type DisablerMessage,
  disablerMessage,
  type ListingMessage,
  listingMessage,
  type NotifierMessage,
  notifierMessage,
  parseMessage,
  type WebhookMessage,
  webhookMessage,
} from '../work/read-messages.ts';
import { holdsTicks, type LetterQueue, type ReceivedLetter } from './dead-letters.ts';
import { jsonOf } from './letter-json.ts';
import { ofOthers } from './letters-of-others.ts';

/** What a worker would read in a letter. */
type LetterMessage =
  | { queue: 'disable'; message: DisablerMessage }
  | { queue: 'notify'; message: NotifierMessage }
  | { queue: 'listing'; message: ListingMessage }
  | { queue: 'webhook'; message: WebhookMessage };

/** What a dead letter is about, as its body says it. */
export interface LetterFacts {
  /** `disable`, `notify`, an event's detail type, SES's kind of event; `tick`, `canary`, `unreadable`. */
  kind: string;
  /** The tasks that it names. */
  tasks: readonly string[];
  /** What it is about where that is no task: a recipient's key, a control plane. */
  subject: string | null;
  /** The name of its work, by which sendings back are counted. */
  item: string;
  /** After this instant a worker skips it. */
  notAfter: Instant | null;
  /** Absent where it is of another queue, or cannot be read. */
  read?: LetterMessage;
}

/** Reads a letter; never throws, for what nobody can read is in these queues. */
export function factsOf({ queue, body }: Pick<ReceivedLetter, 'queue' | 'body'>): LetterFacts {
  const value = jsonOf(body);
  const item = bodyItem(body);
  const nothing = { tasks: [], subject: null, item, notAfter: null };
  if (holdsTicks(queue)) return { ...nothing, kind: 'tick' };
  const canary = canaryIn(value);
  if (canary) return { ...nothing, kind: 'canary', notAfter: canary.notAfter };
  return ofOurs(queue, value) ?? { ...nothing, ...ofOthers(queue, value) };
}

/** Of what nothing but itself names: the same event has the same body. */
function bodyItem(body: string): string {
  return `body:${createHash('sha256').update(body).digest('hex').slice(0, 32)}`;
}

function ofOurs(queue: LetterQueue, value: unknown): LetterFacts | undefined {
  switch (queue) {
    case 'disable':
      return ofMessage(parseMessage(disablerMessage, value), disablerFacts);
    case 'notify':
      return ofMessage(parseMessage(notifierMessage, value), notifierFacts);
    case 'listing':
      return ofMessage(parseMessage(listingMessage, value), listingFacts);
    case 'webhook':
      return ofMessage(parseMessage(webhookMessage, value), webhookFacts);
    default:
      return undefined;
  }
}

function ofMessage<Message extends { kind: string; notAfter: Instant }>(
  parsed: Parsed<Message>,
  factsOfMessage: (message: Message) => Omit<LetterFacts, 'kind' | 'notAfter'>,
): LetterFacts | undefined {
  if (!parsed.ok) return undefined;
  const { kind, notAfter } = parsed.message;
  return { kind, notAfter, ...factsOfMessage(parsed.message) };
}

function disablerFacts(message: DisablerMessage): Omit<LetterFacts, 'kind' | 'notAfter'> {
  const { kind, key, episode } = message;
  const work = kind === 'disable' ? disablingOf(key, episode) : enablingOf(key, episode);
  return { tasks: [key], subject: null, item: work.item, read: { queue: 'disable', message } };
}

function notifierFacts(message: NotifierMessage): Omit<LetterFacts, 'kind' | 'notAfter'> {
  return { tasks: [], subject: message.key, item: message.key, read: { queue: 'notify', message } };
}

function webhookFacts(message: WebhookMessage): Omit<LetterFacts, 'kind' | 'notAfter'> {
  const { key } = message;
  return { tasks: [], subject: key, item: key, read: { queue: 'webhook', message } };
}

function listingFacts(message: ListingMessage): Omit<LetterFacts, 'kind' | 'notAfter'> {
  const { key, listing } = message;
  const item = listing === undefined ? key : `${key}#${listing}`;
  return { tasks: [], subject: key, item, read: { queue: 'listing', message } };
}

/** Whether two letters with the same name of work are the same hint: one of them is enough. */
export function isOneHint(queue: LetterQueue): boolean {
  return !UNREPEATED_QUEUES.some((name) => name === queue);
}
