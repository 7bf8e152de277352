import { PolicyBook } from '../abandonment/policy-book.ts';
import { type ParsedPolicy, withKeyNames } from '../abandonment/policy-parse.ts';
import type { Mode } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { keys } from './keys.ts';
import { eachRow, ROW_VERSION } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** All policies that were written, ready to be asked. */
export async function loadPolicies(table: Table): Promise<PolicyBook> {
  const { documents, raises, moves, restoredAt } = await loadWritten(table);
  const text = JSON.stringify([[...documents], [...raises], [...moves], restoredAt]);
  if (newest?.text !== text)
    newest = { text, book: PolicyBook.fromDocuments(documents, raises, moves, restoredAt) };
  return newest.book;
}

/** The newest that were read: they are asked for with every message and seldom change. */
let newest: { text: string; book: PolicyBook } | undefined;

/** What was written at each scope (`` for the global one), but for those that say nothing any more. */
export async function loadPolicyDocuments(table: Table): Promise<Map<string, Document>> {
  return (await loadWritten(table)).documents;
}

type Document = Record<string, unknown>;

/** When the mode of a scope last rose to `disable`, and when its deadlines last moved; null: never. */
export interface Noted {
  raisedAt: Instant | null;
  movedAt: Instant | null;
  /** Of the global scope: when the table was last restored. It stands here, for who takes observations in reads this row. */
  restoredAt?: Instant | undefined;
}

const NOTHING_NOTED: Noted = { raisedAt: null, movedAt: null };

/** What the row of a scope says, by the names of keys today. */
export function documentOf(row: Row): Document {
  return withKeyNames(row.document as Document);
}

/** All that stands in the rows of policies. */
export interface WrittenPolicies {
  /** What was written at each scope, but for those that say nothing any more. */
  documents: Map<string, Document>;
  raises: Map<string, Instant>;
  moves: Map<string, Instant>;
  rows: Map<string, Row>;
  /** When the table was last restored; undefined where it never was. */
  restoredAt: Instant | undefined;
}

/** Reads all that was written. */
export async function loadWritten(table: Table): Promise<WrittenPolicies> {
  const documents = new Map<string, Document>();
  const rows = new Map<string, Row>();
  const raises = new Map<string, Instant>();
  const moves = new Map<string, Instant>();
  for await (const row of eachRow(table, { pk: keys.policy('').pk, consistent: true })) {
    const scope = row.sk.slice(2);
    rows.set(scope, row);
    const document = documentOf(row);
    if (Object.keys(document).length > 0) documents.set(scope, document);
    if (typeof row.raisedAt === 'number') raises.set(scope, row.raisedAt);
    if (typeof row.movedAt === 'number') moves.set(scope, row.movedAt);
  }
  const restoredAt = rows.get('')?.restoredAt;
  return {
    documents,
    raises,
    moves,
    rows,
    restoredAt: typeof restoredAt === 'number' ? restoredAt : undefined,
  };
}

/**
 * What is to be noted of a scope beside its document: when its mode last rose to `disable` (see `PolicyBook.raisedAt`), and
 * when its `failAfter` or `stopNotice` last changed, once it says `document`. Asks nothing
 * of what is stored but the modes, so that a stored policy that is not valid can be mended.
 */
export async function loadNoted(
  table: Table,
  scope: string,
  document: Document,
  now: Instant,
): Promise<Noted> {
  return notedIn(await loadWritten(table), scope, document, now);
}

/** The same by what was read. */
export function notedIn(
  { documents, raises, moves, restoredAt }: Omit<WrittenPolicies, 'rows'>,
  scope: string,
  document: Document,
  now: Instant,
): Noted {
  const modeOf = ({ mode }: Document) => mode as Mode | null | undefined;
  const modes = [...documents].flatMap(([at, document]): [string, ParsedPolicy][] => {
    const mode = modeOf(document);
    return mode === undefined ? [] : [[at, { mode }]];
  });
  const book = new PolicyBook(new Map(modes), raises);
  const raisedAt = book.raisedAt(scope, modeOf(withKeyNames(document)), now);
  const isMoved = DEADLINE_KEYS.some((key) => documents.get(scope)?.[key] !== document[key]);
  const movedAt = isMoved ? now : (moves.get(scope) ?? null);
  return { raisedAt, movedAt, restoredAt: scope === '' ? restoredAt : undefined };
}

/** The keys by which deadlines are derived and announced. */
const DEADLINE_KEYS = ['failAfter', 'stopNotice'];

/**
 * Stores one scope's policy, valid already; an empty one is deleted, unless it is to be known when its mode rose, its
 * deadlines moved, or the table was restored.
 *
 * @param noted as `loadNoted` says
 */
export function policyWrite(
  scope: string,
  document: Document,
  { raisedAt, movedAt, restoredAt }: Noted = NOTHING_NOTED,
): Write {
  const key = keys.policy(scope);
  const noted = {
    ...(raisedAt === null ? {} : { raisedAt }),
    ...(movedAt === null ? {} : { movedAt }),
    ...(restoredAt === undefined ? {} : { restoredAt }),
  };
  if (Object.keys(document).length + Object.keys(noted).length === 0) return { delete: key };
  return { put: { ...key, v: ROW_VERSION, scope, document, ...noted } };
}

/** Notes beside the global policy when the table was restored; the policy itself stays as it is. */
export function restoredWrite({ documents, raises, moves }: WrittenPolicies, restoredAt: Instant): Write {
  const noted = { raisedAt: raises.get('') ?? null, movedAt: moves.get('') ?? null, restoredAt };
  return policyWrite('', documents.get('') ?? {}, noted);
}
