import type { Entry, Link } from '../../../emails/digest.ts';
import type { DateSlots, Group, WhySlots, Wordings } from '../../../emails/wordings.ts';
import type { ResolveReason } from '../../abandonment/task.ts';
import { HOUR, type Instant } from '../../abandonment/time.ts';
import { clip, visible } from '../../platform/escape.ts';
import { addressShown, unlinked } from '../../platform/foreign-words.ts';
import type { DigestFacts, MailItem, MailWhy } from '../send/digest-facts.ts';
import { isDeclinable, type MailLinks } from './links.ts';
import { inBothZones, inUtc, lengthInWords, untilInWords } from './wording-dates.ts';

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

function isPast({ notice, resolvedReason }: MailItem): boolean {
  return (
    notice === 'disabled' ||
    notice === 'enabled' ||
    notice === 'recovered' ||
    (resolvedReason !== undefined && OVER.includes(resolvedReason))
  );
}

/** What is known of how the task stands. */
function stateOf(item: MailItem, reader: Reader): string {
  const { words } = reader;
  if (item.notice === 'stopping') return words.stillRuns;
  if (!item.isOverdue) return `${notRunning(item, reader)} ${words.causeIs(item.cause)}`;
  const lasted = lengthInWords(item.unhealthyFor, words.dates);
  return words.outlived({ since: inUtc(item.since, words.dates), lasted, past: isPast(item) });
}

function notRunning(item: MailItem, { now, words }: Reader): string {
  const past = isPast(item);
  return words.notRunning({
    since: inUtc(item.since, words.dates),
    lasted: lengthInWords(item.unhealthyFor, words.dates),
    restarts: item.restarts,
    twitches: item.twitches ?? 0,
    partly: !past && now - item.since - item.unhealthyFor >= HOUR,
    past,
  });
}

function dateSlots(due: Instant, { now, zone, words }: Reader): DateSlots {
  return { date: inBothZones(due, zone, words.dates), when: untilInWords(due, now, words.dates) };
}

function actsOf(item: MailItem, reader: Reader): string[] {
  const { zone, words } = reader;
  const due = announcedDate(item);
  if (due !== null && item.notice === 'stopping')
    return [words.endsOn(dateSlots(due, reader), item.mode === 'disable')];
  if (due !== null) return [words.willBeTurnedOff(dateSlots(due, reader), item.notice === 'reminder')];
  if (item.notice === 'disabled') {
    const date = item.disabledAt === undefined ? null : inBothZones(item.disabledAt, zone, words.dates);
    return [words.wasTurnedOff(date, item.resolvedReason === 'disabled-by-owner')];
  }
  if (item.notice === 'enabled') {
    return [
      words.wasTurnedOn(item.enabledAt === undefined ? null : inBothZones(item.enabledAt, zone, words.dates)),
    ];
  }
  if (item.notice === 'withdrawn') return [words.noLongerHolds(item.resolvedReason)];
  return item.notice === 'recovered' ? [words.runsAgain] : [];
}

function toldOf(item: MailItem, { words }: Reader): string {
  const others = item.told.map((address) => clip(visible(address), 254)).filter((address) => address !== '');
  const named = others.slice(0, NAMED_OTHERS).map(addressShown);
  return words.alsoTold(named, others.length - named.length);
}

/** Why the reader is told, with the names of others as they may be shown. */
function whySlots(why: MailWhy): WhySlots {
  if (why.as === 'owner-by-rule') return { as: why.as, pattern: named(why.rule.pattern) };
  if (why.as === 'subscriber' || why.as === 'admin')
    return { as: why.as, scope: why.scope === '' ? null : named(why.scope) };
  return why;
}

function named(text: string): string {
  return unlinked(clip(visible(text), LONGEST_NAME)).replaceAll('"', '\\"');
}

/** The one reason for all that a mail tells; undefined where there are several, or none is known. */
export function oneReason(items: readonly MailItem[]): MailWhy | undefined {
  const reasons = new Map(items.map(({ why }) => [JSON.stringify(why), why]));
  return reasons.size === 1 ? items[0]?.why : undefined;
}

/** Who else is told, behind the reason for the reader, where it is not one for the whole mail. */
function reasonedTold(item: MailItem, reader: Reader): string {
  const others = toldOf(item, reader);
  return reader.hasReasons && item.why ? `${reader.words.youGetThis(whySlots(item.why))} ${others}` : others;
}

/** Everything the mail says of one task. */
export function entryOf(item: MailItem, reader: Reader): Entry {
  const { words } = reader;
  return {
    name: nameOf(item),
    acts: actsOf(item, reader),
    state: stateOf(item, reader),
    where: words.where(item.kind),
    plane: unlinked(clip(visible(item.dataPlane), LONGEST_PLANE)) || '?',
    told: reasonedTold(item, reader),
    links: linksOf(item, reader),
  };
}

/** Where to act on one task; nowhere where there is nothing to do. */
export function linksOf(item: MailItem, { links, words }: Pick<Reader, 'links' | 'words'>): Link[] {
  const group = groupOf(item);
  if (!links || group === 'withdrawn' || group === 'enabled' || group === 'recovered') return [];
  return [{ words: words.acting[group], url: links.task(item) }];
}

/** The heading under which a task is listed by name: its date where there is one. */
export function listHeadingOf(item: MailItem, reader: Reader): string {
  const { zone, words } = reader;
  const due = announcedDate(item);
  if (due !== null) return words.listed.due(dateSlots(due, reader));
  return item.notice === 'disabled' && item.disabledAt !== undefined
    ? words.listed.disabled(inBothZones(item.disabledAt, zone, words.dates))
    : words.listed.other;
}

/** What stands below all tasks. */
export function notesOf(facts: DigestFacts, words: Wordings): string[] {
  const why = oneReason(facts.items);
  return [
    ...(why ? [words.youGetThis(whySlots(why), facts.items.length)] : []),
    words.ask(clip(visible(facts.contact), 300)),
    facts.declined ? words.declining.yes : words.declining.no,
    ...(facts.links ? [words.notDeclinable] : []),
    words.sentTo(addressShown(clip(visible(facts.recipient), 254))),
  ];
}

/** The links below all tasks: preferences, and declining where something in the mail may be declined. */
export function footerLinksOf({ links, items }: DigestFacts, { acting }: Wordings): Link[] {
  if (!links) return [];
  const preferences = { words: acting.preferences, url: links.preferences };
  const stop = { words: acting.stop, url: links.unsubscribe };
  return items.some(({ notice }) => isDeclinable(notice)) ? [preferences, stop] : [preferences];
}
