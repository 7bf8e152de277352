/** Why an event, or what it says of one task, is not taken. */
export const EVENT_REFUSALS = [
  'unknown-source',
  'account-not-covered',
  'unknown-event',
  'malformed',
  'task-not-covered',
  'data-plane-not-covered',
  'owner-domain',
  'from-the-future',
  'too-old',
  'version-jump',
  'too-large',
  'too-many-data-planes',
] as const;

/**
 * What a failure that was answered and not thrown may be called. Whatever else begins a reason is called `other`: each
 * name is a kind of failure with a row of its own, and others write the words of some reasons.
 */
const FAILURE_NAMES = [
  'unreadable',
  'newer-version',
  'table-busy',
  'all-refused',
  ...EVENT_REFUSALS,
  'the task changed meanwhile',
  'digest not known yet',
] as const;

export type FailureName = (typeof FAILURE_NAMES)[number] | 'other';

/** The name of a failure by its reason: what stands before the first colon, where that is one of the list. */
export function failureNameOf(reason: string): FailureName {
  const end = reason.indexOf(':');
  const begin = end < 0 ? reason : reason.slice(0, end);
  return FAILURE_NAMES.find((name) => name === begin) ?? 'other';
}
