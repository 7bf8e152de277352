import type { Paint, Tone } from './colour.ts';

export type { Sink } from './sink.ts';

// Control characters, line separators, direction overrides and isolates: what could move the cursor, break a
// line or turn text around. They come from outside: names, addresses, messages.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
// Of these JSON.stringify escapes only the first 32.
const UNSAFE_IN_JSON = /[\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text from outside as it may stand on a terminal: what is not seen is written as `\u001b`. */
export function safe(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** A value as one line of JSON that a terminal shows without acting on it. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE_IN_JSON, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** How rows are laid out on a terminal. */
interface Layout {
  /** The width of a line; undefined: as wide as it gets. */
  width?: number | undefined;
  paint: Paint;
  toneOf: (row: number, place: number) => Tone | undefined;
}

const GAP = '  ';
/** A column is not made narrower than this. */
const NARROWEST = 8;

/**
 * Rows as aligned columns, the last one unpadded; every cell made safe. Where they are wider than the terminal, the widest
 * columns are cut, with `…` at the end of what is.
 */
export function columns(rows: readonly (readonly string[])[], indent = '', layout?: Layout): string[] {
  const cells = rows.map((row) => row.map(safe));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [place, cell] of row.entries()) widths[place] = Math.max(widths[place] ?? 0, widthOf(cell));
  }
  if (layout?.width !== undefined) narrow(widths, layout.width - indent.length);
  return cells.map((row, at) => {
    const shown = row.map((cell, place) => {
      const text = fitted(cell, widths[place] ?? 0);
      const padding = place === row.length - 1 ? '' : ' '.repeat((widths[place] ?? 0) - widthOf(text));
      return `${layout ? layout.paint(layout.toneOf(at, place), text) : text}${padding}`;
    });
    return `${indent}${shown.join(GAP)}`.trimEnd();
  });
}

/** Takes from the widest column until the line fits, or none can give more. */
function narrow(widths: number[], width: number): void {
  const spare = width - GAP.length * (widths.length - 1);
  for (let over = widths.reduce((sum, width) => sum + width, 0) - spare; over > 0; over -= 1) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** What takes two places on a terminal. */
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const ONE_EACH = /^[\x20-\x7e]*$/;

/** How many places a text takes on a terminal. */
function widthOf(text: string): number {
  if (ONE_EACH.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

function fitted(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let taken = 1;
  for (const { segment } of segmenter.segment(text)) {
    taken += WIDE.test(segment) ? 2 : 1;
    if (taken > width) break;
    kept += segment;
  }
  return `${kept}…`;
}
