import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { withNames } from './names.ts';
import { STYLE } from './style.ts';
import type { NoticeWords, PageWords } from './words/page-words.ts';

/** HTML whose texts are escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** What every page says. */
export interface Frame {
  words: PageWords;
  /** Whom to ask. */
  contact: string;
  /** Whose page it is. */
  brand: string;
}

/** A whole page. */
export function page(
  title: string,
  body: Html,
  { words, contact, brand }: Frame,
  links: Html = html``,
): Html {
  return html`<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} - ${brand}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
<h1>${withNames(title)}</h1>
${body}
</main>
<footer>
${links}<p>${words.ask}: ${contact}</p>
</footer>
</body>
</html>
`;
}

/** A page that only says something. */
export function notice({ title, lines }: NoticeWords, frame: Frame): Html {
  return page(title, html`${lines.map((line) => html`<p>${line}</p>`)}`, frame);
}
