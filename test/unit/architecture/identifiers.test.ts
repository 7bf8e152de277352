import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, textFiles } from './pages.ts';

/** Folders whose names follow the glossary. What a row or the contract calls so keeps its name: these are properties. */
const FOLDERS =
  /^(functions\/(abandonment|episodes|breaker|store|disabling|catalog|platform)|functions\/scanner\/steps|simulation\/(verify|faults))\//;

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
  expect(files.length).toBeGreaterThan(200);
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
