import { PolicyBook } from '../abandonment/policy-book.ts';
import { eachRow } from './records.ts';
import { keys, ROW_VERSION } from './rows.ts';
import type { Table, Write } from './table.port.ts';

/** All policies that were written, ready to be asked. */
export async function loadPolicies(table: Table): Promise<PolicyBook> {
  return PolicyBook.fromDocuments(await loadPolicyDocuments(table));
}

/** What was written at each scope (`` for the global one). */
export async function loadPolicyDocuments(table: Table): Promise<Map<string, Record<string, unknown>>> {
  const documents = new Map<string, Record<string, unknown>>();
  for await (const row of eachRow(table, { pk: keys.policy('').pk, consistent: true })) {
    documents.set(row.sk.slice(2), row.document as Record<string, unknown>);
  }
  return documents;
}

/** Stores one scope's policy, valid already; an empty one is deleted. */
export function policyWrite(scope: string, document: Record<string, unknown>): Write {
  const key = keys.policy(scope);
  if (Object.keys(document).length === 0) return { delete: key };
  return { put: { ...key, v: ROW_VERSION, scope, document } };
}
