import type { MailItem } from './digest-facts.ts';
import { clip } from './escape.ts';
import { dayIn } from './wording-dates.ts';
import { announcedDate, groupOf, nameOf, type Reader } from './wording-items.ts';

/** What a subject may be long, in characters; a name in it gives way first. */
export const MAX_SUBJECT = 150;
const LONGEST_NAME = 80;

/** The subject line: how many of what presses most, its earliest date, and how much else there is. */
export function subjectOf(ordered: readonly MailItem[], { zone, words }: Reader): string {
  const first = ordered[0];
  if (!first) throw new RangeError('a mail needs at least one item');
  const group = groupOf(first);
  const same = ordered.filter((item) => groupOf(item) === group);
  const earliest = announcedDate(first);
  const subject = words.subject[group]({
    count: same.length,
    name: clip(nameOf(first), LONGEST_NAME),
    day: earliest === null ? '' : dayIn(earliest, zone, words.dates),
    more: same.some((item) => announcedDate(item) !== earliest),
    reminder: same.every((item) => item.notice === 'reminder'),
  });
  const others = ordered.length - same.length;
  return clip(others === 0 ? subject : subject + words.andOthers(others), MAX_SUBJECT);
}
