import type { Instant } from '../abandonment/time.ts';
import { type AuditEntry, auditFromRow } from '../store/audit.ts';
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

/**
 * All changes of policies of the last 400 days in the order in which they were written, the oldest first; with a scope
 * those of it alone.
 */
export async function policyHistory(table: Table, scope?: string): Promise<PolicyAct[]> {
  // Rows of an earlier version stand in a partition of tasks.
  const partitions = [keys.audit('operators', 0, '', '').pk, keys.auditBeside('operators', 0, '', '').pk];
  const rows = await Promise.all(partitions.map((pk) => allRows(table, { pk, sk: { prefix: 'L#' } })));
  const acts = rows.flat().flatMap(actIn);
  return inOrderOfWriting(acts, ({ changes }) => changes)
    .map((act) => ({
      ...act,
      changes: act.changes.filter((change) => scope === undefined || change.scope === scope),
    }))
    .filter(({ changes }) => changes.length > 0);
}

/**
 * Sorts by instant, and what was written at one instant so that each change of a scope begins with what the one before it
 * left. Of different scopes, and of one that said the same twice within that instant, no order is known: these stay as
 * they are given.
 */
export function inOrderOfWriting<T extends { at: Instant }>(
  acts: readonly T[],
  changesOf: (act: T) => readonly ScopeChange[],
): T[] {
  const left = [...acts].sort((a, b) => a.at - b.at);
  const ordered: T[] = [];
  const says = new Map<string, string>();
  for (let [first] = left; first !== undefined; [first] = left) {
    const { at } = first;
    const together = left.slice(0, left.findLastIndex((act) => act.at === at) + 1);
    const next = together.find((act) => mayBeNext(act, together, says, changesOf)) ?? first;
    left.splice(left.indexOf(next), 1);
    ordered.push(next);
    for (const { scope, after } of changesOf(next)) says.set(scope, textOf(after));
  }
  return ordered;
}

/** Whether each of its changes begins with what its scope says; of a scope of which nothing is known, with nobody's end. */
function mayBeNext<T>(
  act: T,
  together: readonly T[],
  says: ReadonlyMap<string, string>,
  changesOf: (act: T) => readonly ScopeChange[],
): boolean {
  return changesOf(act).every(({ scope, before }) => {
    const text = says.get(scope);
    if (text !== undefined) return text === textOf(before);
    return !together.some(
      (other) =>
        other !== act &&
        changesOf(other).some((change) => change.scope === scope && textOf(change.after) === textOf(before)),
    );
  });
}

const ACT = /^policy (set|unset|import)\b/;

function actIn(row: Row): PolicyAct[] {
  const entry = auditFromRow(row);
  const { at, by, reason } = entry;
  const [act] = ACT.exec(entry.act) ?? [];
  return act === undefined ? [] : [{ at, act, by, reason, changes: changesIn(entry) }];
}

/** What an act changed of policies; nothing where it is another act. */
export function changesIn({ act, evidence }: Pick<AuditEntry, 'act' | 'evidence'>): ScopeChange[] {
  if (!ACT.test(act)) return [];
  const { changes, scope, before, after } = evidence as Partial<ScopeChange> & { changes?: ScopeChange[] };
  return changes ?? [{ scope: scope ?? '', before: before ?? {}, after: after ?? {} }];
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
