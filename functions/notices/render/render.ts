import { digestHtml, digestText } from '../../../emails/compiled.ts';
import type { Digest, Link, List, Section } from '../../../emails/digest.ts';
import { GROUPS, type Group, type Wordings } from '../../../emails/wordings.ts';
import { wordingsIn } from '../../../emails/wordings-by-language.ts';
import { escapeHtml } from '../../platform/escape.ts';
import { knownZone } from '../../platform/zones.ts';
import type { DigestFacts, MailItem } from '../send/digest-facts.ts';
import { fitItems } from './render-fit.ts';
import { inOrder } from './render-order.ts';
import { subjectOf } from './render-subject.ts';
import { wrapLines } from './render-wrap.ts';
import {
  entryOf,
  footerLinksOf,
  groupOf,
  linksOf,
  listHeadingOf,
  nameOf,
  notesOf,
  oneReason,
  type Reader,
} from './wording-items.ts';

/** More than so many tasks are acted on from the one page, which keeps the mail small; a single one from its top. */
const MOST_LINKED = 20;

export interface RenderedDigest {
  /** At most 150 characters, no control characters. */
  subject: string;
  text: string;
  /** Under 100,000 bytes. */
  html: string;
  /** Items that found no room: they do not stand in the mail and belong into the next one. */
  left: MailItem[];
}

function listsOf(items: readonly MailItem[], reader: Reader): List[] {
  const lists: List[] = [];
  for (const item of items) {
    const heading = listHeadingOf(item, reader);
    const last = lists.at(-1);
    if (last?.heading === heading) last.names.push(nameOf(item));
    else lists.push({ heading, names: [nameOf(item)] });
  }
  return lists;
}

function sectionOf(group: Group, detailed: MailItem[], listed: MailItem[], reader: Reader): Section {
  const count = detailed.length + listed.length;
  const heading = reader.words.heading[group](count);
  return {
    group,
    heading: count === 1 ? heading : `${heading} (${count})`,
    introduction: reader.words.introduction[group](count),
    entries: detailed.map((item) => entryOf(item, reader)),
    lists: listsOf(listed, reader),
  };
}

function sectionsOf(items: readonly MailItem[], detailed: number, reader: Reader): Section[] {
  const sections: Section[] = [];
  for (const group of GROUPS) {
    const inDetail = items.slice(0, detailed).filter((item) => groupOf(item) === group);
    const byName = items.slice(detailed).filter((item) => groupOf(item) === group);
    if (inDetail.length + byName.length > 0) sections.push(sectionOf(group, inDetail, byName, reader));
  }
  return sections;
}

/** Where to act on all that the mail tells: the page of its task where it is one. */
function pagesOf({ items, links }: DigestFacts, words: Wordings): Link[] {
  const [first, second] = items;
  if (!links || !first) return [];
  return second ? [{ words: words.acting.all, url: links.page }] : linksOf(first, { links, words });
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
      lists: section.lists.map((list) => ({ ...list, names: list.names.map(quoted) })),
    })),
  };
}

/**
 * One mail with all notices due for one recipient, from its facts alone: the same facts give the same mail.
 * The first 200 items at most are told in detail, the others by name and date; what finds no room is in
 * `left`. Throws a RangeError where there is no item.
 */
export function renderDigest(facts: DigestFacts): RenderedDigest {
  const count = facts.items.length;
  const linked = count > 1 && count <= MOST_LINKED ? facts.links : undefined;
  const words = wordingsIn(facts.language);
  const zone = knownZone(facts.zone);
  const hasReasons = oneReason(facts.items) === undefined;
  const reader: Reader = { now: facts.now, zone, words, hasReasons, ...(linked && { links: linked }) };
  const ordered = inOrder(facts.items);
  const { detailed, told } = fitItems(ordered, reader);
  const shown = ordered.slice(0, told);
  const subject = subjectOf(shown, reader);
  const digest: Digest = {
    language: words.language,
    heading: subject,
    pages: pagesOf(facts, words),
    sections: sectionsOf(shown, detailed, reader),
    notes: notesOf(facts, words),
    footerLinks: footerLinksOf(facts, words),
  };
  return {
    subject,
    text: wrapLines(digestText(quotable(digest))),
    html: digestHtml(digest, escapeHtml),
    left: ordered.slice(told),
  };
}
