import type { EntryText, LinkText } from '../../emails/layout.ts';
import * as wordings from '../../emails/wordings.ts';
import type { ResolveReason } from '../abandonment/task.ts';
import { HOUR, type Instant } from '../abandonment/time.ts';
import type { DigestFacts, MailItem } from './digest-facts.ts';
import { clip, visible } from './escape.ts';
import { isDeclinable, type MailLinks } from './links.ts';
import { inBothZones, inUtc, lengthInWords, untilInWords } from './wording-dates.ts';

/** Above any valid id (512 bytes), so that only what is no id is cut. */
const LONGEST_NAME = 512;
const LONGEST_PLANE = 128;
const NAMED_OTHERS = 5;

/** The instant and zone a mail speaks from; the zone is a known one. */
export interface Reader {
  now: Instant;
  zone: string;
  /** Where each task has its own page to act on. */
  links?: MailLinks;
}

/**
 * Which part of the mail tells of it. A date is announced at stage `disable` only, whatever the item
 * carries.
 */
export function groupOf(item: MailItem): wordings.Group {
  if (item.notice === 'disabled' || item.notice === 'withdrawn' || item.notice === 'recovered')
    return item.notice;
  return announcedDate(item) === null ? 'failing' : 'due';
}

/**
 * The date that a warning or reminder may name; null below stage `disable` and for notices of what is past.
 */
export function announcedDate(item: MailItem): Instant | null {
  const threatens = item.notice === 'warning' || item.notice === 'reminder';
  return threatens && item.stage === 'disable' ? item.disableAt : null;
}

/** The task's id as it may be shown. */
export function nameOf(item: MailItem): string {
  return clip(visible(item.task), LONGEST_NAME);
}

const OVER: readonly ResolveReason[] = [
  'recovered',
  'disabled',
  'deleted',
  'ineligible',
  'disabled-by-owner',
];

function notRunning(item: MailItem, now: Instant): string {
  const past =
    item.notice === 'disabled' ||
    item.notice === 'recovered' ||
    (item.resolvedReason !== undefined && OVER.includes(item.resolvedReason));
  return wordings.notRunning({
    since: inUtc(item.since),
    lasted: lengthInWords(item.unhealthyFor),
    restarts: item.restarts,
    partly: !past && now - item.since - item.unhealthyFor >= HOUR,
    past,
  });
}

function actOf(item: MailItem, { now, zone }: Reader): string {
  const due = announcedDate(item);
  if (due !== null) {
    const slots = { date: inBothZones(due, zone), when: untilInWords(due, now) };
    return wordings.willBeTurnedOff(slots, item.notice === 'reminder');
  }
  if (item.notice === 'disabled') {
    const date = item.disabledAt === undefined ? null : inBothZones(item.disabledAt, zone);
    return wordings.wasTurnedOff(date, item.resolvedReason === 'disabled-by-owner');
  }
  if (item.notice === 'withdrawn') return wordings.noLongerHolds(item.resolvedReason);
  return item.notice === 'recovered' ? wordings.runsAgain : '';
}

function toldOf(item: MailItem): string {
  const others = item.told.map((address) => clip(visible(address), 254)).filter((address) => address !== '');
  const named = others.slice(0, NAMED_OTHERS);
  return wordings.alsoTold(named, others.length - named.length);
}

/** Everything the mail says of one task. */
export function entryOf(item: MailItem, reader: Reader): EntryText {
  return {
    name: nameOf(item),
    where: wordings.where(item.kind, clip(visible(item.dataPlane), LONGEST_PLANE)),
    state: [notRunning(item, reader.now), wordings.causeIs(item.cause)],
    act: actOf(item, reader),
    told: toldOf(item),
    ...linkOf(item, reader),
  };
}

function linkOf(item: MailItem, { links }: Reader): { link?: LinkText } {
  const group = groupOf(item);
  if (!links || group === 'withdrawn' || group === 'recovered') return {};
  return { link: { words: wordings.acting[group], url: links.task(item) } };
}

/** The heading under which a task is listed by name: its date where there is one. */
export function listHeadingOf(item: MailItem, { now, zone }: Reader): string {
  const due = announcedDate(item);
  if (due !== null) {
    return wordings.listed.due({ date: inBothZones(due, zone), when: untilInWords(due, now) });
  }
  return item.notice === 'disabled' && item.disabledAt !== undefined
    ? wordings.listed.disabled(inBothZones(item.disabledAt, zone))
    : wordings.listed.other;
}

/** What stands below all tasks. */
export function footerOf(facts: DigestFacts): string[] {
  return [
    wordings.ask(clip(visible(facts.contact), 300)),
    facts.declined ? wordings.declining.yes : wordings.declining.no,
    ...(facts.links ? [wordings.notDeclinable] : []),
    wordings.sentTo(clip(visible(facts.recipient), 254)),
  ];
}

/** The links below all tasks: preferences, and declining where something in the mail may be declined. */
export function footerLinksOf({ links, items }: DigestFacts): LinkText[] {
  if (!links) return [];
  const preferences = { words: wordings.acting.preferences, url: links.preferences };
  const stop = { words: wordings.acting.stop, url: links.unsubscribe };
  return items.some(({ notice }) => isDeclinable(notice)) ? [preferences, stop] : [preferences];
}
