import type { Duration, Instant } from '../abandonment/time.ts';
import type { DeadLetters, LetterQueue, ReceivedLetter } from './dead-letters.ts';
import { factsOf, type LetterFacts } from './letter-facts.ts';

/** A letter with what it is about. */
export interface Letter {
  received: ReceivedLetter;
  facts: LetterFacts;
}

/** Reads what it is about. */
export function letterOf(received: ReceivedLetter): Letter {
  return { received, facts: factsOf(received) };
}

/** Which dead letters are meant: those for which all that is given holds. */
export interface Selectors {
  queue?: LetterQueue;
  /** As lists show it. */
  kind?: string;
  /** A part of the reason, in any case. */
  reason?: string;
  /** At least so old, from when its work was first sent. */
  age?: Duration;
  /** A task that it names. */
  task?: string;
  id?: string;
}

/** What stands for the reason of a letter that the broker moved. */
const NO_REASON = 'received too often';

/** Why it was given up. */
export function reasonText({ received }: Letter): string {
  return received.reason ?? NO_REASON;
}

/** Whether a letter is meant. */
export function isSelected(selectors: Selectors, { received, facts }: Letter, now: Instant): boolean {
  const { queue, kind, reason, age, task, id } = selectors;
  return (
    (queue === undefined || received.queue === queue) &&
    (kind === undefined || facts.kind === kind) &&
    (reason === undefined || contains(reasonText({ received, facts }), reason)) &&
    (age === undefined || now - received.sentAt >= age) &&
    (task === undefined || facts.tasks.includes(task)) &&
    (id === undefined || received.id === id)
  );
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

/** All letters of some queues; each is where it was afterwards, and nobody else can read it meanwhile. */
export async function* eachLetter(
  letters: DeadLetters,
  queues: readonly LetterQueue[],
): AsyncGenerator<Letter> {
  for (const queue of queues) {
    const seen: ReceivedLetter[] = [];
    try {
      for await (const batch of letters.receive(queue)) {
        seen.push(...batch);
        for (const received of batch) yield letterOf(received);
      }
    } finally {
      await letters.release(queue, seen);
    }
  }
}
