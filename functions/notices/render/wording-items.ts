import type { Entry, Link } from '../../../emails/digest.ts';
import type {
  DateSlots,
  DisclaimedSlots,
  Group,
  LastSlots,
  WhySlots,
  Wordings,
} from '../../../emails/wordings.ts';
import type { ResolveReason } from '../../abandonment/task.ts';
import { DAY, type Duration, HOUR, type Instant, MINUTE } from '../../abandonment/time.ts';
import { clip, visible } from '../../platform/escape.ts';
import { addressShown, plainWordOf, unlinked } from '../../platform/foreign-words.ts';
import type { DigestFacts, MailItem, MailWhy } from '../send/digest-facts.ts';
import { isDeclinable, type MailLinks } from './links.ts';
import { dayIn, inBothZones, lengthInWords, untilInWords } from './wording-dates.ts';

/** Above any valid id (512 bytes), so that only what is no id is cut. */
const LONGEST_NAME = 512;
const LONGEST_PLANE = 128;
const NAMED_OTHERS = 5;

/** The instant and zone a mail speaks from, and its words; the zone is a known one. */
export interface Reader {
  now: Instant;
  zone: string;
  words: Wordings;
  /** Whether each task is told with the reason for the reader; else one holds for all. */
  hasReasons?: boolean;
  /** Where each task has its own page to act on. */
  links?: MailLinks;
}

/**
 * Which part of the mail tells of it. A date is announced at mode `disable` only, whatever the item
 * carries.
 */
export function groupOf(item: MailItem): Group {
  if (item.notice === 'warning' || item.notice === 'reminder')
    return announcedDate(item) === null ? 'failing' : 'due';
  return item.notice;
}

/**
 * The date that a warning or reminder may name; null below mode `disable` and for notices of what is past. That of a
 * task's own deadline is the deadline, in any mode.
 */
export function announcedDate(item: MailItem): Instant | null {
  if (item.notice === 'stopping') return item.disableAt;
  const threatens = item.notice === 'warning' || item.notice === 'reminder' || item.notice === 'overdue';
  return threatens && item.mode === 'disable' ? item.disableAt : null;
}

/**
 * The date ahead that a notice is about: the announced one or, of what is still off, the last on which it can be
 * enabled.
 */
export function aheadOf(item: MailItem): Instant | null {
  return item.notice === 'still-off' ? (item.restorableUntil ?? null) : announcedDate(item);
}

/** The task's id as it may be shown: whatever it says, no mail program makes a link of it. */
export function nameOf(item: MailItem): string {
  return unlinked(clip(visible(item.task), LONGEST_NAME));
}

const OVER: readonly ResolveReason[] = [
  'recovered',
  'disabled',
  'deleted',
  'ineligible',
  'disabled-by-owner',
  'ended',
];

/** Whether what an item tells of is over. */
export function isPast({ notice, resolvedReason }: MailItem): boolean {
  return (
    notice === 'disabled' ||
    notice === 'still-off' ||
    notice === 'enabled' ||
    notice === 'recovered' ||
    (resolvedReason !== undefined && OVER.includes(resolvedReason))
  );
}

/** What is known of how the task stands. */
function stateOf(item: MailItem, reader: Reader): string {
  const { words } = reader;
  if (item.notice === 'stopping') return words.stillRuns;
  if (item.notice === 'disclaimed' && item.unhealthyFor < MINUTE) return words.nothingAnnounced;
  if (!item.isOverdue) return `${notRunning(item, reader)} ${words.causeIs(item.cause)}`;
  const lasted = lengthInWords(item.unhealthyFor, words.dates);
  const since = inBothZones(item.since, reader.zone, words.dates);
  return words.outlived({ since, lasted, past: isPast(item) });
}

/** Of a span shorter than that, its first minute is told; of a longer one the day will do. */
const SHORT: Duration = 3 * DAY;

function sinceOf({ since, unhealthyFor }: MailItem, { zone, words }: Reader): string {
  return unhealthyFor < SHORT ? inBothZones(since, zone, words.dates) : dayIn(since, zone, words.dates);
}

function notRunning(item: MailItem, reader: Reader): string {
  const { now, words } = reader;
  const past = isPast(item);
  return words.notRunning({
    since: sinceOf(item, reader),
    lasted: lengthInWords(item.unhealthyFor, words.dates),
    restarts: item.restarts,
    twitches: item.twitches ?? 0,
    partly: !past && now - item.since - item.unhealthyFor >= HOUR,
    past,
  });
}

/** An announced date, and how far ahead it is. */
export function dateSlots(due: Instant, { now, zone, words }: Reader): DateSlots {
  return { date: inBothZones(due, zone, words.dates), when: untilInWords(due, now, words.dates) };
}

/** Until when what was disabled can be enabled again as it was. */
export function restorableOf({ restorableUntil }: MailItem, { now, zone, words }: Reader): string[] {
  if (restorableUntil === undefined || restorableUntil <= now) return [];
  return [words.restorable(dayIn(restorableUntil, zone, words.dates))];
}

/** Until when what is still off can be enabled again as it was; undefined of all else. */
export function lastOf(
  { notice, restorableUntil }: MailItem,
  { now, zone, words }: Reader,
): LastSlots | undefined {
  if (notice !== 'still-off' || restorableUntil === undefined) return undefined;
  const left = lengthInWords(Math.max(0, restorableUntil - now), words.dates);
  return { date: inBothZones(restorableUntil, zone, words.dates), left };
}

/** What was disabled, and until when that can be undone. */
function offActsOf(item: MailItem, reader: Reader): string[] {
  const { zone, words } = reader;
  const date = item.disabledAt === undefined ? null : inBothZones(item.disabledAt, zone, words.dates);
  const off = words.wasTurnedOff(date, item.resolvedReason === 'disabled-by-owner');
  const last = lastOf(item, reader);
  return last ? [words.restorableStill(last), off] : [off, ...restorableOf(item, reader)];
}

/** Who said that a task is not theirs, and whom they named, as addresses may be shown. */
export function disclaimerOf({ disclaimed }: MailItem): DisclaimedSlots {
  const shownAs = (address: string) => addressShown(clip(visible(address), 254));
  const { by = '?', instead } = disclaimed ?? {};
  return { by: shownAs(by), instead: instead === undefined ? null : shownAs(instead) };
}

/** What happens to a task or has happened, and when. */
export function actsOf(item: MailItem, reader: Reader): string[] {
  const { zone, words } = reader;
  const due = announcedDate(item);
  if (due !== null && item.notice === 'stopping')
    return [words.endsOn(dateSlots(due, reader), item.mode === 'disable')];
  if (due !== null) return [words.willBeTurnedOff(dateSlots(due, reader), item.notice === 'reminder')];
  if (item.notice === 'disabled' || item.notice === 'still-off') return offActsOf(item, reader);
  if (item.notice === 'enabled') {
    return [
      words.wasTurnedOn(item.enabledAt === undefined ? null : inBothZones(item.enabledAt, zone, words.dates)),
    ];
  }
  if (item.notice === 'disclaimed') return [words.disclaimed(disclaimerOf(item))];
  if (item.notice === 'withdrawn') return [words.noLongerHolds(item.resolvedReason)];
  return item.notice === 'recovered' ? [words.runsAgain] : [];
}

/** Who else is notified. */
export function toldOf(item: Pick<MailItem, 'told'>, { words }: Reader): string {
  const others = item.told.map((address) => clip(visible(address), 254)).filter((address) => address !== '');
  const named = others.slice(0, NAMED_OTHERS).map(addressShown);
  return words.alsoTold(named, others.length - named.length);
}

/** Why the reader is notified, with the names of others as they may be shown. */
function whySlots(why: MailWhy): WhySlots {
  if (why.as === 'owner-by-rule') return { as: why.as, pattern: named(why.rule.pattern) };
  if (why.as === 'subscriber' || why.as === 'admin')
    return { as: why.as, scope: why.scope === '' ? null : named(why.scope) };
  return why;
}

/** A name of others, as it may stand between quotes. */
export function named(text: string, longest = LONGEST_NAME): string {
  return unlinked(clip(visible(text), longest)).replaceAll('"', '\\"');
}

/** Each reason for the reader that holds for some items, said once. */
export function reasonsOf(items: readonly MailItem[], { words }: Reader): string[] {
  const reasons = items.flatMap(({ why }) => (why ? [words.youGetThis(whySlots(why), items.length)] : []));
  return [...new Set(reasons)];
}

/** The one reason for all that a mail tells; undefined where there are several, or none is known. */
export function oneReason(items: readonly MailItem[]): MailWhy | undefined {
  const reasons = new Map(items.map(({ why }) => [JSON.stringify(why), why]));
  return reasons.size === 1 ? items[0]?.why : undefined;
}

/** Who else is notified, behind the reason for the reader, where it is not one for the whole mail. */
function reasonedTold(item: MailItem, reader: Reader): string {
  const others = toldOf(item, reader);
  return reader.hasReasons && item.why ? `${reader.words.youGetThis(whySlots(item.why))} ${others}` : others;
}

/** Everything the mail says of one task; `isAlone`: its date and where to act stand above. */
export function entryOf(item: MailItem, reader: Reader, isAlone: boolean): Entry {
  const { words } = reader;
  return {
    name: nameOf(item),
    acts: isAlone ? [] : actsOf(item, reader),
    state: stateOf(item, reader),
    where: words.where(item.kind),
    plane: unlinked(clip(visible(item.dataPlane), LONGEST_PLANE)) || '?',
    told: reasonedTold(item, reader),
    links: isAlone ? [] : linksOf(item, reader),
  };
}

/** Whether there is something to do about a task. */
export function isOpenToActs(item: MailItem): boolean {
  const group = groupOf(item);
  return group !== 'withdrawn' && group !== 'enabled' && group !== 'recovered';
}

/** Where to act on one task; nowhere where there is nothing to do. */
function linksOf(item: MailItem, { links, words }: Pick<Reader, 'links' | 'words'>): Link[] {
  if (!links || !isOpenToActs(item)) return [];
  return [{ words: words.acting.one, url: links.task(item) }];
}

/** The line that inboxes show behind the subject. */
export function preheaderOf(items: readonly MailItem[], reader: Reader): string {
  const { words } = reader;
  const [first] = items;
  if (!first) return '';
  if (items.length > 1) {
    const names = items.flatMap((item) => plainWordOf(visible(item.task)) ?? []).slice(0, NAMED_OTHERS);
    return names.length === 0 ? '' : words.preheader.many(names, items.length - names.length);
  }
  const { notice, isOverdue, unhealthyFor, cause } = first;
  const isWarned = notice === 'warning' || notice === 'reminder';
  if (isWarned && !isOverdue) return words.preheader.one(lengthInWords(unhealthyFor, words.dates), cause);
  return stateOf(first, reader);
}

/** Why the reader gets the mail, and that what is announced or was done can be undone. */
export function leadsOf(items: readonly MailItem[], { words }: Reader): string[] {
  const why = oneReason(items);
  const due = items.filter((item) => announcedDate(item) !== null && item.mode === 'disable');
  return [
    ...(why ? [words.youGetThis(whySlots(why), items.length)] : []),
    ...(due.length > 0 ? [words.undoable] : []),
  ];
}

/** What stands below all tasks; each line only where it applies. */
export function notesOf({ contact, declined, items, recipient }: DigestFacts, words: Wordings): string[] {
  const isOffered = items.some(({ notice }) => isDeclinable(notice));
  return [
    words.ask(clip(visible(contact), 300)),
    ...(declined ? [words.declining.yes] : isOffered ? [words.declining.no] : []),
    words.sentTo(addressShown(clip(visible(recipient), 254))),
  ];
}

/** The links below all tasks: preferences, and declining where something in the mail may be declined. */
export function footerLinksOf({ links, items }: DigestFacts, { acting }: Wordings): Link[] {
  if (!links) return [];
  const preferences = { words: acting.preferences, url: links.preferences };
  const stop = { words: acting.stop, url: links.unsubscribe };
  return items.some(({ notice }) => isDeclinable(notice)) ? [preferences, stop] : [preferences];
}
