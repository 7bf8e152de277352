/** Where lines go. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
}

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

/** Rows as aligned columns, the last one unpadded; every cell made safe. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string[] {
  const cells = rows.map((row) => row.map(safe));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [place, cell] of row.entries()) widths[place] = Math.max(widths[place] ?? 0, cell.length);
  }
  return cells.map((row) =>
    `${indent}${row.map((cell, place) => cell.padEnd(widths[place] ?? 0)).join('  ')}`.trimEnd(),
  );
}
