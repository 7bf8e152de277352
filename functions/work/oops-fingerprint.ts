import { createHash } from 'node:crypto';
import { BOUNDS } from '../abandonment/bounds.ts';
import { cut } from '../platform/queue-text.ts';
import { recordable } from '../platform/recorded-text.ts';

/** A frame of our own code: the function, where it has a name, and the file. */
const OWN_FRAME = /^\s*at (?:async )?(?:(.+?) \()?(?:.*[/\\])?(functions[/\\][^():]+?):\d+(?::\d+)?\)?$/;
const SAMPLE_LENGTH = 300;
/** `acmeCo/prod/orders`: ids of tasks, ARNs and paths. */
const SLASHED = /[^\s"'(),;]+\/[^\s"'(),;]+/g;
/** Ids, hashes, numbers: a word with a digit in it. */
const NUMBERED = /\b[\w-]*\d[\w-]*\b/g;

/** What tells one kind of failure from another: nothing that differs from item to item. */
export interface FailureKind {
  worker: string;
  cause: string;
  /** The error's class. */
  error: string;
  /** The code site. */
  site: string;
}

/** The name of a kind of failure: 12 hex digits, the same for each item, attempt and line number. */
export function fingerprintOf({ worker, cause, error, site }: FailureKind): string {
  const text = [worker, cause, error, site].join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/**
 * The function and file of the innermost frame within functions/, without line numbers; the last resort is `unknown`. What
 * the error says of itself may have been written by others, and is not looked at.
 */
export function siteOf({ stack, message }: Pick<Error, 'stack' | 'message'>): string {
  for (const line of framesOf(stack ?? '', message)) {
    const match = OWN_FRAME.exec(line);
    if (match)
      return [match[2]?.replaceAll('\\', '/'), match[1]].filter((part) => part !== undefined).join(' ');
  }
  return 'unknown';
}

function framesOf(stack: string, message: string): string[] {
  const place = message === '' ? -1 : stack.indexOf(message);
  const frames = place < 0 ? stack : stack.slice(place + message.length);
  return frames.split('\n').filter(({ length }) => length <= BOUNDS.searched.most);
}

/** A message without addresses, ids and numbers, on one line, at most 300 characters. */
export function sampleOf(message: string): string {
  const sample = recordable(message)
    .replace(SLASHED, '<id>')
    .replace(NUMBERED, '#')
    .replace(/[\p{Cc}\s]+/gu, ' ');
  return cut(sample, SAMPLE_LENGTH);
}
