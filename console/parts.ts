import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { formatInstant, type Instant } from '../functions/abandonment/time.ts';
import { oneOr } from '../functions/platform/amounts.ts';
import { clip, namesIn, visible } from '../functions/platform/escape.ts';

/** HTML whose texts are escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** What stands in a cell: a text from wherever, or HTML of ours. */
export type Cell = string | number | null | undefined | Html;

/** Longer texts of others are cut in their middle. */
const LONGEST_TEXT = 1_000;

/** Nothing. */
export const NOTHING: Html = html``;

/** A text from outside as it may be shown: nothing in it turns text around or is unseen. */
const shownText = (text: string): string => visible(clip(text, LONGEST_TEXT));

/** The same as HTML: tags are escaped, and names stay whole where a line has room for them. */
export function said(text: string): Html {
  return html`${namesIn(shownText(text)).map(({ part, isName }) => (isName ? html`<span class="name">${part}</span>` : part))}`;
}

/** How many there are, with separators: `1 task`, `2,000 tasks`. */
export function amountText(count: number, one: string): string {
  return `${count.toLocaleString('en')} ${oneOr(count, one, `${one}s`)}`;
}

/** What stands where nothing is known. */
const UNKNOWN: Html = html`<span class="quiet">-</span>`;

function isNothing(cell: Cell): boolean {
  return cell === null || cell === undefined || cell === '' || cell === UNKNOWN;
}

function shown(cell: Cell): Html {
  if (cell === null || cell === undefined || cell === '') return UNKNOWN;
  if (typeof cell === 'number') return html`${cell.toLocaleString('en')}`;
  return isHtml(cell) ? cell : said(cell);
}

/** HTML of ours is a text that knows to be escaped, or will be one. */
function isHtml(cell: string | Html): cell is Html {
  return cell instanceof Promise || (typeof cell === 'object' && 'isEscaped' in cell);
}

/** An instant: `2026-01-22 00:00` in UTC, with the whole of it for programs. */
export function at(instant: Instant | string | null | undefined): Html {
  if (instant === null || instant === undefined) return UNKNOWN;
  const text = typeof instant === 'string' ? instant : formatInstant(instant);
  return html`<time datetime="${text}" title="${text}">${text.slice(0, 16).replace('T', ' ')}</time>`;
}

/** The address of a page of ours with what it is to show. */
export function address(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((one): one is [string, string] => (one[1] ?? '') !== '');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** A link to a page of ours. */
export function link(
  text: string,
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): Html {
  return html`<a href="${address(path, query)}">${said(text)}</a>`;
}

/** A link to a task. */
export const taskLink = (id: string): Html =>
  html`<a class="name" href="${address('/task', { id })}">${shownText(id)}</a>`;

/** A link to a day of the calendar, which does not break. */
export const dayLink = (day: string): Html =>
  html`<a class="day" href="${address('/calendar', { day })}">${shownText(day)}</a>`;

export type Tone = 'bad' | 'warn' | 'good' | 'quiet';

/** A word that stands out. */
export function tag(text: string, tone: Tone): Html {
  return html`<span class="tag ${tone}">${said(text)}</span>`;
}

/** Something to be read first. */
export function note(tone: Tone, ...lines: Cell[]): Html {
  return html`<div class="note ${tone}">${lines.map((line) => html`<p>${shown(line)}</p>`)}</div>`;
}

/** Facts with their names. What is not known is left out. */
export function facts(rows: readonly (readonly [string, Cell])[]): Html {
  const known = rows.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return html`<dl>${known.map(([name, value]) => html`<dt>${name}</dt><dd>${shown(value)}</dd>`)}</dl>`;
}

/** A table. */
export interface TableOf<Row> {
  /** What it is, for those who do not see what stands above it. */
  caption: string;
  rows: readonly Row[];
  columns: readonly (readonly [heading: string, cell: (row: Row) => Cell])[];
  /** What is said where there are no rows. */
  none: string;
}

/** A table; figures stand below each other. On a phone each row is a card, without what is empty in it. */
export function table<Row>({ caption, rows, columns, none }: TableOf<Row>): Html {
  if (rows.length === 0) return html`<p class="quiet">${none}</p>`;
  const cells = rows.map((row) => columns.map(([, cell]) => cell(row)));
  const isFigures = columns.map((_, at) => cells.every((row) => typeof row[at] === 'number'));
  const heads = columns.map(
    ([heading], at) => html`<th scope="col"${isFigures[at] ? FIGURE : NOTHING}>${heading}</th>`,
  );
  const cellOf = (cell: Cell, at: number) =>
    html`<td data-label="${columns[at]?.[0] ?? ''}"${isFigures[at] ? FIGURE : isNothing(cell) ? EMPTY : NOTHING}>${shown(cell)}</td>`;
  return html`<table><caption>${caption}</caption><thead><tr>${heads}</tr></thead>
<tbody>${cells.map((row) => html`<tr>${row.map(cellOf)}</tr>\n`)}</tbody></table>`;
}

const FIGURE = raw(' class="n"');
const EMPTY = raw(' class="none"');

/** As many rows stand on a page. */
const PAGE_SIZE = 50;

/** The number of the page that is asked for, from 1. */
function pageOf(query: URLSearchParams): number {
  const given = Number(query.get('page') ?? '1');
  return Number.isInteger(given) && given >= 1 && given <= 1_000_000 ? given : 1;
}

/** Some of many, and where the others are. */
export interface Paged<Row> {
  rows: readonly Row[];
  pager: Html;
}

/** The rows of the page that is asked for. @param path of the page, whose other choices stay as they are */
export function paged<Row>(all: readonly Row[], path: string, query: URLSearchParams): Paged<Row> {
  const pages = Math.max(1, Math.ceil(all.length / PAGE_SIZE));
  const page = Math.min(pageOf(query), pages);
  const rows = all.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  return { rows, pager: pagerOf({ path, query, page, pages, count: all.length }) };
}

function pagerOf(given: {
  path: string;
  query: URLSearchParams;
  page: number;
  pages: number;
  count: number;
}): Html {
  const { path, query, page, pages, count } = given;
  const total = `${count.toLocaleString('en')} in all`;
  if (pages === 1) return count === 0 ? NOTHING : html`<p class="quiet">${total}</p>`;
  const to = (text: string, number: number) =>
    link(text, path, { ...Object.fromEntries(query), page: String(number) });
  return html`<nav class="pages" aria-label="Pages">${page > 1 ? to('Previous', page - 1) : NOTHING}
<span>Page ${page} of ${pages.toLocaleString('en')}, ${total}</span>
${page < pages ? to('Next', page + 1) : NOTHING}</nav>`;
}

/** A list that is read only as far as the page that is asked for. */
export async function pagedStream<Row>(
  all: AsyncIterable<Row>,
  path: string,
  query: URLSearchParams,
): Promise<Paged<Row>> {
  const page = pageOf(query);
  const rows: Row[] = [];
  let seen = 0;
  for await (const row of all) {
    seen += 1;
    if (seen > page * PAGE_SIZE) break;
    if (seen > (page - 1) * PAGE_SIZE) rows.push(row);
  }
  const isLast = seen <= page * PAGE_SIZE;
  const to = (text: string, number: number) =>
    link(text, path, { ...Object.fromEntries(query), page: String(number) });
  const pager = html`<nav class="pages" aria-label="Pages">${page > 1 ? to('Previous', page - 1) : NOTHING}
<span>Page ${page}</span>${isLast ? NOTHING : to('Next', page + 1)}</nav>`;
  return { rows, pager };
}

/** A field of a form. */
export function field(label: string, name: string, value = '', more: Record<string, string> = {}): Html {
  const attributes = Object.entries(more).map(([key, one]) => html` ${raw(key)}="${one}"`);
  return html`<div><label for="f-${name}">${label}</label><input id="f-${name}" name="${name}" value="${value}"${attributes}></div>`;
}

/** Something that is agreed to, or is not. */
export function checkbox(label: string, name: string): Html {
  return html`<p class="check"><input type="checkbox" id="f-${name}" name="${name}" value="yes"> <label for="f-${name}">${said(label)}</label></p>`;
}

/** A choice of a form; the first one says that all are meant. */
export function choice(
  label: string,
  name: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
): Html {
  return html`<div><label for="f-${name}">${label}</label><select id="f-${name}" name="${name}">${options.map(
    ([value, text]) =>
      html`<option value="${value}"${value === chosen ? raw(' selected') : NOTHING}>${shownText(text)}</option>`,
  )}</select></div>`;
}

/** What is sent with a form without being seen. */
export function hidden(fields: Readonly<Record<string, string>>): Html {
  return html`${Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}`;
}
