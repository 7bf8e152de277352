import { InvalidArgumentError } from 'commander';
import { type Duration, type Instant, parseDuration, parseInstant } from '../functions/abandonment/time.ts';

/** Since when: an instant, or how long ago. */
export type Since = { at: Instant } | { ago: Duration };

/** Reads it as an option. */
export function sinceArgument(text: string): Since {
  const at = parseInstant(text);
  if (at !== undefined) return { at };
  const ago = parseDuration(text);
  if (ago !== undefined) return { ago };
  throw new InvalidArgumentError('Allowed: RFC 3339 with a zone, or how long ago, such as "7d".');
}

/** The instant that it names; the earliest where it is missing. */
export function sinceInstant(since: Since | undefined, now: Instant): Instant {
  if (since === undefined) return 0;
  return 'at' in since ? since.at : Math.max(0, now - since.ago);
}
