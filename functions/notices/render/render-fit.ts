import { entryHtml, listHtml, nameHtml } from '../../../emails/compiled.ts';
import { escapeHtml } from '../../platform/escape.ts';
import type { MailItem } from '../send/digest-facts.ts';
import { entryOf, groupOf, listHeadingOf, nameOf, type Reader } from './wording-items.ts';

/** Mail clients cut the HTML off at about this size, in bytes. */
const MAX_HTML_BYTES = 100_000;

/**
 * What the frame, the headings, the introductions and the footer may take, with the longest contact and
 * address.
 */
const FRAME_BYTES = 12_000;

/** More than this are listed by name and date, in this order, however short they are. */
const MOST_DETAILED = 200;

/** How many of the first items are told in detail, and how many at all. */
export interface Fit {
  detailed: number;
  told: number;
}

interface Cost {
  item: number;
  heading: number;
}

function listCosts(items: readonly MailItem[], reader: Reader): Cost[] {
  let last = '';
  return items.map((item) => {
    const heading = listHeadingOf(item, reader);
    const group = `${groupOf(item)} ${heading}`;
    const opens = group !== last;
    last = group;
    const frame = Buffer.byteLength(listHtml({ heading, names: [] }, escapeHtml));
    return {
      item: Buffer.byteLength(nameHtml(nameOf(item), escapeHtml)) + (opens ? frame : 0),
      heading: frame,
    };
  });
}

function runningTotals(costs: readonly number[]): number[] {
  const totals = [0];
  for (const cost of costs) totals.push((totals.at(-1) ?? 0) + cost);
  return totals;
}

function detailTotals(items: readonly MailItem[], reader: Reader): number[] {
  return runningTotals(
    items
      .slice(0, MOST_DETAILED)
      .map((item) => Buffer.byteLength(entryHtml(entryOf(item, reader), escapeHtml))),
  );
}

/** The most that fits: first all items, then as many of them in detail as there is room for. */
export function fitItems(items: readonly MailItem[], reader: Reader): Fit {
  const budget = MAX_HTML_BYTES - FRAME_BYTES;
  const detail = detailTotals(items, reader);
  const allDetailed = detail.length > items.length && (detail.at(-1) ?? 0) <= budget;
  if (allDetailed) return { detailed: items.length, told: items.length };
  const listed = listCosts(items, reader);
  const list = runningTotals(listed.map((cost) => cost.item));
  const all = list.at(-1) ?? 0;
  if (all > budget) return { detailed: 0, told: list.findLastIndex((total) => total <= budget) };
  for (let detailed = detail.length - 1; detailed > 0; detailed -= 1) {
    const rest = all - (list[detailed] ?? 0) + (listed[detailed]?.heading ?? 0);
    if ((detail[detailed] ?? 0) + rest <= budget) return { detailed, told: items.length };
  }
  return { detailed: 0, told: items.length };
}
