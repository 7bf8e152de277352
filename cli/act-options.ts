import { InvalidArgumentError } from 'commander';
import {
  type Duration,
  formatInstant,
  type Instant,
  parseDuration,
  parseInstant,
} from '../functions/abandonment/time.ts';
import { UsageError } from './errors.ts';

/** When something is to end: at an instant, or after a while. */
export type Until = { at: Instant } | { after: Duration };

/** Reads when something is to end. */
export function untilArgument(text: string): Until {
  const at = parseInstant(text);
  if (at !== undefined) return { at };
  const after = parseDuration(text);
  if (after !== undefined && after > 0) return { after };
  throw new InvalidArgumentError('Allowed: RFC 3339 with a zone, or after how long, such as "2h" or "3d".');
}

/** The instant that `--until` names; undefined where it is missing. */
export function untilInstant(until: Until | undefined, now: Instant): Instant | undefined {
  if (until === undefined) return undefined;
  const at = 'at' in until ? until.at : now + until.after;
  if (at <= now) throw new UsageError(`--until ${formatInstant(at)} is over; allowed: a time to come`);
  return at;
}

/** So long a reason may be: it stands in each row of the audit. */
const LONGEST_REASON = 500;

/** Reads why something is done. */
export function reasonArgument(text: string): string {
  if (text.length <= LONGEST_REASON) return text;
  throw new InvalidArgumentError(`It has ${text.length} characters; allowed: up to ${LONGEST_REASON}.`);
}

/** Reads how many there are to be. */
export function countArgument(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed: a whole number.');
}
