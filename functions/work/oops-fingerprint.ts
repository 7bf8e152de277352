import { createHash } from 'node:crypto';
import { cut } from '../platform/queue-text.ts';

/** A frame of our own code: the function, where it has a name, and the file. */
const OWN_FRAME = /^\s*at (?:async )?(?:(.+?) \()?(?:.*[/\\])?(functions[/\\][^():]+?):\d+(?::\d+)?\)?$/;
const SAMPLE_LENGTH = 300;
const ADDRESS = /[^\s@<>"'(),;:]+@[^\s@<>"'(),;:]+/g;
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

/** The function and file of the innermost frame within functions/, without line numbers; the last resort is `unknown`. */
export function siteOf(stack: string | undefined): string {
  for (const line of stack?.split('\n') ?? []) {
    const match = OWN_FRAME.exec(line);
    if (match)
      return [match[2]?.replaceAll('\\', '/'), match[1]].filter((part) => part !== undefined).join(' ');
  }
  return 'unknown';
}

/** A message without addresses, ids and numbers, on one line, at most 300 characters. */
export function sampleOf(message: string): string {
  const sample = message
    .replace(ADDRESS, '<address>')
    .replace(SLASHED, '<id>')
    .replace(NUMBERED, '#')
    .replace(/[\p{Cc}\s]+/gu, ' ');
  return cut(sample, SAMPLE_LENGTH);
}
