import { BOUNDS } from '../abandonment/bounds.ts';
import { cut } from './queue-text.ts';

/** An `@` in any of its forms: of other widths, and as URLs, HTML, JSON and mail programs write it. */
const AT = /[@＠﹫]|%40|&#(?:64|x40);|\\u0040|=40(?=[a-z])/iu;
const SPACE = /\s/u;

/**
 * A text that others wrote as it may stand in a log, a metric, a record of a failure or beside a dead letter: of bounded
 * length, and without the address of anybody.
 */
export function recordable(text: string): string {
  const [first = '', ...others] = cut(text, BOUNDS.searched.most).split(AT);
  return others.reduce((text, part) => `${withoutLocal(text)}<address>${withoutDomain(part)}`, first);
}

/** Without the word, or the quoted text, at its end. By hand: an expression would take the square of the length. */
function withoutLocal(text: string): string {
  const local = text.trimEnd();
  const quote = local.endsWith('"') ? local.lastIndexOf('"', local.length - 2) : -1;
  const rest = quote < 0 ? local : local.slice(0, quote);
  return rest.slice(0, rest.length - (rest.split(SPACE).at(-1)?.length ?? 0));
}

/** Without the word at its beginning. */
function withoutDomain(text: string): string {
  const domain = text.trimStart();
  const end = domain.search(SPACE);
  return end < 0 ? '' : domain.slice(end);
}
