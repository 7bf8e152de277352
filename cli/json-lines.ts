/** Where a name stands in a JSON text: the names that lead to it, itself last, and its line from 1. */
export interface NamedLine {
  path: readonly string[];
  line: number;
}

/** A string with what it may escape, or one other character. */
const TOKEN = /"(?:[^"\\]|\\.)*"|\S|\n/g;
const NAME_FOLLOWS = /\s*:/y;

/**
 * The names of all objects of a text that `JSON.parse` takes, in their order; one that is given twice stands there twice. Lists
 * add nothing to a path.
 */
export function namedLines(text: string): NamedLine[] {
  const found: NamedLine[] = [];
  /** The names that lead to where the text is; null for a list, or the text itself. */
  const around: (string | null)[] = [null];
  let line = 1;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '\n') line += 1;
    else if (token === '{' || token === '[') around.push(null);
    else if (token === '}' || token === ']') around.pop();
    else if (token.startsWith('"') && isName(text, index + token.length)) {
      around[around.length - 1] = JSON.parse(token) as string;
      found.push({ path: around.filter((part) => part !== null), line });
    }
  }
  return found;
}

function isName(text: string, behind: number): boolean {
  NAME_FOLLOWS.lastIndex = behind;
  return NAME_FOLLOWS.test(text);
}
