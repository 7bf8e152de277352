import type { GlobalPolicy, PolicyDocument, ScopedPolicy } from './policy.ts';
import {
  BLAST_RADIUS_KEYS,
  GLOBAL_KEY_NAMES,
  GLOBAL_KEYS,
  LEAST_GRACE,
  OTHER_NAMES,
  SCOPED_KEY_NAMES,
  SCOPED_KEYS,
} from './policy-keys.ts';
import { scopeProblem } from './policy-scope.ts';
import { isObject, type Report, type ValueReader } from './policy-values.ts';
import { shown, unknownKey } from './policy-wording.ts';
import { formatDuration } from './time.ts';

type Leaves<T> = { [Key in keyof T]?: T[Key] | null };

/** One scope's policy, parsed: durations in ms; null takes a leaf back to the default; absent inherits. */
export type ParsedPolicy = Leaves<ScopedPolicy & Omit<GlobalPolicy, 'blastRadius'>> & {
  blastRadius?: Leaves<GlobalPolicy['blastRadius']> | null;
};

/** What is wrong with a policy: the key (`blastRadius.share`, `reminders[1]`, `` for all of it) and why. */
export interface PolicyProblem {
  path: string;
  message: string;
}

export type PolicyResult = { ok: true; policy: ParsedPolicy } | { ok: false; problems: PolicyProblem[] };

export interface PolicyOptions {
  /** Any stage but local and dev: a grace under a day is refused. */
  production: boolean;
  /** Read from the table: what its scope may be was judged when it was written. @default false */
  stored?: boolean;
}

/**
 * Reads one scope's policy as written (durations as text) and finds all that is wrong with it.
 *
 * @param scope `` (global), a prefix with its slash, or a task id; a scope that is none has the path `scope`
 */
export function parsePolicy(scope: string, document: unknown, options: PolicyOptions): PolicyResult {
  const problems: PolicyProblem[] = [];
  const badScope = options.stored ? undefined : scopeProblem(scope);
  if (badScope !== undefined) problems.push({ path: 'scope', message: `${shown(scope)} ${badScope}` });
  if (!isObject(document)) {
    problems.push({ path: '', message: `is ${shown(document)}; a policy is an object of keys` });
    return { ok: false, problems };
  }
  problems.push(...modeTwice(document));
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(document)) {
    const key = keyOf(name);
    if (value !== undefined)
      values[key] = readEntry({ key, value, scope, options }, reportAt(problems, name));
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, policy: values as ParsedPolicy };
}

function readEntry(written: Written, report: Report): unknown {
  const { key, value, scope } = written;
  return key === 'blastRadius' && scope === '' ? readBlastRadius(value, report) : readKey(written, report);
}

/** `mode` and `stage` are the same key: both with different values are refused. */
function modeTwice({ mode, stage }: Record<string, unknown>): PolicyProblem[] {
  if (mode === undefined || stage === undefined || mode === stage) return [];
  const message = `is ${shown(mode)}, and stage is ${shown(stage)}; the two are the same key`;
  return [{ path: 'mode', message }];
}

/** The key that a name in a policy stands for: `stage` is the older name of `mode`. */
export function keyOf(name: string): string {
  return Object.hasOwn(OTHER_NAMES, name) ? (OTHER_NAMES[name] ?? name) : name;
}

/** A policy as written, by the names of its keys today; as it is where two names of a key contradict each other. */
export function withKeyNames<Document extends Record<string, unknown>>(document: Document): Document {
  if (modeTwice(document).length > 0) return document;
  const entries = Object.entries(document).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [keyOf(name), value])) as Document;
}

/**
 * What a scope says after some of its keys are set: those keys replaced (`blastRadius` leaf by leaf), the
 * others as they were. For documents as written and as parsed.
 */
export function withKeysSet<Document extends PolicyDocument>(document: Document, set: Document): Document {
  const next: Document = { ...document, ...set };
  if (isObject(document.blastRadius) && isObject(set.blastRadius)) {
    next.blastRadius = { ...document.blastRadius, ...set.blastRadius };
  }
  return next;
}

/**
 * What is wrong with a policy that disables tasks at a deadline that it never announces.
 *
 * @param scope the narrower scope that would be left so; `` for the written one itself
 */
export function unannounced(scope: string): PolicyProblem {
  const where = scope === '' ? '' : ` for ${shown(scope)}`;
  const message = `"disable" needs stopNotice${where}; allowed is a duration such as "1h", or another atDeadline`;
  return { path: 'atDeadline', message };
}

function reportAt(problems: PolicyProblem[], path: string): Report {
  return (message, part = '') => {
    problems.push({ path: `${path}${part}`, message });
  };
}

function readerOf(key: string, readers: Record<string, ValueReader>): ValueReader | undefined {
  return Object.hasOwn(readers, key) ? readers[key] : undefined;
}

interface Written {
  key: string;
  value: unknown;
  scope: string;
  options: PolicyOptions;
}

function readKey({ key, value, scope, options }: Written, report: Report): unknown {
  const isGlobal = scope === '';
  if (!isGlobal && GLOBAL_KEY_NAMES.includes(key)) {
    report(`can be set globally only, not for ${shown(scope)}`);
    return undefined;
  }
  const read = readerOf(key, SCOPED_KEYS) ?? readerOf(key, GLOBAL_KEYS);
  if (read === undefined) {
    report(unknownKey(key, isGlobal ? [...SCOPED_KEY_NAMES, ...GLOBAL_KEY_NAMES] : SCOPED_KEY_NAMES));
    return undefined;
  }
  if (value === null) return null;
  if (key === 'disableAfter' && options.production) return readProductionGrace(read, value, report);
  return read(value, report);
}

function readProductionGrace(read: ValueReader, value: unknown, report: Report): unknown {
  let good = true;
  const grace = read(value, (message) => {
    good = false;
    report(message);
  });
  if (good && typeof grace === 'number' && grace < LEAST_GRACE) {
    const allowed = `${formatDuration(LEAST_GRACE)} or more`;
    report(`${shown(value)} is too short; outside stages local and dev a grace is ${allowed}`);
  }
  return grace;
}

function readBlastRadius(value: unknown, report: Report): unknown {
  if (value === null) return null;
  const names = Object.keys(BLAST_RADIUS_KEYS);
  if (!isObject(value)) {
    report(`is ${shown(value)}; allowed is an object with any of ${names.join(', ')}, or null`);
    return undefined;
  }
  const leaves: Record<string, unknown> = {};
  for (const [leaf, written] of Object.entries(value)) {
    const read = readerOf(leaf, BLAST_RADIUS_KEYS);
    if (read === undefined) report(unknownKey(leaf, names), `.${leaf}`);
    else if (written === null) leaves[leaf] = null;
    else if (written !== undefined) leaves[leaf] = read(written, (message) => report(message, `.${leaf}`));
  }
  return leaves;
}
