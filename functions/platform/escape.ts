const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
const CONTROLS = /\p{Cc}/gu;
// Direction marks, embeddings, overrides and isolates, and characters without width or ink.
// The joiners U+200C and U+200D stay: scripts and emoji need them.
const INVISIBLE =
  /[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]/g;
const TAGS = /[\u{e0000}-\u{e0fff}]/gu;

/** The text on one line without control characters, direction overrides and invisible characters. */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(BREAKS, ' ')
    .replace(CONTROLS, '')
    .replace(INVISIBLE, '')
    .replace(TAGS, '')
    .trim();
}

/** At most `limit` characters (code points), with an ellipsis in the middle where something was left out. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = [...text];
  if (characters.length <= limit) return text;
  const head = Math.ceil((limit - 1) / 2);
  const tail = limit - 1 - head;
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - tail).join('')}`;
}

/**
 * A text in its words and what is between them. `isName`: a word with a dash or a slash in it, as the names of tasks and data planes
 * have, behind which a line would break; it is to stay whole where a line has room for it.
 */
export function namesIn(text: string): { part: string; isName: boolean }[] {
  return text.split(/(\s+)/).map((part) => ({ part, isName: /[-/]/.test(part) }));
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text made safe as HTML content and inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
