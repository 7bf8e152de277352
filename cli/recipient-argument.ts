import { shown } from '../functions/abandonment/policy-wording.ts';
import { isTopic } from '../functions/abandonment/topics.ts';
import { normaliseAddress, recipientKey } from '../functions/platform/addresses.ts';
import { UsageError } from './errors.ts';

/** The address that an argument names, in its one form; throws a `UsageError` where it is none. */
export function addressOf(text: string): string {
  const address = normaliseAddress(text);
  if (address !== undefined) return address;
  throw new UsageError(
    `${shown(text)} is no mail address; allowed: a plain address such as "ana@example.com"`,
  );
}

/** The address, or the topic's ARN, that an argument names; throws a `UsageError` where it is neither. */
export function targetNamed(text: string): string {
  return isTopic(text) ? text : addressOf(text);
}

/** The key of the recipient whom an argument names; throws a `UsageError` where it is no address and no ARN. */
export function knownKey(text: string): string {
  return recipientKey(targetNamed(text));
}
