import { BOUNDS } from '../functions/abandonment/bounds.ts';
import type { PolicyProblem } from '../functions/abandonment/policy-parse.ts';
import { isObject } from '../functions/abandonment/policy-values.ts';
import { shown } from '../functions/abandonment/policy-wording.ts';
import { UsageError } from './errors.ts';

/** The name of the global scope on the command line. */
const GLOBAL_SCOPE = 'global';

/** The scope that an argument names: `global` (or an empty text), a prefix, or a task id. */
export function scopeOf(argument: string): string {
  return argument === GLOBAL_SCOPE ? '' : argument;
}

/** A scope as the command line names it. */
export function scopeText(scope: string): string {
  return scope === '' ? GLOBAL_SCOPE : scope;
}

const LISTS = new Set(['reminders', 'aliveStatuses']);

/**
 * Reads `key=value` arguments as a policy document: `warnAfter=30d`, `reminders=3d,1d`,
 * `blastRadius.share=0.2`, `quietHours={"from":...}`; `default` takes a leaf back to the default. Whether
 * keys and values are allowed is the policy's affair.
 *
 * @throws UsageError where an argument is no pair, is there twice, or is broken JSON
 */
export function readPairs(pairs: readonly string[]): Record<string, unknown> {
  // Without a prototype: `__proto__` is a key like any other, and unknown.
  const document = Object.create(null) as Record<string, unknown>;
  const seen = new Set<string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals <= 0) {
      throw new UsageError(
        `${shown(pair)} is no policy key with a value; allowed: key=value such as warnAfter=30d`,
      );
    }
    const path = pair.slice(0, equals);
    if (seen.has(path)) throw new UsageError(`${path} is given twice; allowed: each key once`);
    seen.add(path);
    put(document, path, readValue(path, pair.slice(equals + 1)));
  }
  return document;
}

function put(document: Record<string, unknown>, path: string, value: unknown): void {
  const dot = path.indexOf('.');
  if (dot < 0) {
    document[path] = value;
    return;
  }
  const key = path.slice(0, dot);
  const parts = document[key];
  document[key] = { ...(isObject(parts) ? parts : {}), [path.slice(dot + 1)]: value };
}

function readValue(path: string, text: string): unknown {
  if (text === 'default' || text === 'null') return null;
  if (LISTS.has(path) && !text.startsWith('[')) {
    return text === '' || text === 'none' ? [] : text.split(',').map((part) => part.trim());
  }
  if (['quietHours', 'quietDays', 'escalateAt'].includes(path) && text === 'none') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text.startsWith('[') || text.startsWith('{') ? readJson(path, text) : text;
}

function readJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is ${shown(text)}, which is no JSON`);
  }
}

/** The error that names the refused keys of a policy, the first ones where they are many. */
export function policyRefused(problems: readonly PolicyProblem[]): UsageError {
  const named = ({ path, message }: PolicyProblem) =>
    message.startsWith('unknown key') ? message : `${path} ${message}`.trim();
  const more = problems.length - BOUNDS.problems.most;
  const first = problems.slice(0, BOUNDS.problems.most).map(named);
  return new UsageError(...first, ...(more > 0 ? [`and ${more} more`] : []));
}
