import { html, raw } from 'hono/html';
import { formatInstant } from '../functions/abandonment/time.ts';
import type { Console, Page, PageKind } from './console.ts';
import { type Html, NOTHING, said } from './parts.ts';
import { STYLE } from './style.ts';

/** What is in the menu. */
type Menu = readonly Required<Pick<PageKind, 'path' | 'menu'>>[];

/** A whole page of the console; `path`: where it is, so that the menu shows it. */
export function framed({ title, body }: Page, at: Console, menu: Menu, path: string): Html {
  const { name } = at.stage;
  return document(
    `${title} - ${name}`,
    html`<a class="skip" href="#content">Skip to the content</a>
<header><div><strong><a href="/">Taskwarden</a></strong><span>stage <b>${name}</b></span>
<form action="/tasks" method="get" role="search"><label class="skip" for="search">Task</label><input type="hidden" name="state" value="all">
<input id="search" name="q" type="search" placeholder="Search tasks ( / )"><button>Search</button></form></div>
<nav aria-label="Pages of the console"><ul>${menu.map((page) => menuItem(page, path))}</ul></nav></header>
<main id="content" tabindex="-1"><h1>${said(title)}</h1>
${body}
</main>
<footer><p>${at.allowsChanges ? ALLOWED : READ_ONLY} Instants are UTC; the stage says it is ${formatInstant(at.system.clock.now()).slice(0, 16).replace('T', ' ')}.</p>
<p><kbd>/</kbd> searches. An address of this console may be pasted into a ticket: it has no token in it, and whoever opens it needs a
console of their own on the same port.</p></footer>`,
  );
}

const ALLOWED = 'Changes are allowed: each is asked for once more, and audited under your AWS identity.';
const READ_ONLY = 'Read-only: nothing can be changed here unless it is started with --allow-changes.';

function menuItem({ path, menu }: Menu[number], here: string): Html {
  return html`<li><a href="${path}"${path === here ? raw(' aria-current="page"') : NOTHING}>${menu}</a></li>`;
}

/** A page for who has not entered, or may not: it says nothing of the stage. */
export function plain(title: string, body: Html): Html {
  return document(title, html`<main id="content"><h1>${title}</h1>${body}</main>`);
}

function document(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} - Taskwarden</title>
<link rel="icon" href="data:,">
<style>${raw(STYLE)}</style>
<script src="/console.js" defer></script>
</head>
<body>
${body}
</body>
</html>
`;
}
