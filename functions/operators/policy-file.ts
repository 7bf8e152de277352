import { withKeyNames } from '../abandonment/policy-parse.ts';
import { isObject } from '../abandonment/policy-values.ts';
import { shown } from '../abandonment/policy-wording.ts';
import type { Document } from './policies.ts';

/** The name of the global scope in a file. */
const GLOBAL = 'global';

export type PolicyFile =
  /** Scope (`` for the global one) -> its policy as written. */
  { ok: true; documents: Map<string, Document> } | { ok: false; problem: string };

/** All policies as one text for review in git: the global one first, then by scope, keys in one order. */
export function policyFileText(documents: ReadonlyMap<string, Document>): string {
  const scopes = [...documents].sort(([a], [b]) => (a < b ? -1 : 1));
  const policies = Object.fromEntries(
    scopes.map(([scope, one]) => [scope === '' ? GLOBAL : scope, sorted(one)]),
  );
  return `${JSON.stringify({ version: 1, policies }, null, 2)}\n`;
}

function sorted(document: Document): Document {
  return Object.fromEntries(Object.entries(document).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Reads such a text. Whether scopes, keys and values are allowed is the policies' affair. */
export function parsePolicyFile(text: string): PolicyFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('is no JSON');
  }
  if (!isObject(value)) return refused('is no object; allowed is {"version": 1, "policies": {...}}');
  const unknown = Object.keys(value).find((key) => !['version', 'policies'].includes(key));
  if (unknown !== undefined)
    return refused(`has an unknown key ${shown(unknown)}; allowed are version, policies`);
  if (value.version !== 1) return refused(`version is ${shown(value.version)}; allowed is 1`);
  return documentsIn(value.policies);
}

function documentsIn(policies: unknown): PolicyFile {
  if (!isObject(policies)) return refused('policies is no object; allowed: a policy by scope');
  const documents = new Map<string, Document>();
  for (const [name, document] of Object.entries(policies)) {
    if (!isObject(document)) return refused(`policies ${shown(name)} is no object; allowed: keys and values`);
    if (name === '') return refused(`policies has an empty scope; the global one is "${GLOBAL}"`);
    documents.set(name === GLOBAL ? '' : name, withKeyNames(document));
  }
  return { ok: true, documents };
}

function refused(problem: string): PolicyFile {
  return { ok: false, problem };
}
