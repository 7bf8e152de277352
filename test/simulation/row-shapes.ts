import type { Row } from '../../functions/store/table/table.port.ts';

/**
 * What rows of each kind look like: by kind and path, the types that were seen there, in order. `!` stands before those that each
 * row has in which what they belong to is there, which readers may therefore count on.
 */
export type RowShapes = Record<string, Record<string, string>>;

/** What a row is: by what its keys begin with. */
function kindOf({ pk, sk }: Row): string {
  if (pk === 'META') return `META ${sk}`;
  const [partition = ''] = pk.split('#', 1);
  return ['T', 'R', 'G'].includes(partition) ? `${partition} ${sk.split('#', 1)[0]}` : partition;
}

type Seen = Map<string, { types: Set<string>; times: number; parent: string }>;

/** The shapes of some rows. */
export function shapesOf(rows: readonly Row[]): RowShapes {
  const kinds = new Map<string, Seen>();
  for (const row of rows) {
    const seen: Seen = kinds.get(kindOf(row)) ?? new Map();
    kinds.set(kindOf(row), seen);
    note(seen, '', row, '');
  }
  return Object.fromEntries([...kinds].sort().map(([kind, seen]) => [kind, textsOf(seen)]));
}

function textsOf(seen: Seen): Record<string, string> {
  const texts = [...seen].sort().map(([path, { types, times, parent }]) => {
    const isAlways = path === '' || times === seen.get(parent)?.times;
    return [path, `${isAlways ? '!' : ''}${[...types].sort().join('|')}`];
  });
  return Object.fromEntries(texts);
}

function note(seen: Seen, path: string, value: unknown, parent: string): void {
  const noted = seen.get(path) ?? { types: new Set(), times: 0, parent };
  seen.set(path, noted);
  noted.types.add(typeOf(value));
  noted.times += 1;
  if (Array.isArray(value)) for (const item of value) note(seen, `${path}[]`, item, path);
  else if (value !== null && typeof value === 'object')
    for (const [name, part] of Object.entries(value)) note(seen, `${path}.${nameOf(name)}`, part, path);
}

/** Keys of recipients are values, not names. */
const nameOf = (name: string): string => (/^[0-9a-f]{32}$/.test(name) ? '*' : name);

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

/**
 * What readers of recorded shapes could not read of some rows: what they count on and is gone, and what has another type. What
 * was added is no matter to them, nor are kinds of rows that they do not know.
 */
export function unreadable(recorded: RowShapes, rows: readonly Row[]): string[] {
  const problems = new Set<string>();
  for (const row of rows) {
    const kind = kindOf(row);
    const shapes = recorded[kind];
    if (shapes) for (const problem of problemsOf(shapes, row, '')) problems.add(`${kind}${problem}`);
  }
  return [...problems].sort();
}

function problemsOf(shapes: Record<string, string>, value: unknown, path: string): string[] {
  const shape = shapes[path];
  if (shape === undefined) return [];
  const type = typeOf(value);
  if (!shape.replace('!', '').split('|').includes(type)) return [`${path} is ${type}, not ${shape}`];
  if (Array.isArray(value)) return value.flatMap((item) => problemsOf(shapes, item, `${path}[]`));
  if (value === null || typeof value !== 'object') return [];
  return [...missing(shapes, value, path), ...partsOf(shapes, value, path)];
}

function partsOf(shapes: Record<string, string>, value: object, path: string): string[] {
  return Object.entries(value).flatMap(([name, part]) => problemsOf(shapes, part, `${path}.${nameOf(name)}`));
}

function missing(shapes: Record<string, string>, value: object, path: string): string[] {
  const names = new Set(Object.keys(value).map(nameOf));
  return Object.entries(shapes).flatMap(([shapePath, shape]) => {
    const name = shapePath.startsWith(`${path}.`) ? shapePath.slice(path.length + 1) : '';
    const isMissing = name !== '' && !/[.[]/.test(name) && shape.startsWith('!') && !names.has(name);
    return isMissing && name !== '*' ? [`${shapePath} is gone`] : [];
  });
}
