const LONGEST_SHOWN = 80;

/** A value as one line for a message: texts quoted and cut, lists and objects only named. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  const cut = value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value;
  return JSON.stringify(cut).replace(/[\u007f-\u009f\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The allowed texts as they stand in a message: `"a", "b"`. */
export function listed(allowed: readonly string[]): string {
  return allowed.map((text) => JSON.stringify(text)).join(', ');
}

/** What is said of a key nobody knows: the nearest one, where one is near, and all that are allowed. */
export function unknownKey(key: string, names: readonly string[]): string {
  const near = nearest(key, names);
  const hint = near === undefined ? '' : `did you mean "${near}"? `;
  return `unknown key ${shown(key)}; ${hint}allowed are ${listed(names)}`;
}

/** The known text with the fewest edits to the given one; undefined where none is near. */
export function nearest(text: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(2, Math.floor(text.length / 3)) + 1;
  for (const candidate of names) {
    if (Math.abs(candidate.length - text.length) >= fewest) continue;
    const edits = editsBetween(text.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) {
      best = candidate;
      fewest = edits;
    }
  }
  return best;
}

/** Levenshtein's distance. */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 0; line < from.length; line += 1) {
    const next = [line + 1];
    for (let column = 0; column < to.length; column += 1) {
      const replaced = (row[column] ?? 0) + (from[line] === to[column] ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
