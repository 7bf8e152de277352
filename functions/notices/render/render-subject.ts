import { clip, visible } from '../../platform/escape.ts';
import { plainWordOf } from '../../platform/foreign-words.ts';
import type { MailItem } from '../send/digest-facts.ts';
import { dayIn, UNBROKEN_SPACE } from './wording-dates.ts';
import { aheadOf, groupOf, type Reader } from './wording-items.ts';

/** What a subject may be long, in characters. */
const MAX_SUBJECT = 150;

/**
 * The subject line: how many of what presses most, its earliest date, and how much else there is. It speaks in our name,
 * so of an id it has no more than the last part, and that only where it is one plain word.
 */
export function subjectOf(ordered: readonly MailItem[], { zone, words }: Reader): string {
  const first = ordered[0];
  if (!first) throw new RangeError('a mail needs at least one item');
  const group = groupOf(first);
  const same = ordered.filter((item) => groupOf(item) === group);
  const earliest = aheadOf(first);
  const name = plainWordOf(visible(first.task));
  const subject = words.subject[group]({
    count: same.length,
    ...(name === undefined ? {} : { name }),
    day: earliest === null ? '' : dayIn(earliest, zone, words.dates).replaceAll(UNBROKEN_SPACE, ' '),
    more: same.some((item) => aheadOf(item) !== earliest),
    reminder: same.every((item) => item.notice === 'reminder'),
  });
  const others = ordered.length - same.length;
  return clip(others === 0 ? subject : subject + words.andOthers(others), MAX_SUBJECT);
}
