import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { STYLE } from './style.ts';

/** HTML whose texts are escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** A whole page; `contact`: whom to ask. */
export function page(title: string, body: Html, contact: string, links: Html = html``): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} - Taskwarden</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
<footer>
${links}<p>Whom to ask: ${contact}</p>
</footer>
</body>
</html>
`;
}

/** A page that only says something. */
export function notice(title: string, lines: readonly string[], contact: string): Html {
  return page(title, html`${lines.map((line) => html`<p>${line}</p>`)}`, contact);
}
