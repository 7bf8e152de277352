import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, textFiles } from './pages.ts';

/**
 * Folders whose names follow the glossary. What a row or the contract calls so keeps its name: these are properties.
 */
const FOLDERS = /^(?:functions|cli|console|lib|bench|bin|examples|scripts|emails|simulation|local|test)\//;

/** Words that docs/glossary.md has others for, as parts of names. */
const BANNED =
  /^(tell|bury|buried|kill|killed|touch|rungs?|ramp|pace|brakes?|ladder|settle|settled|living|wish|wishes|acted|mortal|fate|strike|befall|troubles?|happenings?)$/i;

/** The policy leaf of that name, as the contract has it. */
const OF_THE_CONTRACT = ['settleAfter'];

const DECLARED = /^ *(?:export )?(?:async )?(?:function\*?|interface|type|class|const|let) (\w+)/gm;

function bannedIn(text: string): string[] {
  const names = [...text.matchAll(DECLARED)].map(([, name = '']) => name);
  const ours = names.filter((name) => !OF_THE_CONTRACT.includes(name));
  return ours.filter((name) => wordsOf(name).some((word) => BANNED.test(word)));
}

function wordsOf(name: string): string[] {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[ _]+/);
}

it('functions, types and constants have the words of the glossary', () => {
  const files = textFiles().filter((file) => FOLDERS.test(file) && file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(1_000);
  const found = files.flatMap((file) =>
    bannedIn(readFileSync(join(ROOT, file), 'utf8')).map((name) => `${file}: ${name}`),
  );
  expect(found).toEqual([]);
});

it.each([
  ['export function touchTold(): void {}', ['touchTold']],
  ['const rampWrite = 1;\n  let settled = 2;', ['rampWrite', 'settled']],
  ['const space = 1;\nexport type Struck = 2;', []],
])('finds them in %j', (text, names) => {
  expect(bannedIn(text)).toEqual(names);
});

/** Folders whose parameters and locals are named after the thing. */
const NAMED =
  /^(functions|cli|console|lib|bench|examples|scripts|emails|local|simulation|test)\/|^vitest\.[\w.]+$/;

/** Where one of the words that name nothing is declared: by itself, in a pattern, as a parameter with its type or without. */
const NAMELESS = [
  /\b(?:const|let) (WORD)\b/g,
  /\[(?:\w+, |, )?(WORD)(?:, \w+)?\](?=: | = | of |\)|,)/g,
  /\w: (WORD)(?: = [^,}]+)?(?=,? ?[\w, :]*\}(?: = |: |\) =>| of ))/g,
  /\((?:\w+, )*(WORD)(?:, \w+)*\) =>/g,
  /[(,] ?(?:\.\.\.)?(WORD)\??: (?=TYPE)/g,
  /^ +(?:\.\.\.)?(WORD)\??: (?=TYPE.*,$|\{[^,]*;.*,$)/g,
].map(({ source }) => {
  const words = source.replaceAll('WORD', 'given|known|one|said|told');
  return new RegExp(words.replaceAll('TYPE', '(?:readonly |[A-Z][a-z]|string\\b|number\\b|unknown\\b)'), 'g');
});

function namelessIn(text: string): string[] {
  const lines = text.split('\n').filter((line) => !/^\s*(?:\*|\/\*|\/\/)/.test(line));
  const code = lines.map((line) => line.replaceAll(/'(?:[^'\\]|\\.)*'/g, "''"));
  return code.flatMap((line) =>
    NAMELESS.flatMap((words) => [...line.matchAll(words)].map(([, name = '']) => name)),
  );
}

it('parameters and locals are nouns of the thing', () => {
  const files = textFiles().filter((file) => NAMED.test(file) && file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(1_000);
  const found = files.flatMap((file) =>
    namelessIn(readFileSync(join(ROOT, file), 'utf8')).map((name) => `${file}: ${name}`),
  );
  expect(found).toEqual([]);
});

it.each([
  ['const known = 1;', ['known']],
  ['tasks.filter((one) => one.open);', ['one']],
  ['for (const [key, one] of entries) {}', ['one']],
  ['const { at, said: given, other } = notice;', ['given']],
  ['function judge(given: Case, told: Told): void {}', ['given', 'told']],
  ['  known: TaskRecord | undefined,', ['known']],
  ["const { told } = open; const word = words.one; const part = { said: 1, given: at, one: 'one' };", []],
  ['/** The newest (one: of all) */', []],
])('finds those that are none in %j', (text, names) => {
  expect(namelessIn(text)).toEqual(names);
});
