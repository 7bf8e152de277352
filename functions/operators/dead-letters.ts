import { normaliseAddress, recipientKey } from '../platform/addresses.ts';
import type { QueueName } from '../platform/ports.ts';

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

/** The dead-letter queues of a stage. */
export interface DeadLetters {
  /**
   * Looks at every message of every queue; what stays is where it was afterwards.
   *
   * @param isMeant tells of a message, as its body and its attributes one after the other, whether it is looked for
   * @param removes whether it is deleted
   */
  look(isMeant: (text: string) => boolean, removes: boolean): Promise<LookedAt[]>;
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
    return Object.entries(value).some(([name, one]) => isNamed(name) || isIn(one, depth));
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
