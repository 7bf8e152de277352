import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, pageOf, ROOT, sectionOf, textFiles, textOf } from './pages.ts';

const PROMISES = 'docs/promises.md';
const NUMBERS = Array.from({ length: 16 }, (_, index) => index + 1);
const files = textFiles();

/** A text as one line, without the margins of comments. */
function unwrapped(file: string): string {
  return textOf(file).replaceAll(/\n\s*(\*|\/\/)?\s*/g, ' ');
}

/** The promises that a text names: `promise 6`, `promises 1, 2 and 9`. */
function promisesIn(text: string): number[] {
  return [...text.matchAll(/\bpromises? (\d+(?:(?:, | and | to )\d+)*)/gi)].flatMap(([, list = '']) =>
    [...list.matchAll(/\d+/g)].map(([number]) => Number(number)),
  );
}

interface Citation {
  file: string;
  named: string;
  anchor: string | undefined;
}

function citationsOf(file: string): Citation[] {
  const words = unwrapped(file).split(/[^\w./#-]+/);
  return words.flatMap((word) => {
    const [, named, anchor] = /^(.*\w\.md)(?:#([\w-]*\w))?/.exec(word) ?? [];
    return named === undefined ? [] : [{ file, named, anchor }];
  });
}

function isBroken({ file, named, anchor }: Citation): boolean {
  const page = pageOf(file, named);
  return page === undefined || (anchor !== undefined && !anchorsOf(page).has(anchor));
}

describe('pages that are cited', () => {
  const citations = files.flatMap(citationsOf);

  it('are many', () => {
    expect(citations.length).toBeGreaterThan(150);
  });

  it('exist in the repository, with the section that is named', () => {
    const broken = citations.filter(isBroken).map(({ file, named, anchor }) => ({ file, named, anchor }));
    expect(broken).toEqual([]);
  });

  it('are seen to be missing', () => {
    const file = 'functions/scanner/scan.ts';
    expect(isBroken({ file, named: PROMISES.replace('promises', 'no-page'), anchor: undefined })).toBe(true);
    expect(isBroken({ file, named: PROMISES, anchor: 'promise-17' })).toBe(true);
    expect(isBroken({ file, named: PROMISES, anchor: 'promise-16' })).toBe(false);
  });
});

const PAGES = files.filter((file) => /^(README|CHANGELOG|docs\/[\w-]+)\.md$/.test(file));

describe('files that pages name', () => {
  const PATH = /`((?:bench|bin|cli|emails|functions|lib|local|scripts|simulation|test)\/[\w./-]+\.\w+)`/g;

  it.each(PAGES)('%s names files that there are', (page) => {
    const paths = [...textOf(page).matchAll(PATH)].map(([, path = '']) => path);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

/** Where a page says in which file a name is: `Notice` in `functions/abandonment/task.ts`, `CLOCK` (`clock.ts`). */
function placesIn(page: string): { name: string; file: string }[] {
  const place = /`([A-Za-z_]\w*)`(?: in | of | \()`([\w./-]+\.ts)`/g;
  return [...textOf(page).replaceAll(/\s+/g, ' ').matchAll(place)].map(([, name = '', file = '']) => ({
    name,
    file,
  }));
}

/** Whether no file of that path, or of that end of a path, has the name. */
function isElsewhere({ name, file }: { name: string; file: string }): boolean {
  const places = files.filter((path) => path === file || path.endsWith(`/${file}`));
  return !places.some((path) => new RegExp(`\\b${name}\\b`).test(textOf(path)));
}

describe('names that pages give with their file', () => {
  it('are in that file', () => {
    const places = PAGES.flatMap((page) => placesIn(page).map((place) => ({ page, ...place })));
    expect(places.length).toBeGreaterThan(20);
    expect(places.filter(isElsewhere)).toEqual([]);
  });

  it('are seen to be missing', () => {
    expect(isElsewhere({ name: 'Notice', file: 'functions/abandonment/task.ts' })).toBe(false);
    expect(isElsewhere({ name: 'NoNotice', file: 'task.ts' })).toBe(true);
  });
});

describe('the promises', () => {
  it('are sixteen, each with its anchor, in their order', () => {
    const anchors = [...anchorsOf(PROMISES)].filter((anchor) => anchor.startsWith('promise-'));
    expect(anchors).toEqual(NUMBERS.map((number) => `promise-${number}`));
  });

  it('that anything cites are among them', () => {
    const cited = files.map((file) => ({ file, numbers: promisesIn(unwrapped(file)) }));
    expect(new Set(cited.flatMap(({ numbers }) => numbers)).size).toBeGreaterThan(10);
    const unknown = cited.filter(({ numbers }) => numbers.some((number) => !NUMBERS.includes(number)));
    expect(unknown).toEqual([]);
  });

  it.each(NUMBERS)('promise %i names code, a verifier and tests', (number) => {
    const section = sectionOf(PROMISES, `Promise ${number}`).replaceAll(/\n +/g, ' ');
    for (const part of ['In the code', 'Verifier', 'Tests']) {
      expect(section).toMatch(new RegExp(`^- ${part}: \`[a-z]`, 'm'));
    }
  });

  it.each(NUMBERS)('promise %i names functions that are in the files beside them', (number) => {
    const section = sectionOf(PROMISES, `Promise ${number}`).replaceAll(/\n +/g, ' ');
    const missing = [...section.matchAll(/`([\w./-]+\.ts)` \(([^)]*)\)/g)].flatMap(
      ([, file = '', names = '']) =>
        [...names.matchAll(/`(\w+)`/g)]
          .map(([, name = '']) => name)
          .filter((name) => !new RegExp(`\\b${name}\\b`).test(textOf(file))),
    );
    expect(missing).toEqual([]);
  });

  it.each(NUMBERS)('promise %i is checked by a verifier that it names', (number) => {
    const [, verifiers = ''] = /- Verifier: ([^\n]*)/.exec(sectionOf(PROMISES, `Promise ${number}`)) ?? [];
    const checks = new RegExp(`\\.check(?:Where)?\\(\\s*(?:[^;]*?,\\s*)?${number},`);
    const named = [...verifiers.matchAll(/`([^`]+)`/g)].map(([, file = '']) => textOf(file));
    expect(named.some((text) => checks.test(text))).toBe(true);
  });
});
