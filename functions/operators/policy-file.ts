import { withKeyNames } from '../abandonment/policy-parse.ts';
import { isObject } from '../abandonment/policy-values.ts';
import { shown } from '../abandonment/policy-wording.ts';
import type { Document } from './policies.ts';

/** The name of the global scope in a file. */
const GLOBAL = 'global';

/** What is wrong with a file of policies. */
export interface PolicyFileProblem {
  /** The names in the file that lead to it: `policies`, the scope, the key and its part; none: it is about the whole. */
  names: readonly string[];
  text: string;
}

export type PolicyFile =
  /** Scope (`` for the global one) -> its policy as written. */
  { ok: true; documents: Map<string, Document> } | { ok: false; problem: PolicyFileProblem };

/** The name of a scope in a file. */
export function fileNameOf(scope: string): string {
  return scope === '' ? GLOBAL : scope;
}

/** All policies as one text for review in git: the global one first, then by scope, keys in one order. */
export function policyFileText(documents: ReadonlyMap<string, Document>): string {
  const scopes = [...documents].sort(([a], [b]) => (a < b ? -1 : 1));
  const policies = Object.fromEntries(
    scopes.map(([scope, document]) => [fileNameOf(scope), sorted(document)]),
  );
  return `${JSON.stringify({ version: 1, policies }, null, 2)}\n`;
}

function sorted(document: Document): Document {
  return Object.fromEntries(Object.entries(document).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `$schema` is for editors. */
const KEYS = ['$schema', 'version', 'policies'];

/** Reads the value of such a text. Whether scopes, keys and values are allowed is the policies' affair. */
export function parsePolicyFile(value: unknown): PolicyFile {
  if (!isObject(value)) return refused('it is no object; allowed is {"version": 1, "policies": {...}}');
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
  if (unknown !== undefined)
    return refused(
      `it has an unknown key ${shown(unknown)}; allowed are version, policies, $schema`,
      unknown,
    );
  const { $schema = '', version, policies } = value;
  if (typeof $schema !== 'string')
    return refused(`$schema is ${shown($schema)}; allowed is a text, which says nothing here`, '$schema');
  if (version !== 1) return refused(`version is ${shown(version)}; allowed is 1`, 'version');
  return documentsIn(policies);
}

function documentsIn(policies: unknown): PolicyFile {
  if (!isObject(policies)) return refused('policies is no object; allowed: a policy by scope', 'policies');
  const documents = new Map<string, Document>();
  for (const [name, document] of Object.entries(policies)) {
    if (!isObject(document))
      return refused(`policies ${shown(name)} is no object; allowed: keys and values`, 'policies', name);
    if (name === '')
      return refused(`policies has an empty scope; the global one is "${GLOBAL}"`, 'policies', name);
    documents.set(name === GLOBAL ? '' : name, withKeyNames(document));
  }
  return { ok: true, documents };
}

function refused(text: string, ...names: string[]): PolicyFile {
  return { ok: false, problem: { names, text } };
}
