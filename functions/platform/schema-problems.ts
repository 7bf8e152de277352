import * as z from 'zod/mini';
import { BOUNDS } from '../abandonment/bounds.ts';
import { listed, shown, unknownKey } from '../abandonment/policy-wording.ts';

export type Parsed<Value> = { ok: true; value: Value } | Unread;

interface Unread {
  ok: false;
  problems: string[];
  /** Of an event: the path of the first key that is wrong, without places in lists: `tasks[].shards[].status`. */
  key?: string;
}

/**
 * Reads a value by a schema.
 *
 * @param names the keys that are allowed at the top, to name the nearest one to an unknown key
 * @returns the value, or one line per problem: the path of the key, what was wrong, what is allowed
 */
export function parseWith<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  names: readonly string[] = [],
): Parsed<z.output<Schema>> {
  const result = z.safeParse(schema, value);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, problems: result.error.issues.map((issue) => lineOf(issue, value, names)) };
}

/**
 * As `parseWith`, for what others put on the bus: the first problems alone, and no text of theirs but single plain words,
 * for what is said goes to logs and dead letters, and an address must not.
 */
export function parseEvent<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
): Parsed<z.output<Schema>> {
  const result = z.safeParse(schema, value);
  if (result.success) return { ok: true, value: result.data };
  const { issues } = result.error;
  const problems = issues.slice(0, BOUNDS.problems.most).map((issue) => lineOf(issue, value, [], described));
  // First, for the text is cut at its end.
  const count = issues.length > problems.length ? [`${issues.length} problems`] : [];
  return { ok: false, problems: [...count, ...problems], key: keyOf(issues[0]?.path ?? []) };
}

const PLAIN_WORD = /^[\w-]{1,32}$/;

function described(value: unknown): string {
  if (typeof value !== 'string' || value === '' || PLAIN_WORD.test(value.slice(0, 33))) return shown(value);
  return `a text of ${value.length} characters`;
}

function lineOf(
  issue: z.core.$ZodIssue,
  value: unknown,
  names: readonly string[],
  show: (value: unknown) => string = shown,
): string {
  const path = pathText(issue.path);
  const problem = messageOf(issue, at(value, issue.path), issue.path.length === 0 ? names : [], show);
  return path === '' ? problem : `${path} ${problem}`;
}

function messageOf(
  issue: z.core.$ZodIssue,
  found: unknown,
  names: readonly string[],
  show: (value: unknown) => string,
): string {
  const is = found === undefined ? 'is missing' : `is ${show(found)}`;
  switch (issue.code) {
    case 'invalid_value':
      return `${is}; allowed: ${issue.values.length === 1 ? String(issue.values[0]) : listed(issue.values.map(String))}`;
    case 'invalid_type':
      return `${is}; allowed: ${articled(issue.expected)}`;
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, names)).join('; ');
    case 'invalid_format':
      return `${is}; allowed: ${FORMS[issue.format] ?? `text of the form ${issue.pattern ?? issue.format}`}`;
    case 'too_small':
      return `${is}; allowed: at least ${issue.minimum}`;
    case 'too_big':
      return `${is}; allowed: at most ${issue.maximum}`;
    case 'custom':
      return found === undefined ? issue.message : `(${show(found)}) ${issue.message}`;
    default:
      return `${is}, which is not allowed`;
  }
}

const FORMS: Record<string, string> = {
  regex: 'an instant with a zone such as "2026-01-01T00:00:00Z"',
};

const NAMES: Record<string, string> = {
  array: 'a list',
  object: 'an object',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  string: 'a text',
};

function articled(type: string): string {
  return NAMES[type] ?? type;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<PropertyKey, unknown>)[key];
  }
  return found;
}

/** All keys of a path, which the schema has, and no place in a list, of which there are many. */
function keyOf(path: readonly PropertyKey[]): string {
  return pathText(path).replaceAll(/\[\d+\]/g, '[]');
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, depth) => (typeof key === 'number' ? `[${key}]` : (depth > 0 ? '.' : '') + String(key)))
    .join('');
}
