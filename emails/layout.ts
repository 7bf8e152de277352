/** A link: in the plain text its address stands after the words. */
export interface LinkText {
  words: string;
  url: string;
}

/** One task in a mail. All text here is plain: each layout escapes it in its own way. */
export interface EntryText {
  name: string;
  where: string;
  /** What is the case, sentence by sentence. */
  state: string[];
  /** What will happen or has happened; empty where nothing does. */
  act: string;
  told: string;
  /** Where to act on it. */
  link?: LinkText;
}

/** Tasks named under one date, without their details. */
export interface ListText {
  heading: string;
  names: string[];
}

export interface SectionText {
  heading: string;
  introduction: string;
  /** Whether it announces something: shown in the colour of a warning. */
  pressing: boolean;
  entries: EntryText[];
  lists: ListText[];
}

export interface LetterText {
  heading: string;
  /** Where to act on all of it. */
  link?: LinkText;
  sections: SectionText[];
  footer: string[];
  /** What stands below: preferences, declining. */
  footerLinks?: LinkText[];
}

type Escape = (text: string) => string;

const DARK =
  ':root{color-scheme:light dark;supported-color-schemes:light dark}' +
  '@media (prefers-color-scheme:dark){' +
  '.page{background:#16181c!important;color:#e6e6e6!important}' +
  '.due{color:#ff9c8f!important;border-color:#ff9c8f!important}' +
  '.act{color:#a8c7fa!important}' +
  '.quiet{color:#a9b0ba!important;border-color:#3a3f47!important}}';

const PAGE =
  'margin:0;padding:16px;background:#ffffff;color:#1c1e21;font:15px/1.45 system-ui,-apple-system,' +
  "'Segoe UI',Roboto,Arial,sans-serif;overflow-wrap:anywhere;word-break:break-word";

const FOOTER = 'margin:32px 0 0;padding:12px 0 0;border-top:1px solid #d0d4da;color:#59616b;font-size:13px';

const ACT = 'class="act" style="color:#0b57d0;font-weight:bold"';

const linkHtml = ({ words, url }: LinkText, safe: Escape): string =>
  `<a ${ACT} href="${safe(url)}">${safe(words)}</a>`;

/** The HTML of one task. */
export function entryHtml(entry: EntryText, pressing: boolean, safe: Escape): string {
  const act = pressing
    ? `<b class="due" style="color:#b3261e">${safe(entry.act)}</b>`
    : `<b>${safe(entry.act)}</b>`;
  const lines = [
    safe(entry.where),
    safe(entry.state.join(' ')),
    ...(entry.act === '' ? [] : [act]),
    safe(entry.told),
    ...(entry.link ? [linkHtml(entry.link, safe)] : []),
  ];
  const heading = `<h3 style="margin:18px 0 2px;font-size:15px">${safe(entry.name)}</h3>`;
  return `${heading}\n<p style="margin:0">${lines.join('<br>')}</p>\n`;
}

export const listItemHtml = (name: string, safe: Escape): string => `<li>${safe(name)}</li>\n`;

export const listHtml = (list: ListText, safe: Escape): string =>
  `<p style="margin:18px 0 2px">${safe(list.heading)}</p>\n<ul style="margin:0;padding-left:20px">\n` +
  `${list.names.map((name) => listItemHtml(name, safe)).join('')}</ul>\n`;

function sectionHtml(section: SectionText, safe: Escape): string {
  const line = section.pressing
    ? 'class="due" style="margin:28px 0 8px;font-size:17px;color:#b3261e;border-bottom:1px solid #b3261e"'
    : 'class="quiet" style="margin:28px 0 8px;font-size:17px;border-bottom:1px solid #d0d4da"';
  return (
    `<section>\n<h2 ${line}>${safe(section.heading)}</h2>\n` +
    `<p style="margin:0">${safe(section.introduction)}</p>\n` +
    section.entries.map((entry) => entryHtml(entry, section.pressing, safe)).join('') +
    section.lists.map((list) => listHtml(list, safe)).join('') +
    '</section>\n'
  );
}

/**
 * The HTML part: no tables, no images, nothing loaded from elsewhere; readable at 320 pixels and in the
 * dark.
 */
export function letterHtml(letter: LetterText, safe: Escape): string {
  return (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n' +
    '<meta name="viewport" content="width=device-width,initial-scale=1">\n' +
    '<meta name="color-scheme" content="light dark">\n' +
    `<title>${safe(letter.heading)}</title>\n<style>${DARK}</style>\n</head>\n` +
    `<body class="page" style="${PAGE}">\n<main style="max-width:640px;margin:0 auto">\n` +
    `<h1 style="margin:0;font-size:20px;line-height:1.3">${safe(letter.heading)}</h1>\n` +
    (letter.link ? `<p style="margin:12px 0 0">${linkHtml(letter.link, safe)}</p>\n` : '') +
    letter.sections.map((section) => sectionHtml(section, safe)).join('') +
    `<footer class="quiet" style="${FOOTER}">\n` +
    letter.footer.map((line) => `<p style="margin:0 0 6px">${safe(line)}</p>\n`).join('') +
    (letter.footerLinks ?? [])
      .map((link) => `<p style="margin:0 0 6px">${linkHtml(link, safe)}</p>\n`)
      .join('') +
    '</footer>\n</main>\n</body>\n</html>\n'
  );
}

type Wrap = (text: string, indent: string) => string;

/** The address on a line of its own, so that mail programs find its end. */
const linkLines = ({ words, url }: LinkText, indent: string): string[] => [
  `${indent}${words}:`,
  `${indent}${url}`,
];

function entryTextLines(entry: EntryText, wrap: Wrap): string[] {
  const lines = [entry.where, entry.state.join(' '), ...(entry.act === '' ? [] : [entry.act]), entry.told];
  const link = entry.link ? linkLines(entry.link, '  ') : [];
  return ['', `* ${entry.name}`, ...lines.map((line) => wrap(line, '  ')), ...link];
}

function sectionTextLines(section: SectionText, wrap: Wrap): string[] {
  const heading = section.heading.toUpperCase();
  return [
    '',
    '',
    heading,
    '-'.repeat(heading.length),
    wrap(section.introduction, ''),
    ...section.entries.flatMap((entry) => entryTextLines(entry, wrap)),
    ...section.lists.flatMap((list) => [
      '',
      wrap(list.heading, ''),
      ...list.names.map((name) => `- ${name}`),
    ]),
  ];
}

/** The plain text part: the same facts as the HTML, names never broken over lines. */
export function letterText(letter: LetterText, wrap: Wrap): string {
  return [
    wrap(letter.heading, ''),
    ...(letter.link ? ['', ...linkLines(letter.link, '')] : []),
    ...letter.sections.flatMap((section) => sectionTextLines(section, wrap)),
    '',
    '',
    '--',
    ...letter.footer.map((line) => wrap(line, '')),
    ...(letter.footerLinks ?? []).flatMap((link) => linkLines(link, '')),
    '',
  ].join('\n');
}
