import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { namesIn } from '../platform/escape.ts';

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/**
 * A text as escaped HTML in which names stay whole where a line has room (the class `name`);
 * longer ones break behind a slash first. Who copies one gets nothing with it.
 */
export function withNames(text: string): Html {
  return html`${namesIn(text).map(({ part, isName }) => (isName ? html`<span class="name">${breakable(part)}</span>` : part))}`;
}

/** A name whose parts stay whole, too. */
function breakable(name: string): Html {
  return html`${name.split(/(?<=\/)/).map((part, at) => html`${at === 0 ? '' : WBR}${wholePart(part)}`)}`;
}

const WBR = raw('<wbr>');

const wholePart = (part: string): Html | string =>
  part.includes('-') ? html`<span class="name">${part}</span>` : part;
