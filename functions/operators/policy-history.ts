import type { Instant } from '../abandonment/time.ts';
import { auditFromRow } from '../store/audit.ts';
import { keys } from '../store/keys.ts';
import { loadPolicyDocuments } from '../store/policies.ts';
import { allRows } from '../store/rows.ts';
import type { Row, Table } from '../store/table/table.port.ts';
import type { Document } from './policies.ts';

/** What one scope said before, and what it says after; empty where it says nothing. */
export interface ScopeChange {
  /** `` for the global one. */
  scope: string;
  before: Document;
  after: Document;
}

/** One change of policies: who, when, and why. */
export interface PolicyAct {
  at: Instant;
  /** `policy set`, `policy unset`, `policy import`. */
  act: string;
  by: string;
  reason: string;
  changes: ScopeChange[];
}

/** All changes of policies of the last 400 days, the oldest first; with a scope those of it alone. */
export async function policyHistory(table: Table, scope?: string): Promise<PolicyAct[]> {
  // Rows of an earlier version stand in a partition of tasks.
  const partitions = [keys.audit('operators', 0, '', '').pk, keys.auditBeside('operators', 0, '', '').pk];
  const rows = await Promise.all(partitions.map((pk) => allRows(table, { pk, sk: { prefix: 'L#' } })));
  const acts = rows.flat().flatMap(actIn);
  return acts
    .map((act) => ({
      ...act,
      changes: act.changes.filter((change) => scope === undefined || change.scope === scope),
    }))
    .filter(({ changes }) => changes.length > 0)
    .sort((a, b) => a.at - b.at);
}

const ACT = /^policy (set|unset|import)\b/;

function actIn(row: Row): PolicyAct[] {
  const { at, act, by, reason, evidence } = auditFromRow(row);
  const [name] = ACT.exec(act) ?? [];
  if (name === undefined) return [];
  const { changes, scope, before, after } = evidence as Partial<ScopeChange> & { changes?: ScopeChange[] };
  const single = { scope: scope ?? '', before: before ?? {}, after: after ?? {} };
  return [{ at, act: name, by, reason, changes: changes ?? [single] }];
}

/** What every scope said at an instant: what is written now, with all later changes taken back. */
export async function policiesAt(table: Table, at: Instant): Promise<Map<string, Document>> {
  const documents = await loadPolicyDocuments(table);
  const later = (await policyHistory(table)).filter((act) => act.at > at).reverse();
  for (const { scope, before } of later.flatMap(({ changes }) => [...changes].reverse())) {
    if (Object.keys(before).length > 0) documents.set(scope, before);
    else documents.delete(scope);
  }
  return documents;
}

/** The scopes that say something else after than before, by scope; keys in another order are the same. */
export function policyDifferences(
  before: ReadonlyMap<string, Document>,
  after: ReadonlyMap<string, Document>,
): ScopeChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((scope) => ({ scope, before: before.get(scope) ?? {}, after: after.get(scope) ?? {} }))
    .filter((change) => changedKeys(change).length > 0);
}

/** The keys that differ, by name. */
export function changedKeys({ before, after }: Pick<ScopeChange, 'before' | 'after'>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.filter((name) => textOf(before[name]) !== textOf(after[name]));
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
