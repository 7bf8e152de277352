import { PolicyBook } from '../abandonment/policy-book.ts';
import { type ParsedPolicy, withKeyNames } from '../abandonment/policy-parse.ts';
import type { Mode } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { eachRow, ROW_VERSION } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** All policies that were written, ready to be asked. */
export async function loadPolicies(table: Table): Promise<PolicyBook> {
  const { documents, raises } = await loadWritten(table);
  return PolicyBook.fromDocuments(documents, raises);
}

/** What was written at each scope (`` for the global one), but for those that say nothing any more. */
export async function loadPolicyDocuments(table: Table): Promise<Map<string, Document>> {
  return (await loadWritten(table)).documents;
}

type Document = Record<string, unknown>;

/** What the row of a scope says, by the names of keys today. */
export function documentOf(row: Row): Document {
  return withKeyNames(row.document as Document);
}

async function loadWritten(table: Table) {
  const documents = new Map<string, Document>();
  const raises = new Map<string, Instant>();
  for await (const row of eachRow(table, { pk: keys.policy('').pk, consistent: true })) {
    const scope = row.sk.slice(2);
    const document = documentOf(row);
    if (Object.keys(document).length > 0) documents.set(scope, document);
    if (typeof row.raisedAt === 'number') raises.set(scope, row.raisedAt);
  }
  return { documents, raises };
}

/**
 * When the mode of a scope last rose to `disable`, once it says `document` (see `PolicyBook.raisedAt`). Asks nothing
 * of what is stored but the modes, so that a stored policy that is not valid can be mended.
 */
export async function loadRaisedAt(
  table: Table,
  scope: string,
  document: Document,
  now: Instant,
): Promise<Instant | null> {
  const { documents, raises } = await loadWritten(table);
  const modeOf = ({ mode }: Document) => mode as Mode | null | undefined;
  const modes = [...documents].flatMap(([at, said]): [string, ParsedPolicy][] => {
    const mode = modeOf(said);
    return mode === undefined ? [] : [[at, { mode }]];
  });
  return new PolicyBook(new Map(modes), raises).raisedAt(scope, modeOf(withKeyNames(document)), now);
}

/**
 * Stores one scope's policy, valid already; an empty one is deleted, unless it is to be known when its mode rose.
 *
 * @param raisedAt as `loadRaisedAt` says; null where the mode never rose
 */
export function policyWrite(scope: string, document: Document, raisedAt: Instant | null = null): Write {
  const key = keys.policy(scope);
  if (Object.keys(document).length === 0 && raisedAt === null) return { delete: key };
  return { put: { ...key, v: ROW_VERSION, scope, document, ...(raisedAt === null ? {} : { raisedAt }) } };
}
