import {
  type LetterText,
  type ListText,
  letterHtml,
  letterText,
  type SectionText,
} from '../../emails/layout.ts';
import { acting, GROUPS, type Group, headings, introductions } from '../../emails/wordings.ts';
import type { DigestFacts, MailItem } from './digest-facts.ts';
import { escapeHtml } from './escape.ts';
import { fitItems } from './render-fit.ts';
import { inOrder } from './render-order.ts';
import { subjectOf } from './render-subject.ts';
import { wrap } from './render-wrap.ts';
import { knownZone } from './wording-dates.ts';
import {
  entryOf,
  footerLinksOf,
  footerOf,
  groupOf,
  listHeadingOf,
  nameOf,
  type Reader,
} from './wording-items.ts';

/** Up to so many tasks have a link each; more are acted on from the one page, which keeps the mail small. */
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

function listsOf(items: readonly MailItem[], reader: Reader): ListText[] {
  const lists: ListText[] = [];
  for (const item of items) {
    const heading = listHeadingOf(item, reader);
    const last = lists.at(-1);
    if (last?.heading === heading) last.names.push(nameOf(item));
    else lists.push({ heading, names: [nameOf(item)] });
  }
  return lists;
}

function sectionOf(group: Group, detailed: MailItem[], listed: MailItem[], reader: Reader): SectionText {
  const count = detailed.length + listed.length;
  return {
    heading: count === 1 ? headings[group] : `${headings[group]} (${count})`,
    introduction: introductions[group](count),
    pressing: group === 'due',
    entries: detailed.map((item) => entryOf(item, reader)),
    lists: listsOf(listed, reader),
  };
}

function sectionsOf(items: readonly MailItem[], detailed: number, reader: Reader): SectionText[] {
  const sections: SectionText[] = [];
  for (const group of GROUPS) {
    const inDetail = items.slice(0, detailed).filter((item) => groupOf(item) === group);
    const byName = items.slice(detailed).filter((item) => groupOf(item) === group);
    if (inDetail.length + byName.length > 0) sections.push(sectionOf(group, inDetail, byName, reader));
  }
  return sections;
}

/**
 * One mail with all notices due for one recipient, from its facts alone: the same facts give the same mail.
 * The first 200 items at most are told in detail, the others by name and date; what finds no room is in
 * `left`. Throws a RangeError where there is no item.
 */
export function renderDigest(facts: DigestFacts): RenderedDigest {
  const { links } = facts;
  const linked = facts.items.length <= MOST_LINKED ? links : undefined;
  const reader: Reader = { now: facts.now, zone: knownZone(facts.zone), ...(linked && { links: linked }) };
  const ordered = inOrder(facts.items);
  const { detailed, told } = fitItems(ordered, reader);
  const shown = ordered.slice(0, told);
  const subject = subjectOf(shown, reader);
  const letter: LetterText = {
    heading: subject,
    ...(links && facts.items.length > 1 && { link: { words: acting.all, url: links.page } }),
    sections: sectionsOf(shown, detailed, reader),
    footer: footerOf(facts),
    footerLinks: footerLinksOf(facts),
  };
  return {
    subject,
    text: letterText(letter, wrap),
    html: letterHtml(letter, escapeHtml),
    left: ordered.slice(told),
  };
}
