import { digestHtml, digestText } from '../../../emails/compiled.ts';
import type { Button, Digest, Section, Words } from '../../../emails/digest.ts';
import { GROUPS, type Group, type Wordings } from '../../../emails/wordings.ts';
import { wordingsIn } from '../../../emails/wordings-by-language.ts';
import { BRAND, inkOn } from '../../platform/brand.ts';
import { escapeHtml, namesIn } from '../../platform/escape.ts';
import { knownZone } from '../../platform/zones.ts';
import type { DigestFacts, MailItem } from '../send/digest-facts.ts';
import { mostThatFit } from './render-fit.ts';
import { byDate } from './render-groups.ts';
import { inOrder } from './render-order.ts';
import { subjectOf } from './render-subject.ts';
import { wrapLines } from './render-wrap.ts';
import { tonesOf } from './tones.ts';
import { UNBROKEN_SPACE } from './wording-dates.ts';
import {
  actsOf,
  entryOf,
  footerLinksOf,
  groupOf,
  isOpenToActs,
  leadsOf,
  notesOf,
  oneReason,
  preheaderOf,
  type Reader,
} from './wording-items.ts';

/** More tasks than so many are grouped by date and cause, and acted on from the one page. */
const MOST_DETAILED = 10;

/** Mail clients cut the HTML off at about this size, in bytes. */
const MAX_HTML_BYTES = 100_000;

export interface RenderedDigest {
  /** At most 150 characters, no control characters. */
  subject: string;
  text: string;
  /** Under 100,000 bytes. */
  html: string;
  /** Items that found no room: they do not stand in the mail and belong into the next one. */
  left: MailItem[];
}

/** What stands above the only part of a mail: the subject says already what it is about. */
function aloneHeading(group: Group, { words }: Reader): string {
  return group === 'withdrawn' || group === 'recovered' ? words.whatItMeans : words.whatToDo;
}

function sectionOf(
  group: Group,
  items: readonly MailItem[],
  { hasHeading, isGrouped }: { hasHeading: boolean; isGrouped: boolean },
  reader: Reader,
): Section {
  const count = items.length;
  const heading = reader.words.heading[group](count);
  const counted = count === 1 ? heading : `${heading} (${count})`;
  const isAlone = !hasHeading && count === 1;
  const { alone, lists } = isGrouped ? byDate(items, reader, hasHeading) : { alone: items, lists: [] };
  return {
    group,
    heading: hasHeading ? counted : aloneHeading(group, reader),
    introduction: reader.words.introduction[group](count),
    entries: alone.map((item) => entryOf(item, reader, isAlone)),
    lists,
  };
}

function sectionsOf(items: readonly MailItem[], isGrouped: boolean, reader: Reader): Section[] {
  const groups = GROUPS.map((group) => ({ group, of: items.filter((item) => groupOf(item) === group) }));
  const filled = groups.filter(({ of }) => of.length > 0);
  const hasHeading = filled.length > 1;
  return filled.map(({ group, of }) => sectionOf(group, of, { hasHeading, isGrouped }, reader));
}

/** The one button: to the page of its task where the mail is about one, else to that of all. */
function pagesOf(
  items: readonly MailItem[],
  { links, brand = BRAND }: DigestFacts,
  words: Wordings,
): Button[] {
  const open = items.filter(isOpenToActs);
  const [first] = open;
  if (!links || !first) return [];
  const isOff = open.every(({ notice }) => notice === 'disabled' || notice === 'still-off');
  return [
    {
      words: isOff ? words.acting.again : words.acting.review,
      url: items.length === 1 ? links.task(first) : links.page,
      colour: brand.colour,
      ink: inkOn(brand.colour),
    },
  ];
}

/** As it stands in the text, where names are between quotes: none ends them. */
function quotable(digest: Digest): Digest {
  const quoted = (name: string) => name.replaceAll('"', '\\"');
  return {
    ...digest,
    sections: digest.sections.map((section) => ({
      ...section,
      entries: section.entries.map((entry) => ({
        ...entry,
        name: quoted(entry.name),
        plane: quoted(entry.plane),
      })),
      lists: section.lists.map((list) => ({
        ...list,
        kinds: list.kinds.map((kind) => ({
          ...kind,
          inFull: kind.inFull.map(({ names }) => ({ names: names.map(quoted) })),
        })),
      })),
    })),
  };
}

/** A heading as words and the names among them. */
function titleOf(heading: string): Words[] {
  return namesIn(heading).map(({ part, isName }) =>
    isName ? { plain: '', whole: [part] } : { plain: part, whole: [] },
  );
}

function digestOf(
  items: readonly MailItem[],
  isGrouped: boolean,
  facts: DigestFacts,
  reader: Reader,
): Digest {
  const { words } = reader;
  const { brand = BRAND } = facts;
  const [first] = items;
  const heading = subjectOf(items, reader);
  const sections = sectionsOf(items, isGrouped, reader);
  return {
    language: words.language,
    preheader: preheaderOf(items, reader),
    brandName: brand.name,
    logos: brand.logo === undefined ? [] : [brand.logo],
    heading,
    title: titleOf(heading),
    happens: first && items.length === 1 ? actsOf(first, reader) : [],
    leads: leadsOf(items, reader),
    pages: pagesOf(items, facts, words),
    sections,
    tones: tonesOf(sections.map(({ group }) => group)),
    notes: notesOf(facts, words),
    footerLinks: footerLinksOf(facts, words),
  };
}

/** A mail that tells so many of the first items. */
interface Drafted {
  count: number;
  digest: Digest;
  html: string;
}

/** The mail that tells as many as it has room for: one by one where they are few, else grouped by date and cause. */
function fitOf(items: readonly MailItem[], facts: DigestFacts, reader: Reader): Drafted {
  const drafted = (count: number, isGrouped: boolean): Drafted => {
    const digest = digestOf(items.slice(0, count), isGrouped, facts, reader);
    return { count, digest, html: digestHtml(digest, escapeHtml) };
  };
  const fits = ({ html }: Drafted) => Buffer.byteLength(html) < MAX_HTML_BYTES;
  const detailed = items.length <= MOST_DETAILED ? drafted(items.length, false) : undefined;
  if (detailed && fits(detailed)) return detailed;
  let newest: Drafted | undefined;
  const most = mostThatFit(items.length, (count) => {
    newest = drafted(count, true);
    return fits(newest);
  });
  return newest?.count === most ? newest : drafted(most, true);
}

/**
 * One mail with all notices due for one recipient, from its facts alone: the same facts give the same mail.
 * Up to ten items are told one by one, more by date and cause, each with its name; what finds no room is in
 * `left`. Throws a RangeError where there is no item.
 */
export function renderDigest(facts: DigestFacts): RenderedDigest {
  const words = wordingsIn(facts.language);
  const zone = knownZone(facts.zone);
  const hasReasons = oneReason(facts.items) === undefined;
  const { now, links } = facts;
  const isLinked = links && facts.items.length <= MOST_DETAILED;
  const reader: Reader = { now, zone, words, hasReasons, ...(isLinked && { links }) };
  const ordered = inOrder(facts.items);
  const { count, digest, html } = fitOf(ordered, facts, reader);
  return {
    subject: digest.heading.replaceAll(UNBROKEN_SPACE, ' '),
    text: wrapLines(digestText(quotable(digest))).replaceAll(UNBROKEN_SPACE, ' '),
    html,
    left: ordered.slice(count),
  };
}
