import { tablesOf, textOf } from './pages.ts';

export const GLOSSARY = 'docs/glossary.md';

/** The words that the glossary says are not used, from the last column of its tables. */
export function bannedWords(): string[] {
  const cells = tablesOf(textOf(GLOSSARY)).flatMap((table) => table.map((row) => row.at(-1) ?? ''));
  const words = cells.flatMap((cell) => cell.replaceAll(/\([^)]*\)/g, '').split(','));
  return [...new Set(words.map((word) => word.trim()).filter((word) => word !== ''))];
}

/** Finds a word in its forms; of `turn off` also `turns it off`. */
export function formsOf(word: string): RegExp {
  const [first = '', ...rest] = word.split(' ');
  const stem = first.replace(/e$/, '');
  const verb = `(?:${first}(?:e?s|d)?|${stem}(?:ed|ing))`;
  const others = rest.map((part) => (/^o(?:ff|n)$/.test(part) ? ` (?:\\w+ ){0,2}${part}` : ` ${part}`));
  return new RegExp(`\\b${verb}${others.join('')}\\b`, 'gi');
}

/** What people read of a file, each text on one line: a page without its code, or the comments and sentences of code. */
export function readTexts(file: string): string[] {
  const texts = file.endsWith('.ts') ? textsOfCode(textOf(file)) : [prose(textOf(file))];
  return texts.map((text) => text.replaceAll(/\s+/g, ' '));
}

/** The comments of a file of code, without the names of code in them. */
export function readComments(file: string): string[] {
  return (textOf(file).match(COMMENT_OR_TEXT) ?? []).filter((text) => text.startsWith('/')).map(prose);
}

/** Code in a line names things, and addresses of links are names of files. */
function prose(page: string): string {
  return page.replaceAll(/`[^`\n]+`/g, '').replaceAll(/\]\([^)]*\)/g, ']');
}

const COMMENT_OR_TEXT = /\/\*[\s\S]*?\*\/|\/\/ .*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

function textsOfCode(source: string): string[] {
  const found: string[] = source.match(COMMENT_OR_TEXT) ?? [];
  // One word in quotes is a code or a key.
  const texts = found.filter((text) => text.startsWith('/') || /\S\s+\S/.test(text));
  return texts.map((text) => (text.startsWith('/') ? prose(text) : text.replaceAll(/\$\{[^}]*\}/g, '')));
}
