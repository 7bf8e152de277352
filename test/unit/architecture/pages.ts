import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..', '..');

const FOLDERS = [
  '.github',
  'bench',
  'bin',
  'cli',
  'console',
  'docs',
  'emails',
  'examples',
  'functions',
  'lib',
  'local',
  'scripts',
  'simulation',
  'test',
];
const TEXT = /\.(ts|mjs|py|sh|java|md|ya?ml|mjml|html|txt)$/;

/** Every text file of the repository, by its path from the root. */
export function textFiles(): string[] {
  const inFolders = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  const atRoot = readdirSync(ROOT).filter((name) => statSync(join(ROOT, name)).isFile());
  return [...atRoot, ...inFolders]
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => TEXT.test(path));
}

export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The anchors of a page, as GitHub makes them from its headings. */
export function anchorsOf(page: string): Set<string> {
  const headings = textOf(page).matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Where a page that a file names is: seen from the file, from the root, or among the docs. */
export function pageOf(file: string, named: string): string | undefined {
  return [join(dirname(file), named), named, join('docs', named)].find(
    (path) => !path.startsWith('..') && existsSync(join(ROOT, path)),
  );
}

/** The part of a page below a heading of the second level. */
export function sectionOf(page: string, heading: string): string {
  const section = textOf(page)
    .split(/^## /m)
    .find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${page} has no section ${heading}`);
  return section;
}

/** The tables of a text: their rows, cell by cell, without the headings. */
export function tablesOf(text: string): string[][][] {
  const tables = text.match(/(?:^\|.*\n?)+/gm) ?? [];
  return tables.map((table) => table.trimEnd().split('\n').slice(2).map(cellsOf));
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
